import TensorFiles

/// The header of a `.npy` file: the type, shape and offset of the array.
///
///     "\x93NUMPY"  6 bytes
///     major, minor  a byte each: 1.0, 2.0 or 3.0
///     length        of the text: 2 bytes in version 1.0, else 4, little-endian
///     text          {'descr': '|u1', 'fortran_order': False, 'shape': (10000, 32, 32, 3), }
///
/// The text is a dictionary in Python's notation. It is not evaluated: only the form that NumPy
/// writes is accepted.
///
/// Source: NumPy manual, "numpy.lib.format", versions 1.0 to 3.0.
public struct NumPyHeader: Sendable, Equatable {
  public private(set) var type: NumPyType
  public private(set) var shape: [Int]
  public private(set) var isFortranOrder: Bool
  /// Bytes before the first element.
  public private(set) var byteCount: Int

  /// The longest text that is read; NumPy's own limit is 10,000 bytes.
  static let longestText = 10_000
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The largest size of a header in bytes.
  static let longest = magic.count + 2 + 4 + longestText

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - bytes: The first `longest` bytes of the file, or all bytes of a shorter one.
  ///   - file: The name of the file in errors.
  public init(_ bytes: ArraySlice<UInt8>, file: String) throws(NumPyError) {
    guard bytes.starts(with: Self.magic) else {
      let format = ForeignFormat(firstBytes: bytes)?.name
      throw .notNumPy(
        file: file, found: bytes.isEmpty ? "an empty file" : format ?? "something else")
    }
    let rest = bytes.dropFirst(Self.magic.count)
    guard let major = rest.first, let minor = rest.dropFirst().first else {
      throw .header(file: file, problem: "it is cut")
    }
    guard (1...3).contains(major), minor == 0 else {
      throw .version(file: file, major: Int(major), minor: Int(minor))
    }
    let digits = rest.dropFirst(2).prefix(major == 1 ? 2 : 4)
    let length = digits.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.longestText else {
      throw .header(
        file: file,
        problem:
          "a text of \(NumberText.count(length, "byte")), expected at most \(Self.longestText)")
    }
    let text = rest.dropFirst(2 + digits.count).prefix(length)
    guard text.count == length, digits.count == (major == 1 ? 2 : 4) else {
      throw .header(file: file, problem: "it is cut")
    }
    var scanner = NumPyHeaderScanner(text, file: file)
    let dictionary = try scanner.dictionary()
    guard let type = NumPyType(descriptor: dictionary.descriptor) else {
      let isObject = dictionary.descriptor.contains("O")
      let found = "'\(PrintableText.escaped(dictionary.descriptor, limit: 20))'"
      throw .type(
        file: file, found: found + (isObject ? " (objects, which are pickles and not read)" : ""))
    }
    self.type = type
    shape = dictionary.shape
    isFortranOrder = dictionary.isFortranOrder
    byteCount = text.endIndex - bytes.startIndex
  }
}

extension NumPyArray {
  /// Reads a `.npy` file.
  ///
  /// - Parameter file: The name of the file in errors.
  public init(npy bytes: [UInt8], file: String) throws(NumPyError) {
    let header = try NumPyHeader(bytes[...], file: file)
    let elements = bytes[header.byteCount...]
    let array = NumPyArray(
      type: header.type, shape: header.shape, isFortranOrder: header.isFortranOrder, bytes: elements
    )
    guard let array else {
      throw .size(
        file: file, shape: header.shape, type: "\(header.type)", found: elements.count)
    }
    self = array
  }
}
