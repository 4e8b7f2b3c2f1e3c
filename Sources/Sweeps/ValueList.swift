/// The values of `--set key=v1,v2,…`, split at commas outside brackets and quotes.
public enum ValueList {
  /// - Returns: The values in their order, without surrounding spaces.
  public static func split(_ text: String, key: String) throws(SweepError) -> [String] {
    var values: [String] = []
    var value = ""
    var closing: [Character] = []
    var quote: Character?
    var isEscaped = false
    /// Whether a quote at this position opens a text; within a word it is an ordinary character.
    var isAtStart = true
    for character in text {
      if let open = quote {
        value.append(character)
        if open == "\"", character == "\\", !isEscaped {
          isEscaped = true
          continue
        }
        if character == open, !isEscaped { quote = nil }
        isEscaped = false
        continue
      }
      if character == ",", closing.isEmpty {
        values.append(trimmed(value))
        value = ""
        isAtStart = true
        continue
      }
      value.append(character)
      switch character {
      case "[": closing.append("]")
      case "{": closing.append("}")
      case "]", "}":
        guard closing.popLast() == character else { throw .unbalanced(key: key, values: text) }
      case "\"", "'": if isAtStart { quote = character }
      default: break
      }
      isAtStart = "[{,: ".contains(character) && (character != " " || isAtStart || !closing.isEmpty)
    }
    guard closing.isEmpty, quote == nil else { throw .unbalanced(key: key, values: text) }
    values.append(trimmed(value))
    guard !values.contains("") else { throw .emptyValue(key: key, values: text) }
    for (index, value) in values.enumerated() where values[..<index].contains(value) {
      throw .repeatedValue(key: key, value: value)
    }
    return values
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
