/// A piece of HTML. What a literal holds is markup; what is interpolated into it is text, and is
/// escaped, unless it is a piece of HTML itself:
///
///     let row: HTML = "<td>\(name)</td>"
///
/// So a text from a file can't become markup by being forgotten.
public struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
  public private(set) var markup: String

  /// Nothing.
  public init() { markup = "" }

  public init(stringLiteral value: String) { markup = value }

  public init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// A text as HTML.
  public init(text: String) { markup = Self.escaped(text) }

  /// Markup that another program has made and that is known to be safe.
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

  /// `text` with what HTML reads as markup as character references. Control characters, which no page
  /// may hold, become replacement characters, and so do changes of direction, by which a text could
  /// swap what stands beside it.
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
  /// The pieces one after the other, a line break between two.
  public func joined(separator: String = "\n") -> HTML {
    HTML(trusted: map(\.markup).joined(separator: separator))
  }
}
