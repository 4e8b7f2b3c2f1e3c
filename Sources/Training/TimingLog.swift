import Foundation
import Records
import TensorFiles

/// The seconds and images per second of each epoch of a running training (`EpochTimes`), in its
/// work folder. The log survives an interruption; steps after the last save are not counted twice.
public struct TimingLog {
  private let table: URL
  private let partial: URL

  /// - Parameter folder: The work folder.
  public init(folder: URL) {
    table = folder.appendingPathComponent(EpochTimes.fileName)
    partial = folder.appendingPathComponent("partial-epoch-seconds.txt")
  }

  /// Seconds that an interrupted process spent on the current epoch.
  public var partialSeconds: Double {
    (try? String(contentsOf: partial, encoding: .utf8)).flatMap(Double.init) ?? 0
  }

  /// Seconds of all finished epochs.
  public var totalSeconds: Double { times.total }

  /// Seconds of the last finished epoch, to the millisecond.
  public var lastSeconds: Double { times.rows.last?.seconds ?? 0 }

  /// Runs the rest of an epoch and records its seconds, including those before an interruption.
  public func measure(
    _ trainer: Trainer, _ epoch: () throws -> Trainer.Outcome
  ) throws -> Trainer.Outcome {
    let earlier = trainer.position > 0 ? partialSeconds : 0
    let clock = ContinuousClock()
    let beginning = clock.now
    let outcome = try epoch()
    let (whole, parts) = (clock.now - beginning).components
    let seconds = earlier + Double(whole) + Double(parts) * 1e-18
    switch outcome {
    case .interrupted: try interrupt(seconds: seconds)
    case .finished(let record):
      try finish(
        epoch: record.epoch, seconds: seconds, images: trainer.images(inEpoch: record.epoch))
    }
    return outcome
  }

  /// Records the seconds of an interrupted epoch, including earlier parts.
  public func interrupt(seconds: Double) throws {
    try AtomicFile.write(Data("\(seconds)".utf8), to: partial)
  }

  /// Adds a row for a finished epoch.
  public func finish(epoch: Int, seconds: Double, images: Int) throws {
    var times = times
    times.add(epoch: epoch, seconds: seconds, images: images)
    try AtomicFile.write(Data(times.text.utf8), to: table)
    try? FileManager.default.removeItem(at: partial)
  }

  /// Writes the table to the outputs.
  public func publish(to folder: URL) throws {
    try AtomicFile.write(
      Data(times.text.utf8), to: folder.appendingPathComponent(EpochTimes.fileName))
  }

  /// The table of the log; a new one if it can't be read.
  private var times: EpochTimes { (try? EpochTimes(contentsOf: table)) ?? EpochTimes() }
}
