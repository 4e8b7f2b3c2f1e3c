import NumPyFiles
import Pickles
import TestSupport
import Testing

private func read(_ bytes: [UInt8]) throws(PickleError) -> PickleValue {
  try Pickle.read(bytes, file: "data_batch_1")
}

/// A pickle of protocol 2 with these instructions, then the end.
private func pickle(_ instructions: [UInt8]...) -> [UInt8] {
  [0x80, 2] + instructions.flatMap { $0 } + [0x2E]
}

private func global(_ module: String, _ name: String) -> [UInt8] {
  [0x63] + Array("\(module)\n\(name)\n".utf8)
}

private func string(_ text: String) -> [UInt8] {
  [0x55, UInt8(text.utf8.count)] + Array(text.utf8)
}

@Suite struct PickleTests {
  static let pixels = (0..<2 * 300).map { UInt8(truncatingIfNeeded: $0 * 7) }

  /// A batch like CIFAR-10's, with a second array of the same type and repeated texts.
  static let batch = Pickled.dictionary([
    ("batch_label", .text("training batch 1 of 5")),
    ("labels", .integers([6, 9, 255, 256, 65_535, 65_536, -1, -40_000])),
    ("data", .array("|u1", shape: [2, 300], pixels)),
    ("filenames", .texts(["leptodactylus_s_000004.png", "labels"])),
    (
      "counts",
      .array("<i8", shape: [2], [1, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 8))
    ),
    ("more", .array("|u1", shape: [1, 2, 1], [3, 4])),
    ("rest", .tuple([.none, .bool(true), .bool(false), .integer(1 << 40), .tuple([])])),
  ])

  @Test(arguments: PickleWriter.Dialect.allCases)
  func everyVersionOfPythonGivesTheSame(dialect: PickleWriter.Dialect) throws {
    let value = try read(PickleWriter.pickle(Self.batch, dialect))
    #expect(value["labels"]?.integers == [6, 9, 255, 256, 65_535, 65_536, -1, -40_000])
    #expect(
      value["data"]
        == .array(NumPyArray(type: .uint8, shape: [2, 300], bytes: Self.pixels[...])!))
    #expect(value["filenames"]?.texts == ["leptodactylus_s_000004.png", "labels"])
    #expect(value["counts"]?.integers == [1, -1])
    #expect(value["more"]?.integers == [3, 4])
    #expect(
      value["rest"] == .tuple([.none, .bool(true), .bool(false), .integer(1 << 40), .tuple([])]))
    #expect(value["nothing"] == nil)
  }

  @Test func moreValuesThanOneByteCanNumberAreRemembered() throws {
    let names = (0..<2_500).map { "name \($0)" }
    for dialect in PickleWriter.Dialect.allCases {
      let value = try read(PickleWriter.pickle(.texts(names + names), dialect))
      #expect(value.texts == names + names)
    }
  }

  /// A pickle that is truncated at any byte is rejected.
  @Test(arguments: PickleWriter.Dialect.allCases)
  func aCutPickleIsRefused(dialect: PickleWriter.Dialect) {
    let whole = PickleWriter.pickle(Self.batch, dialect)
    for length in stride(from: 0, to: whole.count, by: 3) {
      #expect(throws: PickleError.self, "\(length)") { try read(Array(whole.prefix(length))) }
    }
    #expect(throws: PickleError.cut(file: "data_batch_1", offset: whole.count - 1)) {
      try read(whole.dropLast())
    }
  }

  @Test func whatFollowsTheEndIsRefused() {
    #expect(throws: PickleError.trailingBytes(file: "data_batch_1", offset: 4)) {
      try read([0x80, 2, 0x4E, 0x2E, 0x4E])
    }
  }

  @Test(arguments: [
    [], [0x80], [0x80, 1, 0x4E, 0x2E], [0x80, 6, 0x4E, 0x2E], Array("(dp0\n.".utf8),
  ])
  func otherFilesAreNoPickles(bytes: [UInt8]) {
    #expect(throws: PickleError.notPickle(file: "data_batch_1")) { try read(bytes) }
  }
}

