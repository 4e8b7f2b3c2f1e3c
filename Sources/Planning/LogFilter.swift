/// What a log keeps of a stage's output: whole lines, without the progress line that a terminal sees
/// renewed in place (`CR ESC [ K text`, again and again) and without colours.
public struct LogFilter: Sendable {
  /// The name of an instance's log in its work folder and, later, in its artefact.
  public static let fileName = "log.txt"

  private static let escape: UInt8 = 0x1B

  /// The line that has begun, less what a carriage return has taken back.
  private var line: [UInt8] = []
  private var sequence: [UInt8] = []
  /// Whether the byte before was a carriage return: before a line break it takes nothing back.
  private var hasReturned = false

  public init() {}

  /// Takes what the stage has written, and returns the lines that are complete.
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

  /// The line that the stage did not end, with a line break; nothing where it ended all.
  public mutating func rest() -> [UInt8] {
    defer { line = [] }
    return line.isEmpty ? [] : line + [UInt8(ascii: "\n")]
  }
}
