/// Swift source divided into spans of one style each, for a page.
///
/// It highlights what can be told from tokens: keywords, names of types, literals, comments and
/// attributes. Functions and variables, which only the compiler can distinguish, are not
/// highlighted.
public struct HighlightedSwift: Sendable, Equatable {
  public enum Look: String, Sendable {
    case plain, keyword, type, literal, comment, attribute
  }

  /// A span of the source with one style.
  public struct Span: Sendable, Equatable {
    public let look: Look
    public let text: String

    public init(_ look: Look, _ text: String) {
      self.look = look
      self.text = text
    }
  }

  /// The spans; their concatenated texts are the source.
  public let spans: [Span]

  public init(of source: String) {
    let bytes = Array(source.utf8)
    let tokens = SourceTokens(of: bytes, language: .swift).tokens
    var builder = Builder()
    var end = 0
    for (index, token) in tokens.enumerated() {
      builder.appendGap(bytes[end..<token.offset])
      end = token.offset + token.text.count
      builder.append(Self.look(of: index, in: tokens), bytes[token.offset..<end])
    }
    builder.appendGap(bytes[end...])
    spans = builder.spans
  }

  private static func look(of index: Int, in tokens: [SourceToken]) -> Look {
    let token = tokens[index]
    guard token.kind != .literal else { return .literal }
    if token.reads("@") { return .attribute }
    guard token.kind == .word, let first = token.text.first else { return .plain }
    let previous = index > 0 ? tokens[index - 1] : nil
    if first == UInt8(ascii: "#") || previous?.reads("@") == true { return .attribute }
    if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) { return .literal }
    if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) { return .type }
    // `for:` is a label and `.default` a member; `default:` at the start of a line begins a case.
    let isCase = token.reads("default") && token.startsLine
    let isLabel = !isCase && index + 1 < tokens.count && tokens[index + 1].reads(":")
    let isMember = previous?.reads(".") == true
    guard !isMember, !isLabel,
      keywords.contains(String(decoding: token.text, as: UTF8.self))
    else { return .plain }
    return .keyword
  }

  private static let keywords: Set<String> = [
    "actor", "any", "as", "associatedtype", "async", "await", "borrowing", "break", "case", "catch",
    "class", "consuming", "continue", "default", "defer", "deinit", "do", "else", "enum",
    "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
    "in",
    "init", "inout", "internal", "is", "lazy", "let", "mutating", "nil", "nonisolated", "open",
    "operator", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "some",
    "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "unowned", "var", "weak", "where", "while",
  ]
}

/// Joins neighbouring spans of the same style.
private struct Builder {
  private var looks: [HighlightedSwift.Look] = []
  private var texts: [[UInt8]] = []

  var spans: [HighlightedSwift.Span] {
    zip(looks, texts).map { HighlightedSwift.Span($0, String(decoding: $1, as: UTF8.self)) }
  }

  mutating func append(_ look: HighlightedSwift.Look, _ bytes: ArraySlice<UInt8>) {
    if looks.last == look {
      texts[texts.count - 1] += bytes
    } else if !bytes.isEmpty {
      looks.append(look)
      texts.append(Array(bytes))
    }
  }

  /// Appends the text between two tokens: white space and comments.
  mutating func appendGap(_ bytes: ArraySlice<UInt8>) {
    let isComment = bytes.contains(UInt8(ascii: "/"))
    guard isComment, let start = bytes.firstIndex(of: UInt8(ascii: "/")) else {
      return append(looks.last ?? .plain, bytes)
    }
    append(looks.last ?? .plain, bytes[..<start])
    append(.comment, bytes[start...])
  }
}
