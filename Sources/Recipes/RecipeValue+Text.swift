extension RecipeValue {
  /// The value as one line of YAML, the same for equal values: `0.1`, `true`, `[5, 8]`,
  /// `{crop: {padding: 4, fill: zero}}`. It is used in cache keys, in the resolved recipe and in messages.
  /// Text is not quoted if YAML reads it back as the same text.
  public var canonicalText: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): numberText(value)
    case .text(let value): isPlainText(value) ? value : quoted(value)
    case .list(let items): "[" + items.map(\.canonicalText).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { "\($0.key): \($0.value.canonicalText)" }.joined(separator: ", ") + "}"
    }
  }

  /// The value as JSON on one line.
  public var json: String {
    switch self {
    case .null, .boolean, .integer, .number: canonicalText
    case .text(let value): quoted(value)
    case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { "\(quoted($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
    }
  }
}

/// The shortest decimal that reads back as the same number, always with a point: YAML 1.1 reads
/// `1e-08` as text.
private func numberText(_ number: Double) -> String {
  let text = String(describing: number)
  guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
  return text[..<exponent] + ".0" + text[exponent...]
}

/// True if YAML reads the unquoted word back as this text, even in a list or a mapping.
func isPlainText(_ text: String) -> Bool {
  guard let first = text.utf8.first, isASCIILetterOrDigit(first) || "./_".utf8.contains(first),
    text.utf8.allSatisfy({ isASCIILetterOrDigit($0) || "./_-+".utf8.contains($0) })
  else { return false }
  return PlainScalar(text) == .text
}

/// The text in double quotes, escaped so that both JSON and YAML can read it back and it stays on
/// one line: control characters, line and paragraph separators and the byte order mark as `\uXXXX`.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}",
      "\u{FFFE}", "\u{FFFF}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

private func isASCIILetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    true
  default: false
  }
}
