import Datasets
import Foundation
import Kernels
import Loading
import Models
import Randomness
import TensorFiles
import TestSupport

/// A small network whose weights and statistics differ from the initial ones, and images for it.
struct TrainedExample {
  static let classNames = ["ape", "bee", "cat", "dog", "elk", "fox", "gnu"]

  let network: Network
  let images: ImageSet

  /// - Parameter count: The number of images; by default more than a batch of the predictor.
  init(count: Int = 253, width: Int = 3) throws {
    network = try NetworkCatalog.network(
      named: "resnet8", configuration: NetworkConfiguration(width: width), classes: 7)
    network.initialize(seed: 8)
    var stream = RandomStream(seed: 1, purpose: "test images")
    // Noise around a different colour for each image: to a network, images of pure noise are alike.
    let pixels = (0..<count * ImageSet.channels).flatMap { _ -> [UInt8] in
      let colour = stream.integer(below: 200)
      return (0..<1_024).map { _ in UInt8(colour + stream.integer(below: 56)) }
    }
    images = ImageSet(
      images: pixels, labels: (0..<count).map { UInt16($0 * 5 % 7) }, side: 32,
      classNames: Self.classNames, dataStatus: .unverified, source: .cifar10,
      preparation: Preparation(
        indices: (0..<Int32(count)).map { 3 * $0 }, takenFrom: .train, normalization: .perImage,
        selectedOnTest: false))
    Self.settle(network, on: images)
  }

  /// Runs passes in training mode until the running statistics approach those of the images, so
  /// that predictions for different images differ.
  private static func settle(_ network: Network, on images: ImageSet) {
    let pool = WorkerPool(threadCount: 2)
    let loader = BatchLoader(images, normalization: .perImage)
    let count = min(images.count, 16)
    let plan = NetworkPlan(network, mode: .training, capacity: count, on: pool)
    var labels = [UInt16](repeating: 0, count: count)
    for _ in 0..<40 {
      labels.withUnsafeMutableBufferPointer {
        loader.load(
          Array(0..<count)[...], epoch: nil, into: plan.input(count: count), labels: $0, on: pool)
      }
      plan.forward(count: count)
    }
  }

  /// The network as a checkpoint.
  func checkpoint(
    in folder: TemporaryFolder, name: String = "best", epoch: Int = 12,
    classNames: [String] = Self.classNames, origin: [String: String] = [:]
  ) throws -> TensorFile {
    let url = folder.file("\(name).safetensors")
    try Checkpoint.write(
      network,
      CheckpointDescription(
        network: network.name, configuration: network.configuration, classNames: classNames,
        epoch: epoch, normalization: [:], origin: origin), to: url)
    return try Checkpoint.open(url)
  }
}
