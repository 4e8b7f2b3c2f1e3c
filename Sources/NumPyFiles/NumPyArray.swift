/// An array of integers as a file of NumPy's holds it: its type, its shape and its bytes.
public struct NumPyArray: Sendable, Equatable {
  public let type: NumPyType
  /// Lengths of the dimensions; `[]` for a scalar.
  public let shape: [Int]
  /// Whether the first dimension is the one whose elements are neighbours, instead of the last.
  public let isFortranOrder: Bool
  /// The elements as the file has them.
  public let bytes: ArraySlice<UInt8>

  /// The most dimensions that an array of NumPy can have.
  static let mostDimensions = 64

  /// - Returns: Nil if the bytes are not exactly those of the shape.
  public init?(
    type: NumPyType, shape: [Int], isFortranOrder: Bool = false, bytes: ArraySlice<UInt8>
  ) {
    guard Self.byteCount(of: shape, type) == bytes.count else { return nil }
    (self.type, self.shape, self.isFortranOrder) = (type, shape, isFortranOrder)
    self.bytes = bytes
  }

  /// The bytes of an array of this shape; nil if a length is negative, where there are too many
  /// dimensions, or where the product overflows.
  public static func byteCount(of shape: [Int], _ type: NumPyType) -> Int? {
    guard shape.count <= mostDimensions, shape.allSatisfy({ $0 >= 0 }) else { return nil }
    // An empty array's other lengths may be anything, and what is computed from them must not overflow.
    var (product, allButEmpty) = (type.byteCount, type.byteCount)
    for length in shape {
      let (next, overflow) = allButEmpty.multipliedReportingOverflow(by: max(length, 1))
      guard !overflow else { return nil }
      allButEmpty = next
      product *= length
    }
    return product
  }

  /// Number of elements.
  public var count: Int { bytes.count / type.byteCount }

  /// How many elements lie between neighbours along each dimension.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var stride = 1
    for axis in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
      strides[axis] = stride
      stride *= max(shape[axis], 1)
    }
    return strides
  }

  /// The elements in the order in which they are stored, as numbers: truth values as 0 and 1, numbers
  /// beyond the range of `Int` as the nearest in it.
  public var integers: [Int] {
    bytes.withUnsafeBytes { bytes in
      let size = type.byteCount
      return (0..<bytes.count / size).map { element in
        var bits: UInt64 = 0
        for byte in 0..<size {
          let place = element * size + (type.isBigEndian ? byte : size - 1 - byte)
          bits = bits << 8 | UInt64(bytes[place])
        }
        switch type.kind {
        case .bool: return bits == 0 ? 0 : 1
        case .unsigned: return Int(clamping: bits)
        case .signed:
          let shift = UInt64(64 - 8 * size)
          return Int(Int64(bitPattern: bits << shift) >> shift)
        }
      }
    }
  }

  /// The bytes of an array of single bytes, the last dimension's elements next to each other.
  ///
  /// - Precondition: `type.byteCount == 1`.
  public var bytesInRowOrder: [UInt8] {
    precondition(type.byteCount == 1, "elements of \(type.byteCount) bytes")
    guard isFortranOrder, shape.count > 1 else { return Array(bytes) }
    let strides = strides
    var places = [Int](repeating: 0, count: shape.count)
    var place = 0
    return bytes.withUnsafeBufferPointer { bytes in
      (0..<bytes.count).map { _ in
        let byte = bytes[place]
        // Counts up as an odometer does, last wheel first.
        for axis in shape.indices.reversed() {
          places[axis] += 1
          place += strides[axis]
          guard places[axis] == shape[axis] else { break }
          place -= shape[axis] * strides[axis]
          places[axis] = 0
        }
        return byte
      }
    }
  }
}
