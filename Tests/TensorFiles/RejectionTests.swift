import Foundation
import TensorFiles
import TestSupport
import Testing

/// A byte string that violates one rule, and the expected error.
struct BrokenFile: CustomTestStringConvertible, Sendable {
  let rule: String
  let bytes: [UInt8]
  var limits = TensorFile.Limits.standard
  let error: @Sendable (_ file: String) -> TensorFileError

  var testDescription: String { rule }
}

@Suite struct RejectionTests {
  @Test(arguments: brokenLengths + brokenTexts + brokenNames + brokenEntries + brokenLayouts)
  func breaksOneRule(_ broken: BrokenFile) throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file("broken.safetensors", holding: broken.bytes)
    let expected = broken.error(url.path)
    let thrown = #expect(throws: TensorFileError.self) {
      try TensorFile(contentsOf: url, limits: broken.limits)
    }
    #expect(thrown == expected)
    let message = "\(expected)"
    #expect(message.hasPrefix(url.path + ": "))
    #expect(PrintableText.isPrintable(message), "one line, without control characters")
    #expect(message.split(separator: "; ").count >= 2, "names a repair: \(message)")
  }

  @Test func namesTheTensor() {
    let error = TensorFileError.sizeMismatch(file: "f", tensor: "w", expected: 8, found: 4)
    #expect("\(error)".hasPrefix("f: tensor 'w': the offsets enclose 4 bytes"))
  }

  @Test(
    arguments: [
      ([.max, 1, 0, 0], "a sum beyond 63 bits"),
      ([1 << 62, 0, 0, 1 << 62], "a sum beyond 63 bits"),
      ([3, -1, 0, 2], "-1"),
    ] as [([Int64], String)])
  func numbersThatAreNoCounts(_ numbers: [Int64], _ found: String) throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "confusion")
    writer.add("counts", shape: [2, 2], numbers)
    try writer.write(to: scratch.file("confusion"))
    let file = try TensorFile(contentsOf: scratch.file("confusion"))
    #expect(
      throws: TensorFileError.notCounts(file: file.url.path, tensor: "counts", found: found)
    ) { try file.counts(of: "counts", shape: [2, 2]) }
    #expect(throws: TensorFileError.self) { try file.counts(of: "counts", shape: [4]) }
  }

  @Test func missingFileAndFolder() throws {
    let scratch = try TemporaryFolder()
    let absent = scratch.file("absent.safetensors")
    #expect(
      throws: TensorFileError.cannotRead(file: absent.path, reason: "No such file or directory")
    ) { try TensorFile(contentsOf: absent) }
    #expect(throws: TensorFileError.notRegularFile(file: scratch.url.path)) {
      try TensorFile(contentsOf: scratch.url)
    }
  }

  @Test func pipeIsRefusedWithoutBlocking() throws {
    let scratch = try TemporaryFolder()
    let pipe = scratch.file("pipe.safetensors")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(throws: TensorFileError.notRegularFile(file: pipe.path)) {
      try TensorFile(contentsOf: pipe)
    }
  }

  @Test func limitsCanBeRaised() throws {
    let scratch = try TemporaryFolder()
    let padding = [UInt8](repeating: 0x20, count: 2 << 20)
    let url = try scratch.file("long.safetensors", holding: foreignFile(Array("{}".utf8) + padding))
    let limits = TensorFile.Limits(headerBytes: 3 << 20)
    #expect(try TensorFile(contentsOf: url, limits: limits).names.isEmpty)
  }
}

