/// Takes the warnings that were shown before out of a stage's output: several stages may have one to give
/// of the same data, and a reader needs it once. The log keeps all of them.
///
/// A warning is a line that begins with `warning: `. All other bytes pass at once, so that a progress line
/// is not held up.
public struct RepeatedWarnings {
  private static let mark = Array("warning: ".utf8)
  /// Bytes after which a line is taken for no warning.
  private static let longest = 4096

  private var shown: Set<[UInt8]>
  /// The beginning of a line that may be a warning.
  private var held: [UInt8] = []
  private var isAtStart = true

  /// - Parameter shown: The lines that were shown before; others among them do no harm.
  public init(shown: some Sequence<Substring>) {
    self.shown = Set(shown.map { Array($0.utf8) })
  }

  /// Takes what the stage has written, and returns what is to be shown of it.
  public mutating func passing(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var passing: [UInt8] = []
    for byte in bytes {
      if held.isEmpty && !isAtStart {
        passing.append(byte)
        isAtStart = byte == UInt8(ascii: "\n")
      } else if byte == UInt8(ascii: "\n") {
        if !held.starts(with: Self.mark) || shown.insert(held).inserted { passing += held + [byte] }
        (held, isAtStart) = ([], true)
      } else {
        held.append(byte)
        guard
          held.count > Self.longest
            || !held.prefix(Self.mark.count).elementsEqual(Self.mark.prefix(held.count))
        else { continue }
        passing += held
        (held, isAtStart) = ([], false)
      }
    }
    return passing
  }

  /// What is held when the output has ended.
  public mutating func rest() -> [UInt8] {
    defer { held = [] }
    return held
  }
}
