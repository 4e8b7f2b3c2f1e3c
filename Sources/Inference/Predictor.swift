import Kernels
import Layers
import Loading
import Metrics
import Models
import Records
import Tensors

/// Runs a network on a data set in evaluation mode.
public final class Predictor {
  private let plan: NetworkPlan
  private let pool: WorkerPool
  private let loss: CrossEntropy
  private let views: ImageViews
  private let probabilities: AlignedBuffer
  /// Logits of a batch that are not in the plan; empty if all are.
  private let logits: AlignedBuffer
  private var mirrorAverage = MirrorAverage()
  private var logitSum = LogitSum()

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
  ///   - views: The views of each image that an answer averages; the loss is then that of the mean.
  ///   - training: A training plan whose memory can be used, since it does not run at the same
  ///     time.
  public init(
    _ network: Network, loss: CrossEntropy, precision: Precision = .float32,
    views: ImageViews = .plain, sharingMemoryOf training: NetworkPlan? = nil,
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
    self.views = views
    let count = batchSize * FeatureMapShape.paddedChannels(network.classes)
    probabilities = AlignedBuffer(count: count)
    logits = AlignedBuffer(count: views.fraction < 1 ? count : 0)
  }

  /// The prediction for one image.
  public struct Answer {
    /// The index of the image in its set.
    public let image: Int
    /// The values by which classes are ranked: the logits, or the mean of those of all views, or,
    /// if probabilities are averaged, the logarithms of their mean.
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
    var tally = ClassificationTally(classes: plan.network.classes)
    var losses = [Double](repeating: 0, count: batchSize)
    try forEachBatch(of: loader) { logits, labels, indices in
      try losses.withUnsafeMutableBufferPointer { losses in
        let losses = UnsafeMutableBufferPointer(rebasing: losses[..<indices.count])
        let map = FeatureMap(base: probabilities.base, shape: logits.shape)
        loss.evaluate(
          logits, labels: UnsafeBufferPointer(labels), losses: losses, probabilities: map,
          gradient: nil)
        for (position, index) in indices.enumerated() {
          func row(of map: FeatureMap) -> UnsafeBufferPointer<Float> {
            UnsafeBufferPointer(
              start: map.base + position * map.shape.imageStride, count: map.shape.channels)
          }
          let answer = Answer(
            image: index, logits: row(of: logits), probabilities: row(of: map),
            label: Int(labels[position]), loss: losses[position])
          tally.add(logits: answer.logits, label: answer.label, loss: answer.loss)
          try visit(answer)
        }
      }
    }
    return tally
  }

  /// The tally of all predictions.
  public func run(_ loader: BatchLoader) -> ClassificationTally { run(loader) { _ in } }
}

extension Predictor {
  private typealias Labels = UnsafeMutableBufferPointer<ClassLabel>

  /// Calls `body` with the logits and labels of all images, batch by batch in their order.
  private func forEachBatch(
    of loader: BatchLoader,
    _ body: (FeatureMap, Labels, ArraySlice<Int>) throws -> Void
  ) rethrows {
    let all = Array(0..<loader.images.count)
    guard views.fraction < 1 else {
      return try forEachBatch(all, of: loader) { labels, indices in
        answer(labels: labels)
        try body(plan.logits, labels, indices)
      }
    }
    // The least certain images are known only after all have been evaluated.
    var stored = StoredLogits(plan.logits.shape, images: all.count)
    forEachBatch(all, of: loader) { labels, indices in
      addLogits(of: ImageViews.Kind.plain.views, labels: labels)
      stored.store(plan.logits, of: indices)
    }
    forEachBatch(stored.leastCertain(fraction: views.fraction), of: loader) { labels, indices in
      answer(labels: labels)
      stored.store(plan.logits, of: indices)
    }
    for first in stride(from: 0, to: all.count, by: batchSize) {
      let indices = all[first..<min(first + batchSize, all.count)]
      let map = FeatureMap(
        base: logits.base, shape: plan.logits.shape.with(count: indices.count))
      stored.write(indices, into: map)
      var labels = indices.map { loader.images.labels[$0] }
      try labels.withUnsafeMutableBufferPointer { try body(map, $0, indices) }
    }
  }

  /// Loads the images at `indices` batch by batch, and calls `body` with memory for the labels of
  /// each.
  private func forEachBatch(
    _ indices: [Int], of loader: BatchLoader, _ body: (Labels, ArraySlice<Int>) throws -> Void
  ) rethrows {
    var labels = [ClassLabel](repeating: 0, count: batchSize)
    feed.begin(loader, indices[...], epoch: nil, batchSize: batchSize)
    for first in stride(from: 0, to: indices.count, by: batchSize) {
      let batch = indices[first..<min(first + batchSize, indices.count)]
      try labels.withUnsafeMutableBufferPointer { labels in
        try body(UnsafeMutableBufferPointer(rebasing: labels[..<batch.count]), batch)
      }
    }
  }

  /// Writes the predictions for the next `labels.count` images, averaged over all views, to the
  /// plan's logits, and the images' labels to `labels`.
  private func answer(labels: Labels) {
    guard views.averagesProbabilities else {
      return addLogits(of: views.kind.views, labels: labels)
    }
    let input = plan.input(count: labels.count)
    feed.write(into: input, labels: labels, on: pool)
    plan.forward(count: labels.count)
    mirrorAverage.keep(plan.logits)
    // Written before each pass, since a plan reuses the input's memory for later layers.
    feed.write(into: input, labels: labels, on: pool)
    ImageView.mirrored.apply(to: input, on: pool)
    feed.advance()
    plan.forward(count: labels.count)
    mirrorAverage.average(into: plan.logits)
  }

  /// Like `answer`, for views whose logits are averaged.
  private func addLogits(of views: [ImageView], labels: Labels) {
    let input = plan.input(count: labels.count)
    for (place, view) in views.enumerated() {
      feed.write(into: input, labels: labels, on: pool)
      if place == views.count - 1 { feed.advance() }
      view.apply(to: input, on: pool)
      plan.forward(count: labels.count)
      guard views.count > 1 else { return }
      if place == 0 { logitSum.begin(plan.logits.shape) }
      logitSum.add(plan.logits, weight: view.weight)
    }
    logitSum.write(into: plan.logits)
  }
}
