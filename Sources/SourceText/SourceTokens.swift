/// A token of a source text, without comments and blank space.
public struct SourceToken: Sendable, Equatable {
  /// The kind of a token.
  public enum Kind: Sendable, Equatable {
    /// A name, a keyword, a number or a directive such as `#if`.
    case word
    /// A string, a character or a regular expression, whole.
    case literal
    /// A run of operator characters, with the side on which it touches its operand.
    case infixOperator, prefixOperator, postfixOperator
    /// A bracket, a comma, a colon, a full stop and the like.
    case punctuation
  }

  public let kind: Kind
  public let text: [UInt8]
  /// Where it begins in the source, in bytes.
  public let offset: Int
  /// True if a line break stands between the token before and this one.
  public let startsLine: Bool

  /// True if the token reads `word`.
  public func reads(_ word: StaticString) -> Bool {
    word.withUTF8Buffer { $0.elementsEqual(text) }
  }
}

/// A source text in a form that comments and layout do not change.
///
/// Blank space is left out *between tokens* only: string literals, with their interpolations, stay
/// whole. What blank space means to the compiler stays too: on which side an operator touches its
/// operand, and line breaks that may end a statement (`return` before a line is not `return` of it).
public struct SourceTokens: Sendable, Equatable {
  /// What decides where tokens begin and end.
  public enum Language: Sendable {
    case swift
    /// C headers, C sources and module maps. Here every line break counts: it ends a directive.
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

  /// The tokens one after the other, each ended by a zero byte. Equal for two texts where nothing but
  /// comments and layout differs.
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

  /// The names that follow `import`, of modules and not of what is taken from them.
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

  /// Whether a line break at this place can end a statement. After an opening bracket, a comma or an
  /// infix operator it can't, nor before a closing bracket, a full stop or an infix operator.
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