private let brokenLengths = [
  BrokenFile(rule: "empty file", bytes: []) { .tooShort(file: $0, byteCount: 0) },
  BrokenFile(rule: "seven bytes", bytes: [2, 0, 0, 0, 0, 0, 0]) {
    .tooShort(file: $0, byteCount: 7)
  },
  BrokenFile(
    rule: "header longer than the file", bytes: [3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)
  ) {
    .headerPastEnd(file: $0, byteCount: 3, available: 2)
  },
  BrokenFile(rule: "header over the limit", bytes: [1, 0, 16, 0, 0, 0, 0, 0] + Array("{}".utf8)) {
    .headerTooLong(file: $0, byteCount: 1 << 20 + 1, limit: 1 << 20)
  },
  BrokenFile(rule: "length of 2⁶⁴ − 1", bytes: [UInt8](repeating: 0xFF, count: 8)) {
    .headerTooLong(file: $0, byteCount: .max, limit: 1 << 20)
  },
  BrokenFile(rule: "no header", bytes: foreignFile("")) { .headerNotObject(file: $0) },
]

private let brokenTexts = [
  BrokenFile(rule: "a list", bytes: foreignFile("[]")) { .headerNotObject(file: $0) },
  BrokenFile(rule: "a blank in front", bytes: foreignFile(" {}")) { .headerNotObject(file: $0) },
  BrokenFile(rule: "byte order mark", bytes: foreignFile("\u{FEFF}{}")) {
    .headerNotObject(file: $0)
  },
  BrokenFile(rule: "bad UTF-8", bytes: foreignFile(Array("{\"".utf8) + [0xC3, 0x28])) {
    .headerNotUTF8(file: $0)
  },
  BrokenFile(rule: "NUL behind", bytes: foreignFile("{}\0")) {
    .headerPadding(file: $0, offset: 2)
  },
  BrokenFile(rule: "a line break behind", bytes: foreignFile("{} \n")) {
    .headerPadding(file: $0, offset: 3)
  },
  BrokenFile(rule: "a second object", bytes: foreignFile("{}{}")) {
    .headerPadding(file: $0, offset: 2)
  },
  malformed("object without end", "{", at: 1, "expected '\"'"),
  malformed("trailing comma", "{\"__metadata__\":{},}", at: 19, "expected '\"'"),
  malformed("name without quotes", "{a:1}", at: 1, "expected '\"'"),
  malformed("no colon", "{\"a\" 1}", at: 5, "expected ':'"),
  malformed("half of null", "{\"__metadata__\":nul}", at: 16, "expected 'null'"),
  malformed("no comma", "{\"__metadata__\":{} \"a\":1}", at: 19, "expected '}'"),
  malformed("string without end", "{\"a", at: 3, "a string without end"),
  malformed("escape without end", "{\"a\\", at: 4, "a string without end"),
  malformed("unknown escape", "{\"\\x\":1}", at: 3, "unknown escape in a string"),
  malformed("line break in a string", "{\"a\nb\":1}", at: 3, "a control character in a string"),
  malformed("lone surrogate", "{\"\\ud800\":1}", at: 8, "half a surrogate pair in a string"),
  malformed("low surrogate", "{\"\\udc00\":1}", at: 8, "half a surrogate pair in a string"),
  malformed(
    "two high surrogates", "{\"\\ud800\\ud800\":1}", at: 14, "half a surrogate pair in a string"),
  malformed("three hex digits", "{\"\\u12g4\":1}", at: 6, "expected four hexadecimal digits"),
  malformed("entry is a number", "{\"a\":1}", at: 5, "expected '{'"),
  malformed(
    "deep nesting", "{\"a\":" + String(repeating: "[", count: 100_000), at: 5, "expected '{'"),
]

