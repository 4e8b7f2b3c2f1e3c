/// Reformats valid JSON, with one member or element per line, without changing order, names or
/// numbers. A list or object that contains no other one is kept on one line if it fits.
enum IndentedJSON {
  /// The length of the longest list or object on one line.
  private static let lineLength = 96

  static func lines(of text: String) -> [String] {
    let tokens = tokens(of: text)
    var lines: [String] = []
    var line = ""
    var depth = 0
    func breakLine() {
      lines.append(line)
      line = String(repeating: "  ", count: depth)
    }
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      switch token {
      case "{", "[":
        if let inline = inlined(tokens[index...]) {
          line += inline.text
          index += inline.count - 1
        } else {
          line += token
          depth += 1
          breakLine()
        }
      case "}", "]":
        depth -= 1
        breakLine()
        line += token
      case ",":
        line += token
        breakLine()
      case ":": line += ": "
      default: line += token
      }
      index += 1
    }
    return lines + [line]
  }

  /// The list or object at the beginning of `tokens` on one line, and its number of tokens; nil if
  /// it contains another one or is too long.
  private static func inlined(_ tokens: ArraySlice<String>) -> (text: String, count: Int)? {
    var text = tokens.first ?? ""
    for (count, token) in tokens.dropFirst().enumerated() {
      switch token {
      case "{", "[": return nil
      case "}", "]": return (text + token, count + 2)
      case ",", ":": text += token + " "
      default: text += token
      }
      guard text.count <= lineLength else { return nil }
    }
    return nil
  }

  /// Strings, numbers and words as single tokens, and each punctuation character; without white
  /// space.
  private static func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    var word = ""
    var isString = false
    var isEscaped = false
    func finish() {
      if !word.isEmpty { tokens.append(word) }
      word = ""
    }
    for scalar in text.unicodeScalars {
      if isString {
        word.unicodeScalars.append(scalar)
        if isEscaped {
          isEscaped = false
        } else if scalar == "\\" {
          isEscaped = true
        } else if scalar == "\"" {
          isString = false
          finish()
        }
        continue
      }
      switch scalar {
      case "\"":
        isString = true
        word.unicodeScalars.append(scalar)
      case "{", "}", "[", "]", ",", ":":
        finish()
        tokens.append(String(scalar))
      case " ", "\n", "\r", "\t": finish()
      default: word.unicodeScalars.append(scalar)
      }
    }
    finish()
    return tokens
  }
}
