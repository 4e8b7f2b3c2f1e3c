import Foundation
import Metrics
import Records
import TensorFiles

/// The progress of a training run, written to its work folder: `progress.json` about once a second,
/// and `history.csv` after each epoch.
public final class RunningFigures {
  private let trainer: Trainer
  private let images: TrainingImages
  private let folder: URL
  private var start = ContinuousClock.now
  private var imagesBefore: Int
  private var lastWrite: ContinuousClock.Instant?

  /// Time before the images per second are reported.
  private static let settlingTime = Duration.milliseconds(200)
  private static let interval = Duration.seconds(1)
  private static let confusionLimit = 12

  public init(of trainer: Trainer, images: TrainingImages, folder: URL) {
    self.trainer = trainer
    self.images = images
    self.folder = folder
    imagesBefore = trainer.position
  }

  /// Call when an epoch begins or resumes after an interruption.
  public func begin() throws {
    start = .now
    imagesBefore = trainer.position
    try write(done: trainer.position, loss: 0)
  }

  /// Records that `done` images of the epoch are trained on; writes if a second has passed since
  /// the last write. A failed write is retried the next time, since training doesn't depend on it.
  public func update(done: Int, loss: Double) {
    if let lastWrite, .now - lastWrite < Self.interval { return }
    try? write(done: done, loss: loss)
  }

  /// Call when an epoch is finished.
  public func finish() throws {
    try AtomicFile.write(
      Data(TrainingHistory(trainer.history, classNames: images.training.classNames).text.utf8),
      to: folder.appendingPathComponent(TrainingHistory.fileName))
  }

  private func write(done: Int, loss: Double) throws {
    let elapsed = ContinuousClock.now - start
    let names = images.training.classNames
    let confusions = trainer.validationConfusion?.mostConfused(limit: Self.confusionLimit) ?? []
    let progress = TrainingProgress(
      network: trainer.network.name, epoch: trainer.epoch, lastEpoch: trainer.lastEpoch,
      lastEpochFraction: trainer.lastEpochFraction, imagesDone: done,
      imagesInEpoch: trainer.images(inEpoch: trainer.epoch),
      imagesPerSecond: elapsed > Self.settlingTime
        ? Double(done - imagesBefore) / (elapsed / .seconds(1)) : 0,
      laterEpochs: trainer.laterEpochs, loss: loss.isFinite ? loss : 0,
      isSelectedOnTest: images.validation?.preparation?.selectedOnTest ?? false,
      dataStatus: images.training.dataStatus,
      confusions: confusions.map {
        .init(
          truth: names[$0.truth], predicted: names[$0.predicted], count: $0.count,
          percent: $0.percent)
      })
    try AtomicFile.write(
      JSONEncoder().encode(progress), to: folder.appendingPathComponent(TrainingProgress.fileName))
    lastWrite = .now
  }
}
