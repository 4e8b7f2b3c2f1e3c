import TensorFiles

/// Reads the pickles of CIFAR's Python edition.
///
/// A pickle is a program for a stack machine, and Python's reader calls any function that it names.
/// This reader supports only the instructions for numbers, texts, lists, tuples, dictionaries and
/// arrays of integers, as Python 2 and 3 write them (protocols 2 to 5), and rejects all others by
/// name. Texts and arrays are slices of the input, so no memory is allocated for a length that the
/// pickle merely claims.
public enum Pickle {
  /// Reads a pickle.
  ///
  /// - Parameter file: The name of the file in errors.
  public static func read(_ bytes: [UInt8], file: String) throws(PickleError) -> PickleValue {
    guard bytes.count >= 2, bytes[0] == PickleOpcode.proto.rawValue, (2...5).contains(bytes[1])
    else { throw .notPickle(file: file) }
    var machine = PickleMachine(bytes: bytes, file: file)
    return try machine.run()
  }
}

/// The stack machine that executes a pickle.
struct PickleMachine {
  /// The largest number of values and memo entries: ten times as many as CIFAR-100's 50,000 records
  /// need.
  static let mostValues = 2_000_000
  /// The largest depth of nested lists, tuples and dictionaries: twice that of a dictionary of
  /// arrays.
  static let deepest = 10
  /// The longest name of a module or function.
  static let longestName = 200

  let bytes: [UInt8]
  let file: String
  /// The offset of the next byte, and that of the current instruction.
  var position = 0
  var start = 0
  var stack: [PickleItem] = []
  /// The positions of the marks in the stack.
  var marks: [Int] = []
  var memo: [Int: PickleItem] = [:]
  var valueCount = 0
  /// Number of bytes decoded from texts; all other data is slices of the input.
  var decodedCount = 0

  init(bytes: [UInt8], file: String) { (self.bytes, self.file) = (bytes, file) }

  mutating func run() throws(PickleError) -> PickleValue {
    while true {
      start = position
      let byte = UInt8(try unsigned(1))
      guard let opcode = PickleOpcode(rawValue: byte) else {
        let digits = (byte < 16 ? "0x0" : "0x") + String(byte, radix: 16)
        let name = PickleOpcode.nameOfRefused(byte)
        throw .opcode(file: file, offset: start, name: name.map { "\($0) (\(digits))" } ?? digits)
      }
      guard opcode != .stop else { break }
      try perform(opcode)
    }
    guard position == bytes.count else {
      throw .trailingBytes(file: file, offset: position)
    }
    guard stack.count == 1, marks.isEmpty else {
      throw malformed("\(stack.count) values are left, expected one")
    }
    return try value(of: stack[0])
  }

  private mutating func perform(_ opcode: PickleOpcode) throws(PickleError) {
    switch opcode {
    case .proto:
      guard start == 0 else { throw malformed("a second beginning") }
      _ = try take(1)
    case .frame:
      guard try unsigned(8) <= bytes.count - position else { throw cut }
    case .mark: marks.append(stack.count)
    case .stop: break

    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binInt: try push(.integer(Int(Int32(truncatingIfNeeded: unsigned(4)))))
    case .binInt1: try push(.integer(unsigned(1)))
    case .binInt2: try push(.integer(unsigned(2)))
    case .long1: try push(.integer(try signed(byteCount: unsigned(1))))

    case .shortBinString, .shortBinBytes, .shortBinUnicode: try push(.text(take(unsigned(1))))
    case .binString, .binBytes, .binUnicode: try push(.text(take(unsigned(4))))
    case .binBytes8, .byteArray8, .binUnicode8: try push(.text(take(unsigned(8))))

    case .emptyList: try push(.list(PickleItem.Elements()))
    case .emptyDictionary: try push(.dictionary(PickleItem.Elements()))
    case .emptyTuple: try push(.tuple(PickleItem.Elements()))
    case .tuple: try push(.tuple(PickleItem.Elements(try popMarked())))
    case .tuple1: try push(.tuple(PickleItem.Elements(try pop(1))))
    case .tuple2: try push(.tuple(PickleItem.Elements(try pop(2))))
    case .tuple3: try push(.tuple(PickleItem.Elements(try pop(3))))
    case .append: try append(try pop(1))
    case .appends: try append(try popMarked())
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popMarked())

    case .binPut: try put(at: unsigned(1))
    case .longBinPut: try put(at: unsigned(4))
    case .memoize: try put(at: memo.count)
    case .binGet: try get(unsigned(1))
    case .longBinGet: try get(unsigned(4))

    case .global:
      let module = try line()
      try pushGlobal(module: module, name: line())
    case .stackGlobal:
      let names = try pop(2)
      guard let module = names[0].string, let name = names[1].string else {
        throw malformed("a global without a name")
      }
      try pushGlobal(module: module, name: name)
    case .reduce: try reduce()
    case .build: try build()
    }
  }
}

// The input
extension PickleMachine {
  func malformed(_ problem: String) -> PickleError {
    .malformed(file: file, offset: start, problem: problem)
  }

  var cut: PickleError { .cut(file: file, offset: bytes.count) }

  private mutating func take(_ count: Int) throws(PickleError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw cut }
    position += count
    return bytes[position - count..<position]
  }

  /// A little-endian number, clamped to the range of `Int`.
  private mutating func unsigned(_ byteCount: Int) throws(PickleError) -> Int {
    Int(clamping: try take(byteCount).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private mutating func signed(byteCount: Int) throws(PickleError) -> Int {
    guard byteCount <= 8 else {
      throw malformed("a number of \(NumberText.count(byteCount, "byte"))")
    }
    let digits = try take(byteCount)
    guard let last = digits.last else { return 0 }
    return digits.dropLast().reversed().reduce(Int(Int8(bitPattern: last))) { $0 << 8 | Int($1) }
  }

  /// Text up to a line feed.
  mutating func line() throws(PickleError) -> String {
    let rest = bytes[position...].prefix(Self.longestName + 1)
    guard let end = rest.firstIndex(of: 0x0A) else {
      guard rest.count > Self.longestName else { throw cut }
      throw malformed("a name of more than \(Self.longestName) bytes")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}
