/// Text from files on its way to a terminal: control characters could move the cursor, hide what a
/// file holds or break a one-line message.
public enum PrintableText {
  /// True where no scalar of `text` is a control, a format (such as a change of direction), a line
  /// break, a private or an unassigned one.
  public static func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy(isPrintable)
  }

  /// `text` with every unprintable scalar as `\u{…}`, cut after `limit` characters.
  public static func escaped(_ text: String, limit: Int = 300) -> String {
    var result = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      guard count < limit else { return result + "…" }
      if isPrintable(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: false
    case .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
