/// A token of a source text. Comments and white space are not tokens.
public struct SourceToken: Sendable, Equatable {
  /// The kind of a token.
  public enum Kind: Sendable, Equatable {
    /// A name, a keyword, a number or a directive such as `#if`.
    case word
    /// A complete string, character or regular expression.
    case literal
    /// A run of operator characters; the case depends on the side on which it touches its operand.
    case infixOperator, prefixOperator, postfixOperator
    /// A bracket, comma, colon, full stop or similar.
    case punctuation
  }

  public let kind: Kind
  public let text: [UInt8]
  /// The offset of the token in the source, in bytes.
  public let offset: Int
  /// True if there is a line break between the previous token and this one.
  public let startsLine: Bool

  /// True if the token reads `word`.
  public func reads(_ word: StaticString) -> Bool {
    word.withUTF8Buffer { $0.elementsEqual(text) }
  }
}

/// A source text in a form that does not depend on comments and layout.
///
/// White space is omitted only *between tokens*: string literals, with their interpolations, are
/// kept. White space that matters to the compiler is represented too: the side on which an operator
/// touches its operand, and line breaks that may end a statement (`return` at the end of a line
/// does not return the next line).
public struct SourceTokens: Sendable, Equatable {
  /// The language, which determines the tokens.
  public enum Language: Sendable {
    case swift
    /// C headers, C sources and module maps. Every line break is significant, since it ends a
    /// directive.
    case c
  }

  public let language: Language
  public let tokens: [SourceToken]

  public init(of source: some Collection<UInt8>, language: Language) {
    self.init(language: language, tokens: SourceScanner(Array(source), language).scan())
  }

  public init(language: Language, tokens: [SourceToken]) {
    self.language = language
    self.tokens = tokens
  }

  /// The tokens in sequence, each terminated by a zero byte. They are equal for texts that differ
  /// only in comments and layout.
  public var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tokens.reduce(0) { $0 + $1.text.count + 2 })
    var previous: SourceToken?
    for token in tokens {
      if token.startsLine, let previous, breakCounts(between: previous, and: token) {
        bytes += [UInt8(ascii: "\n"), 0]
      }
      bytes += token.text
      switch token.kind {
      case .prefixOperator: bytes.append(UInt8(ascii: "("))
      case .postfixOperator: bytes.append(UInt8(ascii: ")"))
      case .word, .literal, .infixOperator, .punctuation: break
      }
      bytes.append(0)
      previous = token
    }
    return bytes
  }

  /// The names of imported modules, without the declarations imported from them.
  public var importedModules: Set<String> {
    let kinds: [StaticString] = [
      "struct", "class", "enum", "protocol", "typealias", "func", "var", "let", "actor",
    ]
    var modules: Set<String> = []
    for (index, token) in tokens.enumerated() where token.kind == .word && token.reads("import") {
      var next = index + 1
      if next < tokens.count, kinds.contains(where: { tokens[next].reads($0) }) { next += 1 }
      guard next < tokens.count, tokens[next].kind == .word else { continue }
      modules.insert(String(decoding: tokens[next].text, as: UTF8.self))
    }
    return modules
  }

  /// Whether a line break at this position can end a statement. It can't after an opening bracket,
  /// a comma or an infix operator, nor before a closing bracket, a full stop or an infix operator.
  private func breakCounts(between previous: SourceToken, and next: SourceToken) -> Bool {
    guard language == .swift else { return true }
    if previous.kind == .infixOperator || next.kind == .infixOperator { return false }
    if previous.kind == .punctuation, let byte = previous.text.first, Self.opening.contains(byte) {
      return false
    }
    if next.kind == .punctuation, let byte = next.text.first, Self.closing.contains(byte) {
      return false
    }
    return true
  }

  private static let opening = Set("([{,:;".utf8)
  private static let closing = Set(")]},:;.".utf8)
}
