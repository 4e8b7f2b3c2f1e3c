import TensorFiles

/// Quotes text for a gnuplot script.
///
/// A script quotes with single quotes only: between them gnuplot neither runs what stands between
/// backticks nor expands macros nor reads backslashes, and a quote itself is written twice. The
/// terminals are set `noenhanced`, so `_`, `^`, `@`, `{` and `}` mean nothing either.
package enum Text {
  /// `text` as a gnuplot string.
  static func quoted(_ text: String) -> String {
    "'" + PrintableText.flattened(text).replacingScalar("'", by: "''") + "'"
  }

  /// `text` as the label of a tick. Those labels, alone among strings, are number formats, in which a
  /// percent sign is written twice. Labels beyond `length` characters are cut, as they would leave the
  /// picture.
  static func quotedTick(_ text: String, length: Int = tickLength) -> String {
    quoted(shortened(PrintableText.flattened(text), to: length).replacingScalar("%", by: "%%"))
  }

  package static let tickLength = 20

  /// `text` cut so that it takes no more room than `length` Latin letters.
  package static func shortened(_ text: String, to length: Int = tickLength) -> String {
    PrintableText.cut(text, toWidth: length)
  }

  /// A name as a part of a longer line, cut. One that is written from right to left would turn around what
  /// stands beside it: Unicode's isolates keep it apart, and a mark keeps the line from left to right.
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
