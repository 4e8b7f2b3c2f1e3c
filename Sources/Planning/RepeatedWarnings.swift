/// Removes already shown warnings from a stage's output: several stages may print the same one
/// about the same data. The log keeps all of them.
///
/// A warning is a line that begins with `warning: `. All other bytes pass immediately, so that a progress line
/// is not delayed.
public struct RepeatedWarnings {
  private static let mark = Array("warning: ".utf8)
  /// Longest warning in bytes; a longer line is passed on.
  private static let longest = 4096

  private var shown: Set<[UInt8]>
  /// The beginning of a line that may be a warning.
  private var held: [UInt8] = []
  private var isAtStart = true

  /// - Parameter shown: The lines that were shown before; may include other lines.
  public init(shown: some Sequence<Substring>) {
    self.shown = Set(shown.map { Array($0.utf8) })
  }

  /// Adds output of the stage, and returns the part to show.
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

  /// The held bytes, when the output has ended.
  public mutating func rest() -> [UInt8] {
    defer { held = [] }
    return held
  }
}
