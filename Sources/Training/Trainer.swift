import Datasets
import Foundation
import Inference
import Kernels
import Layers
import Loading
import Metrics
import Models
import Tensors

/// Trains a network epoch by epoch, and can be stopped and continued between any two steps with the
/// same result to the last bit.
public final class Trainer {
  public let settings: TrainingSettings
  public let network: Network
  private let optimizer: Optimizer
  private let plan: NetworkPlan
  private let predictor: Predictor
  private let loss: CrossEntropy
  private let training: BatchLoader
  private let trainingPass: BatchLoader
  private let heldout: BatchLoader
  private let pool: WorkerPool
  private let store: TrainingStore
  private let probabilities: AlignedBuffer
  private var labels: [UInt8]
  private var losses: [Double]
  private var state: TrainingState
  private var lastSave = ContinuousClock.now

  /// How long training goes on at most before its state is saved again.
  private static let saveInterval = Duration.seconds(300)

  /// Prepares a training, or takes up an interrupted one whose state lies in the store.
  ///
  /// - Parameter network: Initialised; its weights are replaced where a state is found.
  public init(
    _ settings: TrainingSettings, network: Network, training: ImageSet, heldout: ImageSet,
    store: TrainingStore, on pool: WorkerPool
  ) throws {
    guard training.classNames == heldout.classNames else {
      throw TrainingError.differentClasses(
        training: training.classNames, heldout: heldout.classNames)
    }
    guard !settings.optimizer.nesterov || settings.optimizer.momentum > 0 else {
      throw TrainingError.nesterovWithoutMomentum
    }
    guard let normalization = training.preparation?.normalization else {
      throw TrainingError.unprepared(set: "training")
    }
    self.settings = settings
    self.network = network
    self.pool = pool
    self.store = store
    loss = CrossEntropy(labelSmoothing: settings.loss.labelSmoothing)
    let side = network.input.height
    self.training = BatchLoader(
      training, normalization: normalization, augmentations: settings.augment, seed: settings.seed,
      side: side)
    trainingPass = BatchLoader(training, normalization: normalization, side: side)
    self.heldout = BatchLoader(heldout, normalization: normalization, side: side)
    optimizer = Optimizer(settings.optimizer, for: network.parameters)
    let batch = min(settings.batch, training.count)
    plan = NetworkPlan(network, mode: .training, capacity: batch, on: pool)
    predictor = Predictor(network, loss: loss, on: pool)
    probabilities = AlignedBuffer(
      count: batch * FeatureMapShape.paddedChannels(network.classes))
    labels = [UInt8](repeating: 0, count: batch)
    losses = [Double](repeating: 0, count: batch)
    state = TrainingState(classes: network.classes)
    if let url = store.savedState {
      state = try TrainingState(from: url, network: network, optimizer: optimizer)
    }
  }

  /// The figures of the epochs that are finished.
  public var history: [EpochRecord] { state.history }

  /// The epoch that comes or is under way, counted from 1.
  public var epoch: Int { state.history.count + 1 }

  /// Images of the current epoch already trained on; more than 0 after an interruption.
  public var position: Int { state.position }

  /// The learning rate of the current epoch.
  public var learningRate: Double {
    settings.schedule.rate(
      base: settings.optimizer.learningRate, epoch: epoch, epochs: settings.epochs)
  }

  /// Whether the last epoch is done or nothing has improved for too long.
  public var isFinished: Bool { epoch > settings.epochs || hasStoppedEarly }

  /// Whether the monitored quantity has stood still for the patience of the settings.
  public var hasStoppedEarly: Bool {
    Monitor(settings.stop.monitor, leastImprovement: settings.stop.leastImprovement)
      .isExhausted(state.history, patience: settings.stop.patience)
  }

  /// The epoch whose weights are kept as the best; nil before the first.
  public var bestEpoch: Int? { Monitor(settings.checkpoint.monitor).bestEpoch(of: state.history) }

  /// Bytes of feature maps and gradients of a training step.
  public var arenaByteCount: Int { plan.arenaByteCount }
}

extension Trainer {
  /// How an epoch ended.
  public enum Outcome: Sendable {
    /// All its images are trained on, the held-out set is evaluated, and the state is saved.
    case finished(EpochRecord)
    /// It was asked to stop; the state is saved.
    case interrupted
  }

