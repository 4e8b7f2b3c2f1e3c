/// A piece of HTML. Literals are markup; interpolated values are escaped as text unless they are
/// HTML themselves:
///
///     let row: HTML = "<td>\(name)</td>"
///
/// So text from a file can't become markup because somebody forgot to escape it.
public struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
  public private(set) var markup: String

  /// Empty HTML.
  public init() { markup = "" }

  public init(stringLiteral value: String) { markup = value }

  public init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// A text as HTML.
  public init(text: String) { markup = Self.escaped(text) }

  /// Markup from another program that is known to be safe.
  public init(trusted markup: String) { self.markup = markup }

  public var isEmpty: Bool { markup.isEmpty }

  public static func + (left: HTML, right: HTML) -> HTML {
    HTML(trusted: left.markup + right.markup)
  }
  public static func += (left: inout HTML, right: HTML) { left.markup += right.markup }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    public init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    public mutating func appendLiteral(_ literal: String) { markup += literal }
    public mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
    public mutating func appendInterpolation(_ text: some StringProtocol) {
      markup += HTML.escaped(text)
    }
    public mutating func appendInterpolation(_ number: Int) { markup += String(number) }
  }

  /// `text` with characters of markup as character references. Control characters, which HTML does
  /// not allow, become replacement characters, and so do changes of direction, which could reorder
  /// the surrounding text.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\0"..<" ", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
      case "\u{61C}", "\u{200E}"..."\u{200F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Sequence<HTML> {
  /// The pieces joined by `separator`.
  public func joined(separator: String = "\n") -> HTML {
    HTML(trusted: map(\.markup).joined(separator: separator))
  }
}
