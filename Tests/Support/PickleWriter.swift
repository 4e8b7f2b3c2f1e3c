/// A value for `PickleWriter`.
public indirect enum Pickled: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case text(String)
  case bytes([UInt8])
  case list([Pickled])
  case tuple([Pickled])
  case dictionary([(String, Pickled)])
  /// An array of the type `descriptor`, such as `|u1`.
  case array(String, shape: [Int], [UInt8])

  public static func integers(_ numbers: some Sequence<Int>) -> Pickled {
    .list(numbers.map { .integer($0) })
  }

  public static func texts(_ texts: [String]) -> Pickled { .list(texts.map { .text($0) }) }
}

/// Writes pickles with the same instructions as several versions of Python and NumPy.
///
/// The instructions were compared with the output of `pickletools.dis` for pickles of Python 3.11
/// and NumPy 2.4; those of Python 2 were derived from these by hand.
public struct PickleWriter {
  public enum Dialect: String, CaseIterable, Sendable {
    /// cPickle of Python 2, protocol 2, with texts as byte strings, as in CIFAR's own files.
    case python2
    /// Python 3, protocols 2 to 5, with the module names of NumPy 2.
    case protocol2, protocol3, protocol4, protocol5

    var number: UInt8 {
      switch self {
      case .python2, .protocol2: 2
      case .protocol3: 3
      case .protocol4: 4
      case .protocol5: 5
      }
    }
    var isNumPy2: Bool { self != .python2 }
    var hasFrames: Bool { self == .protocol4 || self == .protocol5 }
  }

  /// The pickle of a value.
  public static func pickle(_ value: Pickled, _ dialect: Dialect) -> [UInt8] {
    var writer = PickleWriter(dialect: dialect)
    writer.write(value)
    let body = writer.bytes + [0x2E]
    let start = [0x80, dialect.number]
    return dialect.hasFrames ? start + [0x95] + littleEndian(body.count, 8) + body : start + body
  }

  private let dialect: Dialect
  private var bytes: [UInt8] = []
  private var memoCount = 0
  private var places: [String: Int] = [:]

  private init(dialect: Dialect) { self.dialect = dialect }

