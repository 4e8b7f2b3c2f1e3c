import Foundation
import Models
import Notebook
import Training

/// The logs of a running training in its work folder: progress, history, the time of each epoch,
/// and the lag of the running statistics of its norms.
public final class TrainingLogs {
  public let timing: TimingLog
  public private(set) var lag: StatisticsLagLog
  private let running: RunningFigures
  private let trainer: Trainer
  private let images: TrainingImages

  /// Continues the logs of an earlier process in the trainer's work folder.
  ///
  /// - Parameter images: The images of the trainer.
  public init(of trainer: Trainer, on images: TrainingImages) throws {
    (self.trainer, self.images) = (trainer, images)
    timing = TimingLog(folder: trainer.workFolder)
    running = RunningFigures(of: trainer, images: images, folder: trainer.workFolder)
    lag = StatisticsLagLog(folder: trainer.workFolder)
    try lag.look(before: trainer)
  }

  /// Runs the trainer's epoch, or the rest of it, until it is finished or the user interrupts it.
  /// Shows the progress, and logs the results.
  public func runEpoch() throws -> Trainer.Outcome {
    var progress = Progress(
      "epoch \(trainer.epoch)/\(trainer.lastEpoch)", total: trainer.images(inEpoch: trainer.epoch),
      unit: "images",
      alreadyDone: trainer.position)
    defer { progress.finish() }
    let outcome = try timing.measure(trainer) {
      try running.begin()
      return try trainer.runEpoch(shouldStop: { Interruption.isRequested }) { done, loss in
        progress.update(done: done, detail: "loss \(decimals(loss, 4))")
        running.update(done: done, loss: loss)
      }
    }
    if case .finished = outcome {
      try running.finish()
      try lag.look(before: trainer)
    }
    return outcome
  }

  /// Publishes the outputs of the training, and reads the best weights back into the network.
  ///
  /// - Returns: The description in the file of the best weights.
  public func publish(to folder: URL) throws -> CheckpointDescription {
    try trainer.publish(to: folder, timing, classNames: images.training.classNames)
  }
}
