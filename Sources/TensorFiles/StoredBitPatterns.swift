/// The raw bits of an IEEE 754 half-precision number, as stored in an `F16` tensor: 1 sign, 5
/// exponent and 10 fraction bits.
///
/// A separate type, since `Float16` is not available on all platforms of Swift.
public struct Float16Bits: TensorScalar, Hashable {
  public var bits: UInt16

  public init(bits: UInt16) {
    self.bits = bits
  }

  public static var scalarType: ScalarType { .float16 }

  /// The number; exact, since every half is a `Float`.
  public var floatValue: Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }

  public var doubleValue: Double { Double(floatValue) }
}

/// The raw bits of a bfloat16 number, as stored in a `BF16` tensor: the upper half of a `Float`.
public struct BFloat16Bits: TensorScalar, Hashable {
  public var bits: UInt16

  public init(bits: UInt16) {
    self.bits = bits
  }

  public static var scalarType: ScalarType { .bfloat16 }

  /// The number; exact.
  public var floatValue: Float { Float(bitPattern: UInt32(bits) << 16) }

  public var doubleValue: Double { Double(floatValue) }
}

/// One byte of a `BOOL` tensor. Writers store 0 or 1; a file may hold any byte, and all but 0 are
/// true.
public struct StoredBool: TensorScalar, Hashable {
  public var byte: UInt8

  public init(_ value: Bool) {
    byte = value ? 1 : 0
  }

  public static var scalarType: ScalarType { .bool }

  public var value: Bool { byte != 0 }

  public var doubleValue: Double { value ? 1 : 0 }
}