private let brokenNames = [
  BrokenFile(rule: "tensor twice", bytes: foreignFile("{\(entry("a", 0)),\(entry("a", 0))}")) {
    .duplicateName(file: $0, name: "a")
  },
  BrokenFile(
    rule: "tensor twice, once escaped",
    bytes: foreignFile("{\(entry("a", 0)),\(entry("\\u0061", 0))}")
  ) { .duplicateName(file: $0, name: "a") },
  BrokenFile(
    rule: "metadata twice", bytes: foreignFile("{\"__metadata__\":{},\"__metadata__\":{}}")
  ) { .duplicateName(file: $0, name: "__metadata__") },
  BrokenFile(
    rule: "metadata key twice", bytes: foreignFile("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}")
  ) { .duplicateName(file: $0, name: "k") },
  BrokenFile(rule: "metadata is a number", bytes: foreignFile("{\"__metadata__\":{\"k\":1}}")) {
    .metadataNotText(file: $0, key: "k")
  },
  BrokenFile(rule: "empty name", bytes: foreignFile("{\(entry("", 0))}")) {
    .unusableName(file: $0, name: "", limit: 256)
  },
  BrokenFile(rule: "terminal escape in a name", bytes: foreignFile("{\(entry("\\u001b[2J", 0))}")) {
    .unusableName(file: $0, name: "\u{1B}[2J", limit: 256)
  },
  BrokenFile(
    rule: "change of direction in a name", bytes: foreignFile("{\(entry("a\u{202E}b", 0))}")
  ) {
    .unusableName(file: $0, name: "a\u{202E}b", limit: 256)
  },
  BrokenFile(
    rule: "name of 257 bytes",
    bytes: foreignFile("{\(entry(String(repeating: "n", count: 257), 0))}")
  ) { .unusableName(file: $0, name: String(repeating: "n", count: 257), limit: 256) },
  BrokenFile(
    rule: "too many tensors",
    bytes: foreignFile("{" + (0...4096).map { entry("t\($0)", 0) }.joined(separator: ",") + "}")
  ) { .tooManyTensors(file: $0, limit: 4096) },
]

private let brokenEntries = [
  field("no dtype", #""shape":[],"data_offsets":[0,0]"#) {
    .missingField(file: $0, tensor: "w", field: "dtype")
  },
  field("no shape", #""dtype":"U8","data_offsets":[0,0]"#) {
    .missingField(file: $0, tensor: "w", field: "shape")
  },
  field("no offsets", #""dtype":"U8","shape":[]"#) {
    .missingField(file: $0, tensor: "w", field: "data_offsets")
  },
  field("a field more", #""dtype":"U8","strides":[1]"#) {
    .unknownField(file: $0, tensor: "w", field: "strides")
  },
  field("a field twice", #""dtype":"U8","dtype":"U8""#) {
    .duplicateName(file: $0, name: "dtype")
  },
  field("unknown dtype", #""dtype":"F128""#) {
    .unknownScalarType(file: $0, tensor: "w", found: "F128")
  },
  field("packed dtype", #""dtype":"F4""#) {
    .unknownScalarType(file: $0, tensor: "w", found: "F4")
  },
  field("dtype in small letters", #""dtype":"u8""#) {
    .unknownScalarType(file: $0, tensor: "w", found: "u8")
  },
  field("nine dimensions", #""shape":[1,1,1,1,1,1,1,1,1]"#) {
    .rankTooHigh(file: $0, tensor: "w", limit: 8)
  },
  field("one offset", #""dtype":"U8","shape":[0],"data_offsets":[0]"#) {
    .notOffsetPair(file: $0, tensor: "w", count: 1)
  },
  field("three offsets", #""dtype":"U8","shape":[0],"data_offsets":[0,0,0]"#) {
    .notOffsetPair(file: $0, tensor: "w", count: 3)
  },
  number("fraction", "4.0"), number("exponent", "4e0"), number("negative", "-4"),
  number("negative zero", "-0"), number("leading zero", "04"), number("null", "null"),
  number("2⁶³", "9223372036854775808"), number("2⁶⁴", "18446744073709551616"),
  number("a thousand digits", String(repeating: "9", count: 1000), shown: 40),
  number("hexadecimal", "0x4"), number("sign", "+4"), number("text", "\"4\"", shown: 2),
]

private let brokenLayouts = [
  BrokenFile(
    rule: "product overflows",
    bytes: foreignFile(
      #"{"w":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#)
  ) { .shapeOverflow(file: $0, tensor: "w", shape: [1 << 32, 1 << 32]) },
  BrokenFile(
    rule: "size overflows",
    bytes: foreignFile(
      #"{"w":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#)
  ) { .shapeOverflow(file: $0, tensor: "w", shape: [1 << 61]) },
  BrokenFile(
    rule: "end before begin",
    bytes: foreignFile(#"{"w":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}"#, data: [1, 2])
  ) { .offsetsReversed(file: $0, tensor: "w", begin: 2, end: 0) },
  BrokenFile(
    rule: "offsets don't match shape",
    bytes: foreignFile(
      #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: [0, 0, 0, 0])
  ) { .sizeMismatch(file: $0, tensor: "w", expected: 8, found: 4) },
  layout("hole in front", "{\(entry("a", 1...2))}", bytes: 3) {
    .hole(file: $0, tensor: "a", expected: 0, found: 1)
  },
  layout("hole between", "{\(entry("b", 3...3)),\(entry("a", 0...1))}", bytes: 4) {
    .hole(file: $0, tensor: "b", expected: 2, found: 3)
  },
  layout("overlap", "{\(entry("b", 1...3)),\(entry("a", 0...1))}", bytes: 4) {
    .overlap(file: $0, tensor: "b", other: "a")
  },
  layout("same place", "{\(entry("b", 0...1)),\(entry("a", 0...1))}", bytes: 2) {
    .overlap(file: $0, tensor: "b", other: "a")
  },
  layout("empty tensor inside another", "{\(entry("a", 0...3)),\(entry("z", 2))}", bytes: 4) {
    .overlap(file: $0, tensor: "z", other: "a")
  },
  layout("past the end", "{\(entry("a", 0...4))}", bytes: 4) {
    .dataPastEnd(file: $0, tensor: "a", end: 5, available: 4)
  },
  layout("bytes behind", "{\(entry("a", 0...4))}", bytes: 6) {
    .trailingData(file: $0, byteCount: 1)
  },
  layout("data without tensors", "{}", bytes: 1) { .trailingData(file: $0, byteCount: 1) },
]

private func malformed(
  _ rule: String, _ header: String, at offset: Int, _ problem: String
) -> BrokenFile {
  BrokenFile(rule: rule, bytes: foreignFile(header)) {
    .headerMalformed(file: $0, offset: offset, problem: problem)
  }
}

/// A header whose only entry `w` has the given fields.
private func field(
  _ rule: String, _ fields: String, _ error: @escaping @Sendable (String) -> TensorFileError
) -> BrokenFile {
  BrokenFile(rule: rule, bytes: foreignFile("{\"w\":{\(fields)}}"), error: error)
}

/// A header whose only entry ends with `text`, of which the message shows the first `shown`
/// characters.
private func number(_ rule: String, _ text: String, shown: Int = 30) -> BrokenFile {
  field("offset: \(rule)", "\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,\(text)]") {
    .notNaturalNumber(
      file: $0, tensor: "w", field: "data_offsets", found: String(text.prefix(shown)))
  }
}

private func layout(
  _ rule: String, _ header: String, bytes: Int,
  _ error: @escaping @Sendable (String) -> TensorFileError
) -> BrokenFile {
  let data = [UInt8](repeating: 7, count: bytes)
  return BrokenFile(rule: rule, bytes: foreignFile(header, data: data), error: error)
}

/// The header's member for bytes at the given offsets.
private func entry(_ name: String, _ bytes: ClosedRange<Int>) -> String {
  "\"\(name)\":{\"dtype\":\"U8\",\"shape\":[\(bytes.count)],"
    + "\"data_offsets\":[\(bytes.lowerBound),\(bytes.upperBound + 1)]}"
}

/// The header's member for an empty tensor.
private func entry(_ name: String, _ offset: Int) -> String {
  "\"\(name)\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[\(offset),\(offset)]}"
}