  /// Trains on the rest of the current epoch.
  ///
  /// - Parameters:
  ///   - shouldStop: Asked after each step.
  ///   - progress: Told after each step how many images are done and the mean loss so far.
  /// - Throws: `TrainingError.diverged` where the loss is no longer finite, and what writing files
  ///   throws. The state saved last stays.
  ///
  /// - Precondition: `isFinished` is false.
  public func runEpoch(
    shouldStop: () -> Bool = { false },
    progress: (_ imagesDone: Int, _ loss: Double) -> Void = { _, _ in }
  ) throws -> Outcome {
    precondition(!isFinished, "an epoch after the last")
    let order = training.order(epoch: epoch)
    let rate = learningRate
    while state.position < order.count {
      let end = min(state.position + settings.batch, order.count)
      try step(order[state.position..<end], rate: rate)
      state.position = end
      progress(end, state.tally.loss)
      if shouldStop() {
        try save()
        return .interrupted
      }
      if ContinuousClock.now - lastSave > Self.saveInterval { try save() }
    }
    return .finished(try finishEpoch(rate: rate))
  }

  /// One step on a batch: load, forward, loss, backward, update.
  private func step(_ indices: ArraySlice<Int>, rate: Double) throws {
    let count = indices.count
    let logits = labels.withUnsafeMutableBufferPointer { labels in
      losses.withUnsafeMutableBufferPointer { losses in
        let labels = UnsafeMutableBufferPointer(rebasing: labels[..<count])
        training.load(
          indices, epoch: epoch, into: plan.input(count: count), labels: labels, on: pool)
        plan.forward(count: count)
        let logits = plan.logits
        loss.evaluate(
          logits, labels: UnsafeBufferPointer(labels),
          losses: UnsafeMutableBufferPointer(rebasing: losses[..<count]),
          probabilities: FeatureMap(base: probabilities.base, shape: logits.shape),
          gradient: plan.logitsGradient)
        return logits
      }
    }
    guard losses[..<count].allSatisfy(\.isFinite) else {
      throw TrainingError.diverged(
        epoch: epoch, step: state.position / settings.batch + 1, rate: rate,
        lastGood: store.lastGood(epochs: state.history.count))
    }
    plan.backward()
    optimizer.step(rate: rate, on: pool)
    for position in 0..<count {
      let scores = UnsafeBufferPointer(
        start: probabilities.base + position * logits.shape.imageStride, count: network.classes)
      state.tally.add(scores: scores, label: Int(labels[position]), loss: losses[position])
    }
  }

  /// Evaluates, keeps what is worth keeping, and saves the state.
  private func finishEpoch(rate: Double) throws -> EpochRecord {
    var train = PassFigures(state.tally)
    if settings.fullMetrics {
      let pass = PassFigures(predictor.run(trainingPass))
      train = PassFigures(
        loss: train.loss, top1: pass.top1, top5: pass.top5, classTop1: pass.classTop1)
    }
    let record = EpochRecord(
      epoch: epoch, learningRate: rate, train: train, heldout: PassFigures(predictor.run(heldout)))
    guard train.loss.isFinite && record.heldout.loss.isFinite else {
      throw TrainingError.diverged(
        epoch: epoch, step: (state.position - 1) / settings.batch + 1, rate: rate,
        lastGood: store.lastGood(epochs: state.history.count))
    }
    state.history.append(record)
    state.position = 0
    state.tally = ClassificationTally(classes: network.classes)
    if bestEpoch == record.epoch { try store.keepBest(network, epoch: record.epoch) }
    if settings.checkpoint.keeps(epoch: record.epoch) {
      try store.keep(network, epoch: record.epoch)
    }
    try save()
    return record
  }

  private func save() throws {
    try store.save { try state.write(network: network, optimizer: optimizer, to: $0) }
    lastSave = ContinuousClock.now
  }

  /// Publishes all checkpoints, the history and the final state as the outputs of the training.
  public func publish(to folder: URL) throws {
    try store.publish(network, epochs: state.history.count, to: folder)
    try state.write(
      network: network, optimizer: optimizer,
      to: folder.appendingPathComponent("resume.safetensors"))
  }
}

extension PassFigures {
  init(_ tally: ClassificationTally) {
    self.init(
      loss: tally.loss, top1: tally.top1, top5: tally.top5, classTop1: tally.classTop1)
  }
}
