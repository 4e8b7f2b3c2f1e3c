/// Divides a source text into tokens.
///
/// The scanner knows just enough of a language to distinguish code from comments and literals. It
/// never fails: an unterminated literal or comment extends to the end of its line or file, and the
/// compiler will reject it.
struct SourceScanner {
  private let bytes: [UInt8]
  private let language: SourceTokens.Language
  private var position = 0
  private var tokens: [SourceToken] = []

  init(_ bytes: [UInt8], _ language: SourceTokens.Language) {
    self.bytes = bytes
    self.language = language
  }

  consuming func scan() -> [SourceToken] {
    tokens.reserveCapacity(bytes.count / 4)
    var startsLine = true
    // Whether the next token is preceded by white space or a comment.
    var isSpaced = true
    while position < bytes.count {
      let byte = bytes[position]
      if byte == .newline || byte == .carriageReturn {
        (startsLine, isSpaced) = (true, true)
        position += 1
      } else if byte.isBlank {
        isSpaced = true
        position += 1
      } else if let end = endOfComment(at: position) {
        if bytes[position..<end].contains(.newline) { startsLine = true }
        isSpaced = true
        position = end
      } else {
        let start = position
        let kind = scanToken(isSpaced: isSpaced)
        tokens.append(
          SourceToken(
            kind: kind, text: Array(bytes[start..<position]), offset: start, startsLine: startsLine
          ))
        (startsLine, isSpaced) = (false, false)
      }
    }
    return tokens
  }

  /// Skips the token at `position`, which is neither white space nor a comment.
  private mutating func scanToken(isSpaced: Bool) -> SourceToken.Kind {
    let byte = bytes[position]
    if let end = endOfLiteral(at: position) {
      position = end
      return .literal
    }
    if byte.isWordByte || byte == UInt8(ascii: "#") {
      position += 1
      while position < bytes.count, bytes[position].isWordByte { position += 1 }
      return .word
    }
    if byte == UInt8(ascii: "`"), let end = endOfQuotedName(at: position) {
      position = end
      return .word
    }
    if byte.isOperatorByte || (byte == .fullStop && peek(1) == .fullStop) {
      return scanOperator(isSpaced: isSpaced)
    }
    position += 1
    return .punctuation
  }

  /// Swift's rule: an operator with white space on both sides or on neither is infix; with white
  /// space only on its left it is prefix, only on its right postfix. Brackets, commas, colons and
  /// semicolons count as white space on the side they face, and so does a full stop after a postfix
  /// operator.
  private mutating func scanOperator(isSpaced: Bool) -> SourceToken.Kind {
    let start = position
    let mayHoldDots = bytes[start] == .fullStop
    let isSpacedBefore =
      isSpaced || start == 0 || Self.facesRight.contains(bytes[start - 1])
    if language == .swift, isSpacedBefore, let end = endOfRegularExpression(at: start) {
      position = end
      return .literal
    }
    position += 1
    while position < bytes.count, endOfComment(at: position) == nil,
      bytes[position].isOperatorByte || (mayHoldDots && bytes[position] == .fullStop)
    {
      position += 1
    }
    let isSpacedAfter: Bool
    if position == bytes.count || endOfComment(at: position) != nil {
      isSpacedAfter = true
    } else {
      let next = bytes[position]
      isSpacedAfter =
        next.isBlank || next == .newline || next == .carriageReturn
        || Self.facesLeft.contains(next) || (next == .fullStop && !isSpacedBefore)
    }
    guard isSpacedBefore != isSpacedAfter else { return .infixOperator }
    return isSpacedBefore ? .prefixOperator : .postfixOperator
  }

  private static let facesRight = Set("([{,;:".utf8)
  private static let facesLeft = Set(")]},;:".utf8)
}

// MARK: - Ends of literals and comments

extension SourceScanner {
  private func peek(_ distance: Int) -> UInt8? {
    let index = position + distance
    return index < bytes.count ? bytes[index] : nil
  }

  private func matches(_ text: StaticString, at index: Int) -> Bool {
    text.withUTF8Buffer { text in
      index + text.count <= bytes.count
        && bytes[index..<(index + text.count)].elementsEqual(text)
    }
  }

  /// The position after the comment that begins at `start`; nil if there is none. Swift's block
  /// comments nest, C's do not.
  private func endOfComment(at start: Int) -> Int? {
    guard bytes[start] == UInt8(ascii: "/") else { return nil }
    if matches("//", at: start) {
      return bytes[start...].firstIndex(of: .newline) ?? bytes.count
    }
    guard matches("/*", at: start) else { return nil }
    var depth = 1
    var index = start + 2
    while index < bytes.count, depth > 0 {
      if matches("*/", at: index) {
        depth -= 1
        index += 2
      } else if language == .swift, matches("/*", at: index) {
        depth += 1
        index += 2
      } else {
        index += 1
      }
    }
    return index
  }

