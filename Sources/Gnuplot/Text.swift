/// Text on its way into a gnuplot script.
///
/// A script quotes with single quotes only: between them gnuplot neither runs what stands between
/// backticks nor expands macros nor reads backslashes, and a quote itself is written twice. The
/// terminals are set `noenhanced`, so `_`, `^`, `@`, `{` and `}` mean nothing either.
enum Text {
  /// `text` on one line: each run of white space or control characters becomes one space.
  static func flattened(_ text: String) -> String {
    let words = text.unicodeScalars.split { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
      default: false
      }
    }
    return words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
  }

  /// `text` as a gnuplot string.
  static func quoted(_ text: String) -> String {
    "'" + flattened(text).replacing("'", with: "''") + "'"
  }

  /// `text` as the label of a tick. Those labels, alone among strings, are number formats, in which a
  /// percent sign is written twice. Labels beyond 20 characters are cut, as they would leave the
  /// picture.
  static func quotedTick(_ text: String) -> String {
    quoted(shortened(flattened(text)).replacing("%", with: "%%"))
  }

  static func shortened(_ text: String) -> String {
    text.count <= 20 ? text : text.prefix(19) + "…"
  }
}
