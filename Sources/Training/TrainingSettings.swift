import Augmentation
import Foundation
import Models

/// The `train` section of a recipe.
public struct TrainingSettings: Decodable, Sendable {
  public var network: String
  public var architecture: NetworkConfiguration
  public var epochs: Int
  public var batch: Int
  public var precision: Precision
  public var seed: Int
  public var initFrom: String?
  public var optimizer: OptimizerSettings
  public var schedule: Schedule
  public var loss: LossSettings
  public var augment: [Augmentation]
  public var fullMetrics: Bool
  public var stop: StopSettings
  public var checkpoint: CheckpointSettings
  public var printEvery: Int

  public init(
    network: String, architecture: NetworkConfiguration, epochs: Int, batch: Int,
    precision: Precision, seed: Int, initFrom: String?, optimizer: OptimizerSettings,
    schedule: Schedule, loss: LossSettings,
    augment: [Augmentation], fullMetrics: Bool, stop: StopSettings,
    checkpoint: CheckpointSettings, printEvery: Int
  ) {
    self.network = network
    self.architecture = architecture
    self.epochs = epochs
    self.batch = batch
    self.precision = precision
    self.seed = seed
    self.initFrom = initFrom
    self.optimizer = optimizer
    self.schedule = schedule
    self.loss = loss
    self.augment = augment
    self.fullMetrics = fullMetrics
    self.stop = stop
    self.checkpoint = checkpoint
    self.printEvery = printEvery
  }
}

/// The arithmetic of a network.
public enum Precision: String, Decodable, Sendable {
  case float32
}

/// `train.loss`.
public struct LossSettings: Decodable, Sendable {
  /// The share of the target spread evenly over all classes.
  public var labelSmoothing: Double

  public init(labelSmoothing: Double) {
    self.labelSmoothing = labelSmoothing
  }
}

/// `train.stop`: when training ends before its last epoch.
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
  /// Keeps the weights of every so many epochs; 0 keeps none.
  public var every: Int
  /// Keeps the weights of these epochs too.
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