/// Rejected pickles, whose errors name the instruction and the offset.
@Suite struct PickleRefusalTests {
  @Test(arguments: [
    ("posix", "system", "posix.system"), ("builtins", "eval", "builtins.eval"),
    ("numpy.core.multiarray", "scalar", "numpy.core.multiarray.scalar"),
    ("numpy\u{1B}[2J", "x", "numpy\\u{1b}[2J.x"),
  ])
  func anyOtherFunctionIsNamed(module: String, name: String, found: String) {
    let error = PickleError.global(file: "data_batch_1", offset: 3, name: found)
    #expect(throws: error) { try read(pickle([0x4E], global(module, name))) }
    let names = [module, name].flatMap { text -> [UInt8] in
      [0x8C, UInt8(text.utf8.count)] + Array(text.utf8)
    }
    #expect(throws: PickleError.global(file: "data_batch_1", offset: 2 + names.count, name: found))
    {
      try read(pickle(names, [0x93]))
    }
  }

  @Test(
    arguments: [
      (0x47, "BINFLOAT (0x47)"), (0x81, "NEWOBJ (0x81)"), (0x69, "INST (0x69)"),
      (0x32, "DUP (0x32)"),
      (0x51, "BINPERSID (0x51)"), (0x97, "NEXT_BUFFER (0x97)"), (0xFF, "0xff"), (0x00, "0x00"),
    ] as [(UInt8, String)])
  func anyOtherInstructionIsNamed(byte: UInt8, name: String) {
    #expect(throws: PickleError.opcode(file: "data_batch_1", offset: 3, name: name)) {
      try read(pickle([0x4E], [byte]))
    }
  }

  @Test(arguments: ["f4", "f8", "O8", "S3", "U2", "c16", "M8"])
  func otherTypesOfElementsAreNamed(code: String) {
    let type = global("numpy", "dtype") + string(code) + [0x89, 0x88, 0x87, 0x52]
    let offset = type.count + 1
    #expect(throws: PickleError.type(file: "data_batch_1", offset: offset, found: code)) {
      try read(pickle(type))
    }
  }

  /// The size of an array must match its shape, and no memory is allocated for a size that is only
  /// claimed.
  @Test(arguments: [[2, 301], [2], [-2, -300], [Int.max, 2], [Int.max, Int.max, 0, 1 << 40]])
  func anArrayHasTheBytesOfItsShape(shape: [Int]) {
    for dialect in PickleWriter.Dialect.allCases {
      #expect {
        try read(PickleWriter.pickle(.array("|u1", shape: shape, PickleTests.pixels), dialect))
      } throws: { error in
        guard case .arraySize(_, _, shape, "|u1", 600)? = error as? PickleError else {
          return false
        }
        return true
      }
    }
  }

  @Test(
    arguments: [
      // 2 GB of a string, -1 bytes of a string, 2⁶³ of an array.
      [0x54, 0xFF, 0xFF, 0xFF, 0x7F], [0x54, 0xFF, 0xFF, 0xFF, 0xFF],
      [0x96, 0, 0, 0, 0, 0, 0, 0, 0x80], [0x95, 1, 0, 0, 0, 0, 0, 0, 0x80],
    ] as [[UInt8]])
  func aLengthBeyondTheEndIsRefused(instruction: [UInt8]) {
    let whole = pickle(instruction)
    #expect(throws: PickleError.cut(file: "data_batch_1", offset: whole.count)) { try read(whole) }
  }

  @Test func nestingHasALimit() throws {
    let lists = { (depth: Int) in
      pickle([UInt8](repeating: 0x29, count: 1), [UInt8](repeating: 0x85, count: depth - 1))
    }
    _ = try read(lists(10))
    for depth in [11, 1_000_000] {
      #expect(
        throws: PickleError.limit(
          file: "data_batch_1", offset: 12, what: "11 nested values", limit: 10)
      ) {
        try read(lists(depth))
      }
    }
  }

  /// Nested tuples that repeat the same tuples: a few bytes that represent 8²⁰ values.
  @Test func repetitionHasALimit() {
    var instructions: [UInt8] = [0x4E]
    for level in 0..<9 {
      instructions += [0x71, UInt8(level)] + [0x28]
      instructions += (0..<8).flatMap { _ in [0x68, UInt8(level)] } + [0x74]
    }
    #expect {
      try read(pickle(instructions))
    } throws: { error in
      guard case .limit(_, _, let what, _)? = error as? PickleError else { return false }
      return what.hasSuffix(" values")
    }
  }

  @Test func valuesHaveALimit() {
    #expect(
      throws: PickleError.limit(
        file: "data_batch_1", offset: 2_000_002, what: "2000001 values", limit: 2_000_000)
    ) {
      try read(pickle([UInt8](repeating: 0x4E, count: 3_000_000)))
    }
  }

  /// A text that is repeatedly converted to bytes would need more memory than the file.
  @Test func decodingHasALimit() {
    let text = [UInt8](repeating: 0x61, count: 200)
    let once = [0x68, 0, 0x68, 1, 0x55, 6] + Array("latin1".utf8) + [0x86, 0x52] as [UInt8]
    let start =
      global("_codecs", "encode") + [0x71, 0] + string(String(decoding: text, as: UTF8.self)) + [
        0x71, 1,
      ]
    #expect {
      try read(pickle(start, once, once, once, once, once))
    } throws: { error in
      guard case .limit(_, _, let what, _)? = error as? PickleError else { return false }
      return what.hasSuffix(" bytes made of texts")
    }
  }

  private static let malformed: [(String, [UInt8])] = [
    ("no values to take", [0x85]),
    ("no values to take", [0x4E, 0x28, 0x85]),
    ("no mark", [0x65]),
    ("no list to append to", [0x4E, 0x4E, 0x61]),
    ("no value to change", [0x5D, 0x28, 0x71, 0]),
    ("no dictionary to fill", [0x5D, 0x4E, 0x4E, 0x73]),
    ("a key without a value", [0x7D, 0x28, 0x4E, 0x75]),
    ("a key that is no text", [0x7D, 0x4B, 1, 0x4E, 0x73]),
    ("the key 'a' twice", [0x7D, 0x28, 0x55, 1, 0x61, 0x4E, 0x55, 1, 0x61, 0x4E, 0x75]),
    ("nothing is remembered as 7", [0x68, 7]),
    ("a list or dictionary in two places", [0x5D, 0x71, 0, 0x68, 0]),
    ("2 values are left, expected one", [0x4E, 0x4E]),
    ("0 values are left, expected one", []),
    ("1 values are left, expected one", [0x4E, 0x28]),
    ("a number of 9 bytes", [0x8A, 9] + [UInt8](repeating: 0, count: 9)),
    ("a second beginning", [0x80, 2]),
    ("a class, a function or a type as a value", global("numpy", "ndarray")),
    ("no call of a function", [0x4E, 0x29, 0x52]),
    ("a call with other arguments", global("numpy", "dtype") + [0x29, 0x52]),
    ("a call with other arguments", global("numpy", "ndarray") + [0x29, 0x52]),
    ("nothing that can be filled", [0x4E, 0x29, 0x62]),
    ("a name of more than 200 bytes", [0x63] + [UInt8](repeating: 0x61, count: 201)),
    (
      "a text in an encoding other than latin1",
      global("_codecs", "encode") + string("a") + string("utf8") + [0x86, 0x52]
    ),
    (
      "a text with characters beyond latin1",
      global("_codecs", "encode") + string("€") + string("latin1") + [0x86, 0x52]
    ),
    (
      "a text with characters beyond latin1",
      global("_codecs", "encode") + [0x55, 1, 0xC3] + string("latin1") + [0x86, 0x52]
    ),
    (
      "an array of another class",
      global("numpy.core.multiarray", "_reconstruct") + [0x4E, 0x29, 0x4E, 0x87, 0x52]
    ),
    (
      "an array that was never filled",
      global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray")
        + [0x29, 0x4E, 0x87, 0x52]
    ),
    (
      "an array without its five parts",
      global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray")
        + [0x29, 0x4E, 0x87, 0x52, 0x29, 0x62]
    ),
    ("a type without a name", global("numpy", "dtype") + [0x4E, 0x4E, 0x4E, 0x87, 0x52]),
    (
      "a type without byte order",
      global("numpy", "dtype") + string("u1") + [0x89, 0x88, 0x87, 0x52, 0x29, 0x62]
    ),
    (
      "an array without a type",
      global("numpy.core.numeric", "_frombuffer") + [0x28] + string("") + [0x4E, 0x29] + string("C")
        + [0x74, 0x52]
    ),
  ]

  @Test(arguments: malformed.indices)
  func whatStandsBeforeMustFit(index: Int) {
    let (problem, instructions) = Self.malformed[index]
    #expect {
      try read(pickle(instructions))
    } throws: { error in
      guard case .malformed(_, _, let found)? = error as? PickleError else { return false }
      return found == problem
    }
  }

  @Test func errorsAreOneLine() {
    let error = PickleError.global(file: "a\nb", offset: 12, name: "os.system")
    #expect(
      "\(error)"
        == "a b: the global 'os.system' at byte 12; of Python's classes and functions only those that"
        + " make NumPy arrays are known, and none is called; get the official file, or save the arrays"
        + " by numpy.savez")
  }
}
