import Datasets
import Foundation
import Inference
import Kernels
import Layers
import Loading
import Metrics
import Models
import Tensors

/// Trains a network epoch by epoch. It can be stopped and resumed between any two steps with a
/// bit-identical result.
public final class Trainer {
  public let settings: TrainingSettings
  public let network: Network
  let optimizer: Optimizer
  let groupRates: GroupRates
  let accumulator: GradientAccumulator?
  let average: WeightAverage?
  let plans: PlansBySide
  let predictor: Predictor
  let loss: CrossEntropy
  let training: BatchLoader
  let trainingPass: BatchLoader
  let validation: BatchLoader?
  let feed = BatchFeed()
  package let pool: WorkerPool
  let store: TrainingStore
  let probabilities: AlignedBuffer
  var labels: [ClassLabel]
  var losses: [Double]
  var state: TrainingState
  var lastSave = ContinuousClock.now
  /// The confusion matrix of the latest validation; nil before the first one of this process.
  public internal(set) var validationConfusion: ConfusionMatrix?

  /// Longest time between two saves of the state, apart from the length of a step.
  static let saveInterval = Duration.seconds(300)

  /// Prepares a training run, or resumes an interrupted one whose state is in the store.
  ///
  /// - Parameter network: Initialised; its weights are replaced if a state is found.
  public init(
    _ settings: TrainingSettings, network: Network, images: TrainingImages, store: TrainingStore,
    on pool: WorkerPool
  ) throws {
    try settings.check(holdsOut: images.validation != nil)
    guard let normalization = images.training.preparation?.normalization else {
      throw TrainingError.unprepared(set: "training")
    }
    self.settings = settings
    self.network = network
    self.pool = pool
    self.store = store
    loss = CrossEntropy(
      labelSmoothing: settings.loss.labelSmoothing, divergenceWeight: settings.loss.klWeight,
      classWeights: try settings.loss.classWeights.weights(for: images.training))
    try settings.imageSide.check(for: network)
    let side = network.input.height
    training = BatchLoader(
      images.training, normalization: normalization, augmentations: settings.augment,
      seed: settings.seed, side: side)
    trainingPass = BatchLoader(images.training, normalization: normalization, side: side)
    validation = images.validation.map {
      BatchLoader($0, normalization: normalization, side: side)
    }
    try settings.optimizer.check(for: network.parameters)
    optimizer = Optimizer(settings.optimizer, for: network.parameters)
    groupRates = GroupRates(settings)
    accumulator = settings.accumulate > 1 ? GradientAccumulator(for: network.parameters) : nil
    average =
      settings.average.decay > 0
      ? WeightAverage(decay: settings.average.decay, of: network.parameters) : nil
    let batch = min(settings.batch, images.training.count)
    let lastBatch = images.training.count % batch
    plans = PlansBySide(settings.imageSide.all(from: store.epochsBefore + 1, full: side)) {
      let plan = NetworkPlan(
        network, mode: .training, precision: settings.precision, capacity: batch, side: $0,
        sharingMemoryOf: $1, on: pool)
      if lastBatch > 0 { plan.prepare(count: lastBatch) }
      return plan
    }
    predictor = Predictor(
      network, loss: loss, precision: settings.precision, sharingMemoryOf: plans.largest,
      on: pool)
    probabilities = AlignedBuffer(
      count: batch * FeatureMapShape.paddedChannels(network.classes))
    labels = [ClassLabel](repeating: 0, count: batch)
    losses = [Double](repeating: 0, count: batch)
    state = TrainingState(classes: network.classes)
    if let url = store.savedState {
      state = try TrainingState(
        from: url, network: network, optimizer: optimizer, average: average,
        epochsBefore: store.epochsBefore
      ) { settings.average.averagedCount(ofSteps: $0, stepsPerEpoch: self.stepsPerEpoch) }
      guard state.position <= self.images(inEpoch: epoch) else {
        throw TrainingError.unusableState(file: url.path, problem: "position")
      }
    }
  }
}

extension Trainer {
  /// The folder of the state from which the training can be resumed.
  public var workFolder: URL { store.folder }

  /// The images on which epochs are evaluated, without augmentation: the validation images or,
  /// without these, the training images.
  package var measuredImages: BatchLoader { validation ?? trainingPass }

  /// The figures of the finished epochs.
  public var history: [EpochRecord] { state.history }

