import Foundation

extension TensorFile {
  /// The dimensions of a tensor; `[]` for a scalar.
  public func shape(of name: String) throws(TensorFileError) -> [Int] {
    try entry(of: name).shape
  }

  /// The type of a tensor's scalars.
  public func scalarType(of name: String) throws(TensorFileError) -> ScalarType {
    try entry(of: name).scalarType
  }

  /// The size of a tensor's data in bytes.
  public func byteCount(of name: String) throws(TensorFileError) -> Int {
    try entry(of: name).bytes.count
  }

  /// Throws `wrongShape` unless the tensor's shape matches; nil matches any dimension.
  public func requireShape(_ expected: [Int?], of name: String) throws(TensorFileError) {
    let found = try entry(of: name).shape
    let matches = zip(expected, found).allSatisfy { $0 == nil || $0 == $1 }
    guard expected.count == found.count, matches else {
      throw .wrongShape(file: url.path, tensor: name, expected: expected, found: found)
    }
  }

  /// Gives access to a tensor's bytes, row-major and little-endian, without copying. The pointer
  /// may be unaligned and is valid only in `body`.
  public func withUnsafeBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let entry = try entry(of: name)
    return try withMapping { data in
      try body(UnsafeRawBufferPointer(rebasing: data[entry.bytes]))
    }
  }

  /// Gives access to a tensor's scalars, row-major. They are copied only if a foreign file has them
  /// unaligned. The pointer is valid only in `body`.
  ///
  /// - Throws: `noSuchTensor`, `wrongScalarType`, or what `body` throws.
  public func withScalars<Scalar: TensorScalar, Result>(
    of name: String, as type: Scalar.Type,
    _ body: (UnsafeBufferPointer<Scalar>) throws -> Result
  ) throws -> Result {
    let entry = try entry(of: name, holding: type)
    return try withMapping { data in
      let bytes = UnsafeRawBufferPointer(rebasing: data[entry.bytes])
      let address = UInt(bitPattern: bytes.baseAddress)
      if address % UInt(MemoryLayout<Scalar>.alignment) == 0 {
        return try body(bytes.bindMemory(to: Scalar.self))
      }
      try requireMemory(for: entry)
      let copy = Self.copy(bytes, count: entry.scalarCount, as: type)
      return try copy.withUnsafeBufferPointer(body)
    }
  }

  /// A copy of a tensor's scalars, row-major.
  ///
  /// - Parameter shape: The expected shape; a nil dimension matches any, and nil matches any shape.
  /// - Throws: `noSuchTensor`, `wrongScalarType` or `wrongShape`.
  public func scalars<Scalar: TensorScalar>(
    of name: String, as type: Scalar.Type, shape: [Int?]? = nil
  ) throws(TensorFileError) -> [Scalar] {
    let entry = try entry(of: name, holding: type)
    if let shape { try requireShape(shape, of: name) }
    try requireMemory(for: entry)
    return withMapping { data in
      let bytes = UnsafeRawBufferPointer(rebasing: data[entry.bytes])
      return Self.copy(bytes, count: entry.scalarCount, as: type)
    }
  }

  /// Checks that a copy of the tensor's bytes can be allocated. An array that can't be allocated
  /// ends the process.
  private func requireMemory(for entry: TensorEntry) throws(TensorFileError) {
    guard MemoryProbe.hasRoom(for: entry.bytes.count) else {
      throw .noMemory(file: url.path, tensor: entry.name, byteCount: entry.bytes.count)
    }
  }

  private func entry<Scalar: TensorScalar>(
    of name: String, holding type: Scalar.Type
  ) throws(TensorFileError) -> TensorEntry {
    let entry = try entry(of: name)
    guard entry.scalarType == Scalar.scalarType else {
      throw .wrongScalarType(
        file: url.path, tensor: name, expected: Scalar.scalarType, found: entry.scalarType)
    }
    return entry
  }

  private static func copy<Scalar: TensorScalar>(
    _ bytes: UnsafeRawBufferPointer, count: Int, as type: Scalar.Type
  ) -> [Scalar] {
    [Scalar](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initializedCount = count
    }
  }
}
