import Foundation
import TensorFiles

/// Seconds and images per second of each epoch, in a table separate from the history, because they
/// differ between runs. The table survives an interruption; work after the last save is not counted
/// twice.
public struct TimingLog {
  private let table: URL
  private let partial: URL

  /// - Parameter folder: The work folder.
  public init(folder: URL) {
    table = folder.appendingPathComponent("timing.csv")
    partial = folder.appendingPathComponent("partial-epoch-seconds.txt")
  }

  private static let header = "epoch,seconds,images_per_second\n"

  /// Seconds that an interrupted process spent on the current epoch.
  public var partialSeconds: Double {
    (try? String(contentsOf: partial, encoding: .utf8)).flatMap(Double.init) ?? 0
  }

  /// Seconds of all finished epochs.
  public var totalSeconds: Double {
    text.split(separator: "\n").dropFirst().reduce(0) { sum, row in
      let cells = row.split(separator: ",")
      return sum + (cells.count > 1 ? Double(cells[1]) ?? 0 : 0)
    }
  }

  /// Seconds of the last finished epoch, to the millisecond.
  public var lastSeconds: Double {
    let cells = text.split(separator: "\n").dropFirst().last?.split(separator: ",") ?? []
    return cells.count > 1 ? Double(cells[1]) ?? 0 : 0
  }

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
      try finish(epoch: record.epoch, seconds: seconds, images: trainer.imageCount)
    }
    return outcome
  }

  /// Records the seconds of an interrupted epoch, including earlier parts.
  public func interrupt(seconds: Double) throws {
    try AtomicFile.write(Data("\(seconds)".utf8), to: partial)
  }

  /// Adds a row for a finished epoch.
  public func finish(epoch: Int, seconds: Double, images: Int) throws {
    let rate = seconds > 0 ? Double(images) / seconds : 0
    let row = "\(epoch),\(rounded(seconds)),\(rounded(rate))\n"
    // An epoch that is repeated after a crash replaces its row.
    let earlier = text.split(separator: "\n").dropFirst().filter {
      $0.split(separator: ",").first.flatMap { Int($0) }.map { $0 < epoch } ?? false
    }
    let rows = earlier.map { "\($0)\n" }.joined()
    try AtomicFile.write(Data((Self.header + rows + row).utf8), to: table)
    try? FileManager.default.removeItem(at: partial)
  }

  /// Copies the table to the outputs.
  public func publish(to folder: URL) throws {
    try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent("timing.csv"))
  }

  private var text: String { (try? String(contentsOf: table, encoding: .utf8)) ?? Self.header }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
