extension SettingsNode {
  /// The kind of a node, regardless of the expected type.
  enum Kind: Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case oversizedInteger
    case number(Double)
    case nonFinite
    case text
    case list
    case mapping
  }

  /// The kind of the node. A word in quotes is always text.
  var kind: Kind {
    switch content {
    case .list: return .list
    case .mapping: return .mapping
    case .scalar(_, isPlain: false): return .text
    case .scalar(let word, isPlain: true):
      switch PlainScalar(word) {
      case .null: return .null
      case .boolean(let value): return .boolean(value)
      case .integer(let value): return .integer(value)
      case .oversizedInteger: return .oversizedInteger
      case .number(let value): return .number(value)
      case .nonFinite: return .nonFinite
      case .text: return .text
      }
    }
  }

  /// The node in words, for use after "found".
  var foundDescription: String {
    switch content {
    case .list(let items):
      return items.count == 1 ? "a list of 1 item" : "a list of \(items.count) items"
    case .mapping: return "a mapping"
    case .scalar(let word, _):
      let word = onOneLine(word)
      switch kind {
      case .null: return "nothing"
      case .boolean: return "the boolean \(word)"
      case .integer, .oversizedInteger: return "the integer \(word)"
      case .number, .nonFinite: return "the number \(word)"
      default: return word.isEmpty ? "an empty text" : "the text '\(word)'"
      }
    }
  }
}
