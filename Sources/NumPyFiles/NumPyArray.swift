/// An array of integers from a NumPy file: its type, its shape and its bytes.
public struct NumPyArray: Sendable, Equatable {
  public let type: NumPyType
  /// Lengths of the dimensions; `[]` for a scalar.
  public let shape: [Int]
  /// Whether elements are contiguous along the first dimension instead of the last.
  public let isFortranOrder: Bool
  /// The elements as stored in the file.
  public let bytes: ArraySlice<UInt8>

  /// The largest number of dimensions of a NumPy array.
  static let mostDimensions = 64

  /// - Returns: Nil if the number of bytes does not match the shape.
  public init?(
    type: NumPyType, shape: [Int], isFortranOrder: Bool = false, bytes: ArraySlice<UInt8>
  ) {
    guard Self.byteCount(of: shape, type) == bytes.count else { return nil }
    (self.type, self.shape, self.isFortranOrder) = (type, shape, isFortranOrder)
    self.bytes = bytes
  }

  /// The size of an array of this shape in bytes; nil if a length is negative, there are too many
  /// dimensions, or the product overflows.
  public static func byteCount(of shape: [Int], _ type: NumPyType) -> Int? {
    guard shape.count <= mostDimensions, shape.allSatisfy({ $0 >= 0 }) else { return nil }
    // The other lengths of an empty array may be arbitrary, and products of them must not overflow.
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

  /// The distance between neighbours along each dimension, in elements.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var stride = 1
    for axis in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
      strides[axis] = stride
      stride *= max(shape[axis], 1)
    }
    return strides
  }

  /// The elements as integers, in the order in which they are stored: booleans as 0 and 1, values
  /// beyond the range of `Int` clamped to it.
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

  /// The bytes of an array of single bytes, with the elements of the last dimension contiguous.
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
        // Counts up like an odometer, with the last dimension fastest.
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
