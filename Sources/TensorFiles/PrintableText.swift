/// Makes text from files safe to print: control characters could move the cursor, hide the contents
/// of a file or break a one-line message.
public enum PrintableText {
  /// True if `text` has no control or format character (such as a change of direction), no line
  /// break, and no private or unassigned scalar.
  public static func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy(isPrintable)
  }

  /// `text` with every unprintable scalar as `\u{…}`, and every byte of a path that is not UTF-8 as
  /// `\xE9`, truncated to `limit` characters.
  public static func escaped(_ text: String, limit: Int = 300) -> String {
    var result = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      guard count < limit else { return result + "…" }
      if isPrintable(scalar) {
        result.unicodeScalars.append(scalar)
      } else if let byte = PathText.byte(of: scalar) {
        result += (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// JSON with every unprintable scalar of its strings as `\uXXXX`: the same value in printable
  /// text. Line breaks and tabs are kept; in JSON they occur only between tokens.
  public static func escapedJSON(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if isPrintable(scalar) || ["\n", "\r", "\t"].contains(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result
  }

  /// `text` on one line: each run of white space that does not consist of spaces alone becomes one
  /// space, and every other unprintable scalar `\u{…}`; truncated to `limit` scalars.
  public static func line(_ text: String, limit: Int = 2000) -> String {
    guard !isPrintable(text) || text.unicodeScalars.count > limit else { return text }
    var result = ""
    var blank = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      guard count < limit else { return result + "…" }
      if scalar.properties.isWhitespace {
        blank.unicodeScalars.append(scalar)
        continue
      }
      result += isPrintable(blank) ? blank : " "
      blank = ""
      result += escaped(String(scalar), limit: 1)
    }
    return result
  }

  /// `text` on one line: each run of white space or control characters becomes one space.
  public static func flattened(_ text: String) -> String {
    let words = text.unicodeScalars.split { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
      default: false
      }
    }
    return words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
  }

  /// `text` escaped as by `escaped`, except for codes that set a terminal's colours: `ESC [`,
  /// digits and semicolons, `m`.
  public static func escapedBetweenColours(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let code = rest.firstMatch(of: /\u{1B}\[[0-9;]*m/) {
      result += escaped(String(rest[..<code.range.lowerBound]), limit: .max) + code.output
      rest = rest[code.range.upperBound...]
    }
    return result + escaped(String(rest), limit: .max)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: false
    case .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
