/// Reads the JSON of a tensor file's header, byte by byte.
///
/// The format is stricter than JSON, and Foundation's parsers discard the information needed to
/// check it: `JSONSerialization` and `JSONDecoder` keep the last of two members with the same name
/// and do not distinguish `4.0` from `4`. The format's grammar is fixed (an object of objects of
/// strings and lists of integers), so this scanner does not recurse, and `TensorHeader` limits the
/// depth of nesting.
struct HeaderScanner {
  let bytes: [UInt8]
  let file: String
  private(set) var position = 0

  /// - Parameter bytes: Valid UTF-8.
  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The next byte that is not white space, without consuming it; nil at the end.
  mutating func peek() -> UInt8? {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
    return current
  }

  /// Consumes `byte` if it is next, and returns whether it was.
  mutating func consume(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws(TensorFileError) {
    guard consume(byte) else { throw malformed("expected '\(Character(Unicode.Scalar(byte)))'") }
  }

  /// The word `null`.
  mutating func null() throws(TensorFileError) {
    let start = position
    for byte in "null".utf8 {
      guard current == byte else { throw malformed("expected 'null'", at: start) }
      position += 1
    }
  }

  /// Visits the members of an object; `body` reads the value of each.
  mutating func members(
    _ body: (inout HeaderScanner, String) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    try expect(UInt8(ascii: "{"))
    if consume(UInt8(ascii: "}")) { return }
    repeat {
      let name = try string()
      try expect(UInt8(ascii: ":"))
      try body(&self, name)
    } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Visits the elements of a list; `body` reads each.
  mutating func elements(
    _ body: (inout HeaderScanner) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    try expect(UInt8(ascii: "["))
    if consume(UInt8(ascii: "]")) { return }
    repeat {
      try body(&self)
    } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  /// An integer that consists of digits only: no sign, fraction, exponent or leading zero.
  mutating func naturalNumber(tensor: String, field: String) throws(TensorFileError) -> Int {
    _ = peek()
    let start = position
    if current.map(Self.endsNumber) == true { position += 1 }
    while let byte = current, !Self.endsNumber(byte) { position += 1 }
    let digits = bytes[start..<position]
    let isPlain = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    let hasLeadingZero = digits.count > 1 && digits.first == 0x30
    let text = String(decoding: digits.prefix(40), as: UTF8.self)
    guard isPlain, !hasLeadingZero, let number = Int(text), digits.count <= 40 else {
      throw .notNaturalNumber(file: file, tensor: tensor, field: field, found: text)
    }
    return number
  }

  /// A string with its escapes resolved.
  mutating func string() throws(TensorFileError) -> String {
    try expect(UInt8(ascii: "\""))
    var content: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content += Array(String(try escape()).utf8)
      case 0..<0x20: throw malformed("a control character in a string", at: position - 1)
      default: content.append(byte)
      }
    }
    throw malformed("a string without end")
  }

  func malformed(_ problem: String, at offset: Int? = nil) -> TensorFileError {
    .headerMalformed(file: file, offset: offset ?? position, problem: problem)
  }

  private var current: UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  /// Whether the byte ends a number: a comma, bracket, brace, colon, quote or white space.
  private static func endsNumber(_ byte: UInt8) -> Bool {
    byte <= 0x20 || [0x2C, 0x5B, 0x5D, 0x7B, 0x7D, 0x3A, 0x22].contains(byte)
  }

  private mutating func escape() throws(TensorFileError) -> Unicode.Scalar {
    guard let byte = current else { throw malformed("a string without end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw malformed("unknown escape in a string", at: position - 1)
    }
  }

  /// The scalar of one `\uXXXX`, or of two that form a surrogate pair.
  private mutating func unicodeEscape() throws(TensorFileError) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, current == UInt8(ascii: "\\") else {
      throw malformed("half a surrogate pair in a string")
    }
    position += 1
    guard current == UInt8(ascii: "u") else { throw malformed("half a surrogate pair in a string") }
    position += 1
    let second = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw malformed("half a surrogate pair in a string") }
    return scalar
  }

  private mutating func fourHexDigits() throws(TensorFileError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