  private static func littleEndian(_ number: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private mutating func write(_ value: Pickled) {
    switch value {
    case .none: bytes.append(0x4E)
    case .bool(let isTrue): bytes.append(isTrue ? 0x88 : 0x89)
    case .integer(let number): write(integer: number)
    case .text(let text): write(text: text)
    case .bytes(let content): write(content: content)
    case .list(let elements):
      bytes.append(0x5D)
      remember()
      write(elements, then: 0x65)
    case .dictionary(let members):
      bytes.append(0x7D)
      remember()
      write(members.flatMap { [.text($0.0), $0.1] }, then: 0x75)
    case .tuple(let elements): write(tuple: elements)
    case .array(let descriptor, let shape, let content):
      write(array: descriptor, shape: shape, content)
    }
  }

  private mutating func write(_ elements: [Pickled], then opcode: UInt8) {
    // Python writes a thousand at a time.
    let batch = 1_000
    for first in stride(from: 0, to: elements.count, by: batch) {
      bytes.append(0x28)
      for element in elements[first..<min(first + batch, elements.count)] { write(element) }
      bytes.append(opcode)
    }
  }

  private mutating func write(integer number: Int) {
    switch number {
    case 0...0xFF: bytes += [0x4B, UInt8(number)]
    case 0...0xFFFF: bytes += [0x4D] + Self.littleEndian(number, 2)
    case Int(Int32.min)...Int(Int32.max): bytes += [0x4A] + Self.littleEndian(number, 4)
    default: bytes += [0x8A, 8] + Self.littleEndian(number, 8)
    }
  }

  private mutating func write(text: String) {
    if dialect == .python2 { return write(content: Array(text.utf8)) }
    if let place = places[text] { return recall(place) }
    let count = text.utf8.count
    bytes +=
      dialect.hasFrames && count < 256
      ? [0x8C, UInt8(count)] : [0x58] + Self.littleEndian(count, 4)
    bytes += text.utf8
    places[text] = memoCount
    remember()
  }

  private mutating func write(content: [UInt8]) {
    switch dialect {
    case .protocol2:
      // As a text with the same numbers, which a function converts to bytes.
      global("_codecs", "encode")
      let text = String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) }))
      write(text: text)
      write(text: "latin1")
      bytes.append(0x86)
      remember()
      bytes.append(0x52)
    case .python2, .protocol3, .protocol4, .protocol5:
      let (short, long): (UInt8, UInt8) = dialect == .python2 ? (0x55, 0x54) : (0x43, 0x42)
      bytes +=
        content.count < 256
        ? [short, UInt8(content.count)] : [long] + Self.littleEndian(content.count, 4)
      bytes += content
    }
    remember()
  }

  private mutating func write(tuple elements: [Pickled]) {
    if elements.isEmpty { return bytes.append(0x29) }
    if elements.count > 3 { bytes.append(0x28) }
    for element in elements { write(element) }
    bytes.append(elements.count > 3 ? 0x74 : 0x84 + UInt8(elements.count))
    remember()
  }

  private mutating func write(array descriptor: String, shape: [Int], _ content: [UInt8]) {
    let core = dialect.isNumPy2 ? "numpy._core" : "numpy.core"
    if dialect == .protocol5 {
      global("\(core).numeric", "_frombuffer")
      bytes += [0x28, 0x96] + Self.littleEndian(content.count, 8) + content
      remember()
      write(type: descriptor)
      write(tuple: shape.map { .integer($0) })
      write(text: "C")
      bytes.append(0x74)
      remember()
      bytes.append(0x52)
      return remember()
    }
    global("\(core).multiarray", "_reconstruct")
    global("numpy", "ndarray")
    write(tuple: [.integer(0)])
    write(content: Array("b".utf8))
    bytes.append(0x87)
    remember()
    bytes.append(0x52)
    remember()
    bytes.append(0x28)
    write(integer: 1)
    write(tuple: shape.map { .integer($0) })
    write(type: descriptor)
    write(.bool(false))
    write(content: content)
    bytes.append(0x74)
    remember()
    bytes.append(0x62)
  }

  private mutating func write(type descriptor: String) {
    if let place = places["type \(descriptor)"] { return recall(place) }
    global("numpy", "dtype")
    write(text: String(descriptor.dropFirst()))
    bytes += dialect.isNumPy2 ? [0x89, 0x88, 0x87] : [0x4B, 0, 0x4B, 1, 0x87]
    remember()
    bytes.append(0x52)
    places["type \(descriptor)"] = memoCount
    remember()
    bytes.append(0x28)
    write(integer: 3)
    write(text: String(descriptor.prefix(1)))
    bytes += [0x4E, 0x4E, 0x4E]
    for number in [-1, -1, 0] { write(integer: number) }
    bytes.append(0x74)
    remember()
    bytes.append(0x62)
  }

  private mutating func global(_ module: String, _ name: String) {
    let key = "global \(module) \(name)"
    if let place = places[key] { return recall(place) }
    if dialect.hasFrames {
      write(text: module)
      write(text: name)
      bytes.append(0x93)
    } else {
      bytes += [0x63] + Array("\(module)\n\(name)\n".utf8)
    }
    places[key] = memoCount
    remember()
  }

  private mutating func remember() {
    if dialect.hasFrames {
      bytes.append(0x94)
    } else {
      bytes +=
        memoCount < 256 ? [0x71, UInt8(memoCount)] : [0x72] + Self.littleEndian(memoCount, 4)
    }
    memoCount += 1
  }

  private mutating func recall(_ place: Int) {
    bytes += place < 256 ? [0x68, UInt8(place)] : [0x6A] + Self.littleEndian(place, 4)
  }
}
