/// The value of an unquoted word in a recipe.
///
/// The rules are those of YAML 1.2's core schema without its alternative spellings: only `true` and `false`
/// are booleans; `null`, `~` and an empty value are null; integers are decimal. YAML 1.1's `yes`,
/// `no`, `on`, `off`, octal `010`, `1_000` and `1:30` remain text, so that they are
/// rejected where a number or a boolean is expected instead of silently becoming one.
enum PlainScalar: Equatable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// A decimal integer beyond 64 bits.
  case oversizedInteger
  case number(Double)
  /// `.inf`, `.nan`, or a number beyond the range of a `Double`.
  case nonFinite
  case text

  init(_ word: String) {
    switch word {
    case "", "~", "null": self = .null
    case "true": self = .boolean(true)
    case "false": self = .boolean(false)
    case ".inf", "+.inf", "-.inf", ".Inf", "+.Inf", "-.Inf", ".nan", ".NaN": self = .nonFinite
    default: self = Self.decimal(word) ?? .text
    }
  }

  /// The value of a decimal word: a sign, digits without leading zeros, a point with
  /// digits on at least one side, an exponent. Nil if the word has another form.
  private static func decimal(_ word: String) -> PlainScalar? {
    var rest = word[...]
    let sign = takeSign(from: &rest)
    let whole = takeDigits(from: &rest)
    let hasPoint = rest.hasPrefix(".")
    if hasPoint { rest.removeFirst() }
    let fraction = hasPoint ? takeDigits(from: &rest) : ""
    guard !(whole.isEmpty && fraction.isEmpty), whole.count == 1 || !whole.hasPrefix("0") else {
      return nil
    }
    var exponent = ""
    if rest.hasPrefix("e") || rest.hasPrefix("E") {
      rest.removeFirst()
      exponent = takeSign(from: &rest)
      let digits = takeDigits(from: &rest)
      guard !digits.isEmpty else { return nil }
      exponent += digits
    }
    guard rest.isEmpty else { return nil }
    if !hasPoint && exponent.isEmpty {
      return Int(word).map { .integer($0) } ?? .oversizedInteger
    }
    let text = "\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)e\(exponent)"
    guard let magnitude = Double(exponent.isEmpty ? String(text.dropLast()) : text),
      magnitude.isFinite
    else { return .nonFinite }
    return .number(sign == "-" && magnitude != 0 ? -magnitude : magnitude)
  }

  private static func takeSign(from rest: inout Substring) -> String {
    rest.hasPrefix("-") || rest.hasPrefix("+") ? String(rest.removeFirst()) : ""
  }

  private static func takeDigits(from rest: inout Substring) -> String {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest[digits.endIndex...]
    return String(digits)
  }
}
