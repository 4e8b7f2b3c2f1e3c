import CheckedNumbers
import Foundation
import TensorFiles
import Terminals

/// The stages' console: lines on standard output, and a progress line that is updated in place on a
/// terminal and printed at intervals elsewhere.
public enum Console {
  /// True if standard output appears on a terminal: directly, or through pipeline.sh, which logs it
  /// and sets `TESSERA_TERMINAL=1`.
  public static let isTerminal =
    isatty(STDOUT_FILENO) != 0 || ProcessInfo.processInfo.environment["TESSERA_TERMINAL"] == "1"

  /// Columns of the terminal; nil if output does not appear on one.
  public static var width: Int? { isTerminal ? Terminal.controllingWidth ?? 80 : nil }

  /// Prints one complete line immediately, even to a pipe.
  public static func printLine(_ line: String) {
    Console.check(Output.immediateLine(line, renewing: isTerminal))
  }

  /// Ends the process with one line if standard output can't be written, as on a full disk. A
  /// closed pipe does not end it here: `Interruption` handles that.
  ///
  /// - Parameter code: 0, or the `errno` of what failed.
  static func check(_ code: Int32) {
    guard code != 0, code != EPIPE else { return }
    exitWithError("standard output can't be written: \(String(cString: strerror(code)))")
  }
}

/// The progress of work that can be counted: fraction done, rate and time left.
///
/// On a terminal, one line is updated about ten times a second; elsewhere, a plain line is printed
/// every ten seconds, so that logs stay short.
public struct Progress: Sendable {
  private let label: String
  private let total: Int
  private let unit: String
  private let alreadyDone: Int
  private let start = ContinuousClock.now
  private var lastReport: ContinuousClock.Instant

  /// - Parameter alreadyDone: Work done by an earlier process; it counts as done but not for the
  ///   rate.
  public init(_ label: String, total: Int, unit: String, alreadyDone: Int = 0) {
    self.label = label
    self.total = total
    self.unit = unit
    self.alreadyDone = alreadyDone
    lastReport = ContinuousClock.now
  }

  /// Reports that `done` of the total are finished.
  ///
  /// - Parameter detail: Further information, for example the running loss.
  public mutating func update(done: Int, detail: String = "") {
    let now = ContinuousClock.now
    let interval: Duration = Console.isTerminal ? .milliseconds(100) : .seconds(10)
    guard now - lastReport >= interval else { return }
    lastReport = now
    let line = Self.line(
      label: label, done: done, total: total, unit: unit, alreadyDone: alreadyDone,
      seconds: (now - start).inSeconds, detail: detail, width: Console.width)
    if Console.isTerminal {
      Console.check(Output.progress(line))
    } else {
      Console.printLine(line)
    }
  }

  /// Clears the line of a terminal.
  public func finish() {
    if Console.isTerminal { Console.check(Output.progress(nil)) }
  }

  /// A progress line shorter than `width` columns, unless that is nil: a longer line would wrap and
  /// could not be updated in place. If necessary, the count is left out, then the detail, then the
  /// rate.
  public static func line(
    label: String, done: Int, total: Int, unit: String, alreadyDone: Int, seconds: Double,
    detail: String, width: Int?
  ) -> String {
    let rate = seconds > 0 ? Double(done - alreadyDone) / seconds : 0
    let percent = total > 0 ? 100 * Double(done) / Double(total) : 100
    let head = "\(label)  \(Int(clamping: percent)) %"
    let count = "\(done)/\(total) \(unit)"
    let speed = rate > 0 ? "\(Int(rounding: rate)) \(unit)/s" : ""
    let left = rate > 0 ? "\(clock(seconds: Double(total - done) / rate)) left" : ""
    let forms = [
      [head, count, speed, left, detail], [head, speed, left, detail], [head, speed, left],
      [head, left],
    ].map { parts in parts.filter { !$0.isEmpty }.joined(separator: "  ") }
    let shortest = forms[forms.count - 1]
    guard let width else { return forms[0] }
    return forms.first { $0.count < width } ?? String(shortest.prefix(max(width - 1, 0)))
  }

  /// Seconds as `m:ss`, or `h:mm:ss` from one hour.
  public static func clock(seconds: Double) -> String { NumberText.clock(seconds: seconds) }
}

extension Duration {
  /// The duration in seconds.
  public var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
