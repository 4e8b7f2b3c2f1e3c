import TensorFiles

/// Quotes text for a gnuplot script.
///
/// Scripts use only single quotes. Between them, gnuplot does not execute text in backticks, expand
/// macros or interpret backslashes; a quote is written twice. The terminals are set to
/// `noenhanced`, so `_`, `^`, `@`, `{` and `}` have no special meaning either.
package enum Text {
  /// `text` as a gnuplot string.
  static func quoted(_ text: String) -> String {
    "'" + PrintableText.flattened(text).replacingScalar("'", by: "''") + "'"
  }

  /// `text` as the label of a tick. Unlike other strings, these labels are number formats, in which
  /// a percent sign is written twice. Labels longer than `length` are truncated, since they would
  /// extend beyond the picture.
  static func quotedTick(_ text: String, length: Int = tickLength) -> String {
    quoted(shortened(PrintableText.flattened(text), to: length).replacingScalar("%", by: "%%"))
  }

  package static let tickLength = 20

  /// `text` truncated to the width of `length` Latin letters.
  package static func shortened(_ text: String, to length: Int = tickLength) -> String {
    PrintableText.cut(text, toWidth: length)
  }

  /// A truncated name as part of a longer line. A right-to-left name would reorder the text next to
  /// it, so Unicode's isolates enclose it, and a mark keeps the line left-to-right.
  package static func name(_ text: String, to length: Int = tickLength) -> String {
    let name = shortened(PrintableText.flattened(text), to: length)
    let isFromRight = name.unicodeScalars.contains { scalar in
      rightToLeft.contains { $0.contains(scalar.value) }
    }
    return isFromRight ? "\u{200E}\u{2068}\(name)\u{2069}" : name
  }

  /// The blocks of Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours.
  private static let rightToLeft: [ClosedRange<UInt32>] = [
    0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF,
  ]
}