  private func endOfLiteral(at start: Int) -> Int? {
    switch language {
    case .c:
      let byte = bytes[start]
      guard byte == .quote || byte == UInt8(ascii: "'") else { return nil }
      return endOfLine(closedBy: byte, from: start + 1)
    case .swift:
      var hashes = 0
      while start + hashes < bytes.count, bytes[start + hashes] == UInt8(ascii: "#") { hashes += 1 }
      let opening = start + hashes
      guard opening < bytes.count else { return nil }
      if bytes[opening] == .quote { return endOfString(at: opening, hashes: hashes) }
      if hashes > 0, bytes[opening] == UInt8(ascii: "/") {
        return endOfExtendedRegularExpression(from: opening + 1, hashes: hashes)
      }
      return nil
    }
  }

  /// The position after the closing `byte` on this line, or the end of the line.
  private func endOfLine(closedBy byte: UInt8, from start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] != .newline {
      if bytes[index] == byte { return index + 1 }
      index += bytes[index] == .backslash ? 2 : 1
    }
    return min(index, bytes.count)
  }

  /// The position after the Swift string whose first quotation mark is at `opening`, after `hashes`
  /// number signs.
  private func endOfString(at opening: Int, hashes: Int) -> Int {
    let isMultiline =
      matches("\"\"\"", at: opening)
      && !(hashes > 0 && closesOnItsLine(from: opening + 1, hashes: hashes))
    var index = opening + (isMultiline ? 3 : 1)
    while index < bytes.count {
      let byte = bytes[index]
      if byte == .quote {
        let quotes = isMultiline ? 3 : 1
        if !isMultiline || matches("\"\"\"", at: index), hasHashes(hashes, at: index + quotes) {
          return index + quotes + hashes
        }
        index += 1
      } else if byte == .backslash, hasHashes(hashes, at: index + 1) {
        let escaped = index + 1 + hashes
        let opensInterpolation = escaped < bytes.count && bytes[escaped] == UInt8(ascii: "(")
        index = opensInterpolation ? endOfInterpolation(from: escaped + 1) : escaped + 1
      } else if byte == .newline, !isMultiline {
        return index
      } else {
        index += 1
      }
    }
    return bytes.count
  }

  /// `#"""#` is one quotation mark between delimiters, not the start of a multi-line string.
  private func closesOnItsLine(from start: Int, hashes: Int) -> Bool {
    var index = start
    while index < bytes.count, bytes[index] != .newline {
      if bytes[index] == .quote, hasHashes(hashes, at: index + 1) { return true }
      index += 1
    }
    return false
  }

  private func hasHashes(_ count: Int, at index: Int) -> Bool {
    index + count <= bytes.count
      && bytes[index..<(index + count)].allSatisfy { $0 == UInt8(ascii: "#") }
  }

  /// The position after the bracket that closes an interpolation. Strings and comments in it may
  /// contain brackets.
  private func endOfInterpolation(from start: Int) -> Int {
    var depth = 1
    var index = start
    while index < bytes.count, depth > 0 {
      if let end = endOfComment(at: index) ?? endOfLiteral(at: index) {
        index = end
        continue
      }
      if bytes[index] == UInt8(ascii: "(") { depth += 1 }
      if bytes[index] == UInt8(ascii: ")") { depth -= 1 }
      index += 1
    }
    return index
  }

  /// The position after `/…/`; nil if the slash at `start` is a division.
  private func endOfRegularExpression(at start: Int) -> Int? {
    guard bytes[start] == UInt8(ascii: "/"), start + 1 < bytes.count,
      !bytes[start + 1].isBlank, bytes[start + 1] != .newline
    else { return nil }
    let end = endOfLine(closedBy: UInt8(ascii: "/"), from: start + 1)
    return bytes[end - 1] == UInt8(ascii: "/") && end - start > 2 ? end : nil
  }

  private func endOfExtendedRegularExpression(from start: Int, hashes: Int) -> Int {
    var index = start
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "/"), hasHashes(hashes, at: index + 1) {
        return index + 1 + hashes
      }
      index += bytes[index] == .backslash ? 2 : 1
    }
    return bytes.count
  }

  private func endOfQuotedName(at start: Int) -> Int? {
    guard let end = bytes[(start + 1)...].firstIndex(where: { $0 == UInt8(ascii: "`") }),
      !bytes[start..<end].contains(.newline)
    else { return nil }
    return end + 1
  }
}

extension UInt8 {
  fileprivate static let newline = UInt8(ascii: "\n")
  fileprivate static let carriageReturn = UInt8(ascii: "\r")
  fileprivate static let quote = UInt8(ascii: "\"")
  fileprivate static let backslash = UInt8(ascii: "\\")
  fileprivate static let fullStop = UInt8(ascii: ".")

  fileprivate var isBlank: Bool { self == 32 || self == 9 || self == 11 || self == 12 || self == 0 }

  /// Letters, digits, `_`, `$`, and every byte of a character beyond ASCII.
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...0xFF:
      true
    default: false
    }
  }

  fileprivate var isOperatorByte: Bool {
    switch self {
    case UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "<"),
      UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "^"),
      UInt8(ascii: "~"), UInt8(ascii: "?"):
      true
    default: false
    }
  }
}
