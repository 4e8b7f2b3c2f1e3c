/// What an unquoted word of a recipe stands for.
///
/// The rules are those of YAML 1.2's core schema, less its other spellings: `true` and `false` alone
/// are booleans, `null`, `~` and nothing at all are null, integers are decimal. YAML 1.1's `yes`,
/// `no`, `on`, `off`, octal `010`, `1_000` and `1:30` stay the text they look like, so that they are
/// refused where a number or a boolean is due instead of becoming one by surprise.
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
    default:
      if word.wholeMatch(of: /[-+]?(0|[1-9][0-9]*)/) != nil {
        self = Int(word).map { .integer($0) } ?? .oversizedInteger
      } else if word.wholeMatch(
        of: /[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?/) != nil
      {
        self = Self.number(in: word)
      } else {
        self = .text
      }
    }
  }

  /// `Double` wants a digit on both sides of the point; YAML takes `1.` and `.5`.
  private static func number(in word: String) -> PlainScalar {
    var word = word[...]
    let isNegative = word.hasPrefix("-")
    if isNegative || word.hasPrefix("+") { word.removeFirst() }
    let exponentStart = word.firstIndex { "eE".contains($0) } ?? word.endIndex
    let mantissa = word[..<exponentStart]
    let padded =
      (mantissa.hasPrefix(".") ? "0" : "") + mantissa + (mantissa.hasSuffix(".") ? "0" : "")
      + word[exponentStart...]
    guard let magnitude = Double(padded), magnitude.isFinite else { return .nonFinite }
    return .number(isNegative && magnitude != 0 ? -magnitude : magnitude)
  }
}
