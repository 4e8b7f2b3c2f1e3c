import SourceText

/// The part of the package manifest (`Package.swift`) that decides how a stage is built: all tokens
/// except the declarations of targets that are not part of the stage.
///
/// Build settings and the pinned versions of dependencies count; a target or test that is
/// added for another purpose does not. A manifest of an unusual form counts as a whole.
struct PackageOutline {
  private let source: SourceTokens
  /// The targets with the tokens that declare them, including the trailing comma.
  private let targets: [(name: String, range: Range<Int>)]

  init(_ source: SourceTokens) {
    self.source = source
    targets = Self.targets(in: source.tokens)
  }

  /// The manifest's canonical bytes without the targets whose names are not in `kept`.
  func canonicalBytes(keeping kept: Set<String>) -> [UInt8] {
    var tokens: [SourceToken] = []
    var position = 0
    for target in targets where !kept.contains(target.name) {
      tokens += source.tokens[position..<target.range.lowerBound]
      position = target.range.upperBound
    }
    tokens += source.tokens[position...]
    return SourceTokens(language: source.language, tokens: tokens).canonicalBytes
  }

  /// The elements `.kind(name: "…", …)` of the first list called `targets` that begins with one.
  private static func targets(in tokens: [SourceToken]) -> [(name: String, range: Range<Int>)] {
    for index in tokens.indices.dropLast(3)
    where tokens[index].reads("targets") && tokens[index + 1].reads(":")
      && tokens[index + 2].reads("[") && tokens[index + 3].reads(".")
    {
      return elements(in: tokens, from: index + 3)
    }
    return []
  }

  private static func elements(
    in tokens: [SourceToken], from start: Int
  ) -> [(name: String, range: Range<Int>)] {
    var elements: [(name: String, range: Range<Int>)] = []
    var position = start
    while position + 2 < tokens.count, tokens[position].reads("."),
      tokens[position + 1].kind == .word, tokens[position + 2].reads("(")
    {
      var end = position + 3
      var depth = 1
      var name: String?
      while end < tokens.count, depth > 0 {
        if tokens[end].reads("(") || tokens[end].reads("[") { depth += 1 }
        if tokens[end].reads(")") || tokens[end].reads("]") { depth -= 1 }
        if depth == 1, name == nil, tokens[end].reads("name"), end + 2 < tokens.count,
          tokens[end + 1].reads(":"), tokens[end + 2].kind == .literal
        {
          name = String(decoding: tokens[end + 2].text.dropFirst().dropLast(), as: UTF8.self)
        }
        end += 1
      }
      if end < tokens.count, tokens[end].reads(",") { end += 1 }
      if let name { elements.append((name, position..<end)) }
      position = end
    }
    return elements
  }
}
