import TensorFiles

/// An operation on a tensor's scalars of any type.
protocol ScalarVisitor {
  associatedtype Result
  func visit<Scalar: TensorScalar>(_ scalars: UnsafeBufferPointer<Scalar>) -> Result
}

extension TensorFile {
  /// Passes the scalars of a tensor to `visitor`; nil for types that Swift can't read as numbers
  /// (8-bit floats and complex numbers).
  func visit<Visitor: ScalarVisitor>(
    _ name: String, with visitor: Visitor
  ) throws -> Visitor.Result? {
    func hand<Scalar: TensorScalar>(as type: Scalar.Type) throws -> Visitor.Result {
      try withScalars(of: name, as: type) { visitor.visit($0) }
    }
    switch try scalarType(of: name) {
    case .bool: return try hand(as: StoredBool.self)
    case .uint8: return try hand(as: UInt8.self)
    case .int8: return try hand(as: Int8.self)
    case .uint16: return try hand(as: UInt16.self)
    case .int16: return try hand(as: Int16.self)
    case .uint32: return try hand(as: UInt32.self)
    case .int32: return try hand(as: Int32.self)
    case .uint64: return try hand(as: UInt64.self)
    case .int64: return try hand(as: Int64.self)
    case .float16: return try hand(as: Float16Bits.self)
    case .bfloat16: return try hand(as: BFloat16Bits.self)
    case .float32: return try hand(as: Float.self)
    case .float64: return try hand(as: Double.self)
    case .float8e5m2, .float8e4m3, .float8e5m2fnuz, .float8e4m3fnuz, .float8e8m0, .complex64:
      return nil
    }
  }
}
