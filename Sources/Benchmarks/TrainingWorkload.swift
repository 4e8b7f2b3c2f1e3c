import Datasets
import Kernels
import Layers
import Loading
import Models
import Tensors
import Training

/// A network with everything its training steps need, as in `Trainer`, but without files,
/// validation images and figures.
///
/// The optimiser is the usual baseline: SGD at rate 0.01 with momentum 0.9 and decay 1e-4, with
/// plain cross-entropy.
final class TrainingWorkload {
  private let network: Network
  private let plan: NetworkPlan
  private let pool: WorkerPool
  private let optimizer: Optimizer
  private let loss = CrossEntropy()
  private let fixed: FixedBatch
  private let loader: BatchLoader
  private let feed = BatchFeed()
  private let batch: Int
  private let probabilities: AlignedBuffer
  private let labels: UnsafeMutableBufferPointer<ClassLabel>
  private let losses: UnsafeMutableBufferPointer<Double>
  private var place = Place()

  /// The position in the pass over the images.
  private struct Place {
    var epoch = 0
    /// Number of images of the epoch that are already loaded.
    var position = 0
  }

  /// Number of batches in an epoch. A few thousand images exceed the inner caches, like a real data
  /// set.
  private static let batchesPerEpoch = 20
  private static let seed = 1
  private static let rate = 0.01

  /// - Throws: `DatasetSettingsError` if the recipe's normalisation isn't possible.
  init(_ network: Network, _ benchmark: BenchmarkCase, on pool: WorkerPool) throws {
    self.network = network
    self.pool = pool
    batch = benchmark.batch
    network.initialize(seed: Self.seed)
    optimizer = Optimizer(
      OptimizerSettings(kind: .sgd, learningRate: Self.rate, momentum: 0.9, weightDecay: 1e-4),
      for: network.parameters)
    plan = NetworkPlan(
      network, mode: .training, precision: benchmark.precision, capacity: batch, on: pool)
    fixed = FixedBatch(count: batch, classes: network.classes, seed: Self.seed)
    let images = Self.images(Self.batchesPerEpoch * batch)
    loader = BatchLoader(
      images,
      normalization: try benchmark.preprocessing.normalization(ChannelStatistics(of: images)),
      augmentations: benchmark.augmentations, seed: Self.seed, side: network.input.height)
    probabilities = AlignedBuffer(count: batch * FeatureMapShape.paddedChannels(network.classes))
    labels = .allocate(capacity: batch)
    losses = .allocate(capacity: batch)
    labels.initialize(repeating: 0)
    losses.initialize(repeating: 0)
  }

  deinit {
    labels.deallocate()
    losses.deallocate()
  }

  /// Random images in the format of CIFAR-10.
  private static func images(_ count: Int) -> ImageSet {
    let records = Shapes(seed: seed).records(count, of: .train)
    return ImageSet(
      images: records.images, labels: records.labels, side: Shapes.side,
      classNames: Shapes.classNames,
      dataStatus: .generated, source: .shapes)
  }
}

extension TrainingWorkload {
  /// Writes the fixed batch to the plan's input.
  func placeFixedBatch() {
    fixed.fill(plan.input(count: batch))
    fixed.fill(labels)
  }

  /// Loads the next batch, augmented, and starts making the one after it.
  func load() {
    if place.epoch == 0 || place.position == loader.images.count {
      place = Place(epoch: place.epoch + 1)
      let order = loader.order(epoch: place.epoch)
      feed.begin(loader, order[...], epoch: place.epoch, batchSize: batch)
    }
    feed.write(into: plan.input(count: batch), labels: labels, on: pool)
    feed.advance()
    place.position += batch
  }

  /// Runs forward pass, loss, backward pass and update on the loaded batch.
  ///
  /// - Parameter observer: Notified after each part, for a profile.
  func step(_ observer: StepObserver? = nil) {
    plan.observer = observer.map { observer in
      { node, pass in observer.didRun(node: node, pass) }
    }
    plan.forward(
      count: batch,
      origin: BatchOrigin(seed: Self.seed, epoch: place.epoch, position: place.position))
    let logits = plan.logits
    loss.evaluate(
      logits, labels: UnsafeBufferPointer(labels), losses: losses,
      probabilities: FeatureMap(base: probabilities.base, shape: logits.shape),
      gradient: plan.logitsGradient)
    observer?.didRun(.loss)
    plan.backward()
    optimizer.step(rate: Self.rate, on: pool)
    observer?.didRun(.optimizer)
  }

  /// Whether the losses of the last step are finite.
  var isFinite: Bool { losses.allSatisfy(\.isFinite) }
}
