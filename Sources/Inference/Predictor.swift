import Kernels
import Layers
import Loading
import Metrics
import Models
import Tensors

/// Runs a network on a data set in evaluation mode.
public final class Predictor {
  private let plan: NetworkPlan
  private let pool: WorkerPool
  private let loss: CrossEntropy
  private let averagesMirrorImages: Bool
  private let probabilities: AlignedBuffer
  private var mirrorAverage = MirrorAverage()

  private let feed = BatchFeed()
  /// Number of images in a batch.
  private let batchSize: Int

  /// The largest batch, and the memory for its feature maps, which only a batch of one image can
  /// exceed. Both are fixed, so that a prediction does not depend on the caller's training
  /// settings.
  private static let largestBatch = 250
  private static let arenaBytes = 256 << 20

  /// - Parameters:
  ///   - loss: The loss to report.
  ///   - precision: The precision of the training run, if figures are to match it.
  ///   - averagingMirrorImages: Whether to average the probabilities for each image and its mirror
  ///     image; the loss is then that of the mean.
  ///   - training: A training plan whose memory can be used, since it does not run at the same
  ///     time.
  public init(
    _ network: Network, loss: CrossEntropy, precision: Precision = .float32,
    averagingMirrorImages: Bool = false, sharingMemoryOf training: NetworkPlan? = nil,
    on pool: WorkerPool
  ) {
    let imageBytes = NetworkPlan.arenaByteCount(
      network, mode: .evaluation, precision: precision, capacity: 1)
    batchSize = min(max(Self.arenaBytes / imageBytes, 1), Self.largestBatch)
    plan = NetworkPlan(
      network, mode: .evaluation, precision: precision, capacity: batchSize,
      sharingMemoryOf: training, on: pool)
    self.pool = pool
    self.loss = loss
    averagesMirrorImages = averagingMirrorImages
    probabilities = AlignedBuffer(
      count: batchSize * FeatureMapShape.paddedChannels(network.classes))
  }

  /// The prediction for one image.
  public struct Answer {
    /// The index of the image in its set.
    public let image: Int
    /// The values by which classes are ranked: the logits or, if mirror images are averaged, the
    /// logarithms of the mean probabilities.
    public let logits: UnsafeBufferPointer<Float>
    public let probabilities: UnsafeBufferPointer<Float>
    public let label: Int
    public let loss: Double
  }

  /// Predicts every image of the loader's set, in order and without augmentation.
  ///
  /// - Parameter visit: Called with the prediction for each image; its buffers are valid during the
  ///   call.
  /// - Returns: The tally of all predictions.
  @discardableResult
  public func run(
    _ loader: BatchLoader, visit: (Answer) throws -> Void
  ) rethrows -> ClassificationTally {
    let classes = plan.network.classes
    var tally = ClassificationTally(classes: classes)
    var labels = [ClassLabel](repeating: 0, count: batchSize)
    var losses = [Double](repeating: 0, count: batchSize)
    let order = Array(0..<loader.images.count)
    feed.begin(loader, order[...], epoch: nil, batchSize: batchSize)
    for first in stride(from: 0, to: order.count, by: batchSize) {
      let indices = order[first..<min(first + batchSize, order.count)]
      try labels.withUnsafeMutableBufferPointer { labels in
        try losses.withUnsafeMutableBufferPointer { losses in
          let labels = UnsafeMutableBufferPointer(rebasing: labels[..<indices.count])
          let losses = UnsafeMutableBufferPointer(rebasing: losses[..<indices.count])
          answer(labels: labels)
          let logits = plan.logits
          let map = FeatureMap(base: probabilities.base, shape: logits.shape)
          loss.evaluate(
            logits, labels: UnsafeBufferPointer(labels), losses: losses, probabilities: map,
            gradient: nil)
          for (position, index) in indices.enumerated() {
            func row(of map: FeatureMap) -> UnsafeBufferPointer<Float> {
              UnsafeBufferPointer(
                start: map.base + position * map.shape.imageStride, count: classes)
            }
            let answer = Answer(
              image: index, logits: row(of: logits), probabilities: row(of: map),
              label: Int(labels[position]), loss: losses[position])
            tally.add(logits: answer.logits, label: answer.label, loss: answer.loss)
            try visit(answer)
          }
        }
      }
    }
    return tally
  }

  /// The tally of all predictions.
  public func run(_ loader: BatchLoader) -> ClassificationTally { run(loader) { _ in } }

  /// Computes the logits of the next `labels.count` images, and writes their labels.
  private func answer(labels: UnsafeMutableBufferPointer<ClassLabel>) {
    let input = plan.input(count: labels.count)
    feed.write(into: input, labels: labels, on: pool)
    if averagesMirrorImages {
      plan.forward(count: labels.count)
      mirrorAverage.keep(plan.logits)
      // Written for each pass: a plan reuses the input's memory for later layers.
      feed.write(into: input, labels: labels, on: pool)
      MirrorAverage.mirror(input)
    }
    feed.advance()
    plan.forward(count: labels.count)
    if averagesMirrorImages { mirrorAverage.average(into: plan.logits) }
  }
}
