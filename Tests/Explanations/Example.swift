import Datasets
import Kernels
import Loading
import Models
import Randomness
import Tensors

/// An initialised network, and images of its side.
struct Example {
  let network: Network
  let images: ImageSet
  let loader: BatchLoader
  let pool = WorkerPool(threadCount: 2)

  init(
    _ name: String, _ configuration: NetworkConfiguration = NetworkConfiguration(), side: Int = 32,
    classes: Int = 7, count: Int = 24
  ) throws {
    network = try NetworkCatalog.network(
      named: name, configuration: configuration, side: side, classes: classes)
    network.initialize(seed: 8)
    var stream = RandomStream(seed: 1, purpose: "test images")
    let pixels = (0..<count * ImageSet.channels).flatMap { _ -> [UInt8] in
      let colour = stream.integer(below: 200)
      return (0..<side * side).map { _ in UInt8(colour + stream.integer(below: 56)) }
    }
    images = ImageSet(
      images: pixels, labels: (0..<count).map { UInt16($0 * 5 % classes) }, side: side,
      classNames: (0..<classes).map { "class \($0)" }, dataStatus: .generated, source: .shapes)
    loader = BatchLoader(
      images, normalization: .constants(mean: [0.5, 0.4, 0.5], std: [0.25, 0.2, 0.25]),
      side: network.input.height)
  }

  /// The bits of all weights and running statistics.
  var state: [UInt32] { network.parameters.flatMap { $0.dense().map(\.bitPattern) } }
}
