/// The type of an array's elements: an integer or a boolean, as in NumPy's descriptors.
///
/// Source: NumPy manual, "The array interface protocol", `typestr`.
public struct NumPyType: Sendable, Equatable {
  public enum Kind: Character, Sendable {
    case bool = "b"
    case signed = "i"
    case unsigned = "u"
  }

  public let kind: Kind
  /// Bytes of an element: 1, 2, 4 or 8.
  public let byteCount: Int
  public let isBigEndian: Bool

  /// Unsigned bytes, the type of pixels.
  public static let uint8 = NumPyType(kind: .unsigned, byteCount: 1, isBigEndian: false)

  private init(kind: Kind, byteCount: Int, isBigEndian: Bool) {
    (self.kind, self.byteCount, self.isBigEndian) = (kind, byteCount, isBigEndian)
  }

  /// The type of a descriptor such as `|u1`, `<i8` or `|b1`; nil for all others, such as floats,
  /// strings, objects, and integers of several bytes without a byte order.
  public init?(descriptor: String) {
    let parts = Array(descriptor)
    guard parts.count == 3, let kind = Kind(rawValue: parts[1]),
      let byteCount = parts[2].wholeNumberValue,
      (kind == .bool ? [1] : [1, 2, 4, 8]).contains(byteCount),
      byteCount == 1 ? "|<>".contains(parts[0]) : "<>".contains(parts[0])
    else { return nil }
    self.init(kind: kind, byteCount: byteCount, isBigEndian: byteCount > 1 && parts[0] == ">")
  }
}

extension NumPyType: CustomStringConvertible {
  /// The descriptor.
  public var description: String {
    "\(byteCount == 1 ? "|" : isBigEndian ? ">" : "<")\(kind.rawValue)\(byteCount)"
  }
}
