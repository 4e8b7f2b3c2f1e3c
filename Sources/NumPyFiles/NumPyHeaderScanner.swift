/// Reads the dictionary in the header of a `.npy` file, byte by byte.
struct NumPyHeaderScanner {
  private let text: ArraySlice<UInt8>
  private let file: String
  private var position: Int

  init(_ text: ArraySlice<UInt8>, file: String) {
    (self.text, self.file, position) = (text, file, text.startIndex)
  }

  /// The three members, in any order, each exactly once.
  mutating func dictionary() throws(NumPyError) -> (
    descriptor: String, isFortranOrder: Bool, shape: [Int]
  ) {
    var descriptor: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil:
        guard peek() != "[" else { throw .type(file: file, found: "several parts (a structure)") }
        descriptor = try string()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try truth()
      case "shape" where shape == nil: shape = try tuple()
      default: throw damaged("a key other than descr, fortran_order and shape, or one twice")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == text.endIndex else { throw damaged("text after the dictionary") }
    guard let descriptor, let isFortranOrder, let shape else {
      throw damaged("no descr, fortran_order or shape")
    }
    return (descriptor, isFortranOrder, shape)
  }

  private func damaged(_ problem: String) -> NumPyError {
    .header(file: file, problem: "\(problem), at byte \(position - text.startIndex) of its text")
  }

  private mutating func skipSpace() {
    while position < text.endIndex, text[position] == 0x20 || text[position] == 0x0A {
      position += 1
    }
  }

  private mutating func peek() -> Unicode.Scalar? {
    skipSpace()
    return position < text.endIndex ? Unicode.Scalar(text[position]) : nil
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(NumPyError) {
    guard take(scalar) else { throw damaged("no '\(scalar)'") }
  }

  /// A text in single or double quotes, without escapes.
  private mutating func string() throws(NumPyError) -> String {
    guard let quote = peek(), quote == "'" || quote == "\"" else { throw damaged("no text") }
    position += 1
    let rest = text[position...]
    guard let end = rest.firstIndex(of: UInt8(ascii: quote)) else {
      throw damaged("a text without end")
    }
    position = end + 1
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private mutating func truth() throws(NumPyError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw damaged("neither True nor False")
  }

  /// Natural numbers in parentheses. Python 2 wrote an L after some of them.
  private mutating func tuple() throws(NumPyError) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !take(")") {
      skipSpace()
      let digits = text[position...].prefix { (0x30...0x39).contains($0) }
      guard numbers.count < NumPyArray.mostDimensions,
        let number = Int(String(decoding: digits, as: UTF8.self))
      else { throw damaged("no length of a dimension") }
      numbers.append(number)
      position += digits.count
      _ = take("L")
      if !take(",") {
        try expect(")")
        break
      }
    }
    return numbers
  }
}
