/// The type of a stored tensor's scalars: the `dtype` of a safetensors entry.
///
/// These are all types of the format that occupy whole bytes. Its packed types of 4 and 6 bits
/// (`F4`, `F6_E2M3`, `F6_E3M2`) are rejected as unknown: byte offsets cannot address their scalars.
public enum ScalarType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case float8e5m2 = "F8_E5M2"
  case float8e4m3 = "F8_E4M3"
  case float8e5m2fnuz = "F8_E5M2FNUZ"
  case float8e4m3fnuz = "F8_E4M3FNUZ"
  case float8e8m0 = "F8_E8M0"
  case uint16 = "U16"
  case int16 = "I16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case uint32 = "U32"
  case int32 = "I32"
  case float32 = "F32"
  case uint64 = "U64"
  case int64 = "I64"
  case float64 = "F64"
  case complex64 = "C64"

  /// Bytes of one scalar.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .float8e5m2, .float8e4m3, .float8e5m2fnuz, .float8e4m3fnuz, .float8e8m0: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .complex64: 8
    }
  }
}

/// A Swift type whose memory is exactly a stored scalar.
///
/// Every bit pattern must be a value of the type, since a file may hold any. `Bool` does not
/// satisfy this; `StoredBool` is used instead.
public protocol TensorScalar: BitwiseCopyable, Sendable {
  /// The corresponding type in files.
  static var scalarType: ScalarType { get }
  /// The scalar as a number, rounded if `Double` can't represent it (64-bit integers beyond 2⁵³).
  var doubleValue: Double { get }
}

extension UInt8: TensorScalar {
  public static var scalarType: ScalarType { .uint8 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension Int8: TensorScalar {
  public static var scalarType: ScalarType { .int8 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension UInt16: TensorScalar {
  public static var scalarType: ScalarType { .uint16 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension Int16: TensorScalar {
  public static var scalarType: ScalarType { .int16 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension UInt32: TensorScalar {
  public static var scalarType: ScalarType { .uint32 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension Int32: TensorScalar {
  public static var scalarType: ScalarType { .int32 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension UInt64: TensorScalar {
  public static var scalarType: ScalarType { .uint64 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension Int64: TensorScalar {
  public static var scalarType: ScalarType { .int64 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension Float: TensorScalar {
  public static var scalarType: ScalarType { .float32 }
  @inlinable public var doubleValue: Double { Double(self) }
}

extension Double: TensorScalar {
  public static var scalarType: ScalarType { .float64 }
  @inlinable public var doubleValue: Double { self }
}
