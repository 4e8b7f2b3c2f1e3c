/// Filters a stage's output for its log: keeps whole lines, without colours and without the progress
/// line that a terminal overwrites (`CR ESC [ K text`).
public struct LogFilter: Sendable {
  /// The name of a step's log in its work folder and, later, in its artefact.
  public static let fileName = "log.txt"

  private static let escape: UInt8 = 0x1B

  /// The unfinished line, without the text that a carriage return has erased.
  private var line: [UInt8] = []
  private var sequence: [UInt8] = []
  /// Whether the byte before was a carriage return: before a line break it erases nothing.
  private var hasReturned = false

  public init() {}

  /// Adds output of the stage, and returns the completed lines.
  public mutating func lines(from bytes: some Sequence<UInt8>) -> [UInt8] {
    var complete: [UInt8] = []
    for byte in bytes {
      if !sequence.isEmpty {
        sequence.append(byte)
        // A control sequence is ESC [ parameters letter; any other escape has two bytes.
        let isControl = sequence.count > 1 && sequence[1] == UInt8(ascii: "[")
        if isControl ? sequence.count > 2 && (0x40...0x7E).contains(byte) : sequence.count == 2 {
          sequence = []
        }
      } else if byte == Self.escape {
        sequence = [byte]
      } else if byte == UInt8(ascii: "\r") {
        hasReturned = true
      } else if byte == UInt8(ascii: "\n") {
        complete += line + [byte]
        (line, hasReturned) = ([], false)
      } else {
        if hasReturned { (line, hasReturned) = ([], false) }
        line.append(byte)
      }
    }
    return complete
  }

  /// The unfinished last line, with a line break; empty if there is none.
  public mutating func rest() -> [UInt8] {
    defer { line = [] }
    return line.isEmpty ? [] : line + [UInt8(ascii: "\n")]
  }
}
