import Augmentation
import Foundation
import Models
import Tensors

/// The `train` section of a recipe.
public struct TrainingSettings: Decodable, Sendable {
  public var network: String
  public var architecture: NetworkConfiguration
  /// The last one may be a fraction of an epoch.
  public var epochs: Double
  public var batch: Int
  /// Number of mini-batches whose mean gradient makes one step.
  public var accumulate: Int
  public var data: TrainingData
  public var precision: Precision
  public var seed: Int
  public var initFrom: String?
  public var optimizer: OptimizerSettings
  public var schedule: Schedule
  /// The norm above which a step's gradient is scaled down; nil for no clipping.
  public var clipNorm: Double?
  public var average: AverageSettings
  public var loss: LossSettings
  public var augment: [Augmentation]
  public var imageSide: ImageSides
  public var fullMetrics: Bool
  public var stop: StopSettings
  public var checkpoint: CheckpointSettings
  /// Epochs between printed lines.
  public var printEvery: Int
  /// Epochs between summaries; 0 prints none.
  public var summaryEvery: Int

  public init(
    network: String, architecture: NetworkConfiguration, epochs: Double, batch: Int,
    accumulate: Int = 1, data: TrainingData = .training, precision: Precision, seed: Int,
    initFrom: String?, optimizer: OptimizerSettings, schedule: Schedule, clipNorm: Double? = nil,
    average: AverageSettings = AverageSettings(decay: 0), loss: LossSettings,
    augment: [Augmentation], imageSide: ImageSides = ImageSides(), fullMetrics: Bool,
    stop: StopSettings,
    checkpoint: CheckpointSettings, printEvery: Int, summaryEvery: Int = 0
  ) {
    self.network = network
    self.architecture = architecture
    self.epochs = epochs
    self.batch = batch
    self.accumulate = accumulate
    self.data = data
    self.precision = precision
    self.seed = seed
    self.initFrom = initFrom
    self.optimizer = optimizer
    self.schedule = schedule
    self.clipNorm = clipNorm
    self.average = average
    self.loss = loss
    self.augment = augment
    self.imageSide = imageSide
    self.fullMetrics = fullMetrics
    self.stop = stop
    self.checkpoint = checkpoint
    self.printEvery = printEvery
    self.summaryEvery = summaryEvery
  }
}

/// `train.loss`.
public struct LossSettings: Decodable, Sendable {
  /// The fraction of the target spread evenly over all classes.
  public var labelSmoothing: Double
  /// The weight of KL(smoothed target ‖ prediction), added to the cross-entropy.
  public var klWeight: Double
  /// The weight of each class.
  public var classWeights: ClassWeights

  public init(
    labelSmoothing: Double, klWeight: Double = 0, classWeights: ClassWeights = .none
  ) {
    self.labelSmoothing = labelSmoothing
    self.klWeight = klWeight
    self.classWeights = classWeights
  }
}

/// `train.average`.
public struct AverageSettings: Decodable, Sendable {
  /// The fraction of the old average that remains after a step; 0 turns averaging off.
  public var decay: Double
  /// Epochs before the first step that is averaged.
  public var from: Double
  /// The number of steps from one averaged step to the next.
  public var every: Int
  /// Whether training continues from the average after each averaged step.
  public var lookahead: Bool

  public init(decay: Double, from: Double = 0, every: Int = 1, lookahead: Bool = false) {
    self.decay = decay
    self.from = from
    self.every = every
    self.lookahead = lookahead
  }

  /// The number of averaged steps among the first `steps` steps of a run: the first one after
  /// `from` epochs, to the nearest step, and every `every`-th step after it.
  package func averagedCount(ofSteps steps: Int, stepsPerEpoch: Int) -> Int {
    let before = Int((from * Double(stepsPerEpoch)).rounded())
    return steps <= before ? 0 : (steps - before - 1) / every + 1
  }
}

/// `train.stop`: early stopping.
public struct StopSettings: Decodable, Sendable {
  public var monitor: MonitoredQuantity
  /// Epochs without an improvement; 0 never stops.
  public var patience: Int
  public var leastImprovement: Double

  public init(monitor: MonitoredQuantity, patience: Int, leastImprovement: Double) {
    self.monitor = monitor
    self.patience = patience
    self.leastImprovement = leastImprovement
  }
}

/// `train.checkpoint`: which weights are kept.
public struct CheckpointSettings: Decodable, Sendable {
  /// The quantity whose best epoch becomes `best`.
  public var monitor: MonitoredQuantity
  /// Keeps the weights of every `every`-th epoch; 0 keeps none.
  public var every: Int
  /// Also keeps the weights of these epochs.
  public var epochs: [Int]

  public init(monitor: MonitoredQuantity, every: Int, epochs: [Int]) {
    self.monitor = monitor
    self.every = every
    self.epochs = epochs
  }

  /// Whether the weights of an epoch, counted from 1, are kept under its number.
  public func keeps(epoch: Int) -> Bool {
    every > 0 && epoch % every == 0 || epochs.contains(epoch)
  }
}