  /// The current or next epoch, counted from 1, including the epochs of an earlier run that this
  /// one continues.
  public var epoch: Int { store.epochsBefore + state.history.count + 1 }

  /// The number of the last epoch, unless early stopping ends the run before it.
  public var lastEpoch: Int { store.epochsBefore + settings.epochCount }

  /// The number of this run's first epoch.
  public var firstEpoch: Int { store.epochsBefore + 1 }

  /// Images of an epoch: all training images, or fewer in a last epoch that is a fraction of one.
  public func images(inEpoch epoch: Int) -> Int {
    min(length.steps(inEpoch: epoch - firstEpoch) * imagesPerStep, training.images.count)
  }

  /// The fraction of the last epoch that is trained; nil if it is a whole epoch.
  var lastEpochFraction: Double? {
    let images = images(inEpoch: lastEpoch)
    return images > 0 && images < training.images.count
      ? Double(images) / Double(training.images.count) : nil
  }

  /// The steps of this run.
  var length: RunLength { RunLength(epochs: settings.epochs, stepsPerEpoch: stepsPerEpoch) }

  /// Images of the current epoch already trained on; more than 0 after an interruption.
  public var position: Int { state.position }

  /// The learning rate of the next step.
  public var learningRate: Double {
    rate(ofStep: min(state.position / imagesPerStep, stepsPerEpoch - 1))
  }

  /// Whether the last epoch is done or early stopping has ended the run.
  public var isFinished: Bool { state.history.count >= settings.epochCount || hasStoppedEarly }

  /// Whether the monitored quantity has not improved for the number of epochs set as patience.
  public var hasStoppedEarly: Bool {
    Monitor(settings.stop.monitor, leastImprovement: settings.stop.leastImprovement)
      .isExhausted(state.history, patience: settings.stop.patience)
  }

  /// The epoch whose weights are kept as the best; nil before the first. Without validation images
  /// it is the last epoch.
  public var bestEpoch: Int? {
    validation == nil
      ? state.history.last?.epoch
      : Monitor(settings.checkpoint.monitor).bestEpoch(of: state.history)
  }

  /// Bytes of feature maps and gradients of a training step.
  public var arenaByteCount: Int { plans.largest.arenaByteCount }

  /// Width and height of the training images in the current epoch.
  public var imageSide: Int {
    settings.imageSide.side(inEpoch: epoch, full: network.input.height)
  }

  /// The plan for the steps of the current epoch.
  var plan: NetworkPlan { plans[imageSide] }

  /// The number of epochs after the current one, each weighted by the number of pixels of its
  /// images relative to the current epoch; nil if all are equal.
  var laterEpochs: Double? {
    settings.imageSide.sides.isEmpty
      ? nil
      : settings.imageSide.weightedCount(
        from: epoch + 1, to: lastEpoch, lastFraction: lastEpochFraction ?? 1,
        full: network.input.height)
  }

  /// Images of a whole step: the batch size times the number of accumulated mini-batches.
  var imagesPerStep: Int { settings.batch * settings.accumulate }

  /// Steps of an epoch; the last may have fewer images.
  var stepsPerEpoch: Int { (training.images.count + imagesPerStep - 1) / imagesPerStep }

  /// The learning rate of a step, counted from 0, of the current epoch.
  func rate(ofStep step: Int) -> Double {
    settings.schedule.rate(
      base: settings.optimizer.learningRate, at: place(ofStep: step),
      epochs: settings.epochs, history: state.history)
  }

  /// The position in this run of a step, counted from 0, of the current epoch.
  func place(ofStep step: Int) -> StepPlace {
    StepPlace(epoch: state.history.count + 1, step: step, of: stepsPerEpoch)
  }
}

extension TrainingSettings {
  /// Checks combinations of keys, and their combination with the kernels.
  ///
  /// - Parameter holdsOut: Whether there are validation images.
  public func check(holdsOut: Bool) throws {
    try precision.requireSupport()
    try optimizer.checkRules()
    guard !holdsOut else { return }
    if stop.patience > 0, stop.monitor.isValidation {
      throw TrainingError.noValidationImages(
        key: "train.stop.monitor", quantity: stop.monitor.rawValue)
    }
    if schedule.kind == .plateau, schedule.monitor.isValidation {
      throw TrainingError.noValidationImages(
        key: "train.schedule.monitor", quantity: schedule.monitor.rawValue)
    }
  }
}
