import Kernels
import Layers
import Loading
import Metrics
import Models
import Tensors

/// Runs a network over a data set without learning.
public final class Predictor {
  private let plan: NetworkPlan
  private let pool: WorkerPool
  private let loss: CrossEntropy
  private let averagesMirrorImages: Bool
  private let probabilities: AlignedBuffer
  private var mirrorAverage = MirrorAverage()

  /// Images in a batch. Fixed, so that a prediction does not depend on how the caller trains.
  public static let batchSize = 250

  /// - Parameters:
  ///   - loss: The loss to report.
  ///   - precision: That of the training, for figures that go with it.
  ///   - averagingMirrorImages: Whether an answer is the mean of the probabilities given to the image
  ///     and to its mirror image; the loss is then that of the mean.
  public init(
    _ network: Network, loss: CrossEntropy, precision: Precision = .float32,
    averagingMirrorImages: Bool = false, on pool: WorkerPool
  ) {
    plan = NetworkPlan(
      network, mode: .evaluation, precision: precision, capacity: Self.batchSize, on: pool)
    self.pool = pool
    self.loss = loss
    averagesMirrorImages = averagingMirrorImages
    probabilities = AlignedBuffer(
      count: Self.batchSize * FeatureMapShape.paddedChannels(network.classes))
  }

  /// Predicts every image of the loader's set, in its order and without augmentation.
  ///
  /// - Parameter visit: Takes the image's number, its class probabilities, its label and its loss.
  /// - Returns: The tally of all predictions.
  @discardableResult
  public func run(
    _ loader: BatchLoader,
    visit: (_ image: Int, _ probabilities: UnsafeBufferPointer<Float>, _ label: Int, _ loss: Double)
      -> Void = { _, _, _, _ in }
  ) -> ClassificationTally {
    let classes = plan.network.classes
    var tally = ClassificationTally(classes: classes)
    var labels = [UInt8](repeating: 0, count: Self.batchSize)
    var losses = [Double](repeating: 0, count: Self.batchSize)
    let order = Array(0..<loader.images.count)
    for first in stride(from: 0, to: order.count, by: Self.batchSize) {
      let indices = order[first..<min(first + Self.batchSize, order.count)]
      labels.withUnsafeMutableBufferPointer { labels in
        losses.withUnsafeMutableBufferPointer { losses in
          let labels = UnsafeMutableBufferPointer(rebasing: labels[..<indices.count])
          let losses = UnsafeMutableBufferPointer(rebasing: losses[..<indices.count])
          answer(indices, of: loader, labels: labels)
          let logits = plan.logits
          let map = FeatureMap(base: probabilities.base, shape: logits.shape)
          loss.evaluate(
            logits, labels: UnsafeBufferPointer(labels), losses: losses, probabilities: map,
            gradient: nil)
          for (position, index) in indices.enumerated() {
            let scores = UnsafeBufferPointer(
              start: map.base + position * map.shape.imageStride, count: classes)
            let label = Int(labels[position])
            tally.add(scores: scores, label: label, loss: losses[position])
            visit(index, scores, label, losses[position])
          }
        }
      }
    }
    return tally
  }

  /// Leaves the logits of the images at `indices`, and their labels.
  private func answer(
    _ indices: ArraySlice<Int>, of loader: BatchLoader, labels: UnsafeMutableBufferPointer<UInt8>
  ) {
    let input = plan.input(count: indices.count)
    loader.load(indices, epoch: nil, into: input, labels: labels, on: pool)
    plan.forward(count: indices.count)
    guard averagesMirrorImages else { return }
    mirrorAverage.keep(plan.logits)
    // Loaded again: a plan gives the memory of its input to later layers.
    loader.load(indices, epoch: nil, into: input, labels: labels, on: pool)
    MirrorAverage.mirror(input)
    plan.forward(count: indices.count)
    mirrorAverage.average(into: plan.logits)
  }
}
