import CheckedNumbers

extension TensorFile {
  /// A copy of a tensor of counts, I64: none is negative, and their sum does not overflow.
  ///
  /// - Parameter shape: The expected shape; nil for any dimension.
  /// - Throws: `noSuchTensor`, `wrongScalarType`, `wrongShape`, or `notCounts` if the values cannot
  ///   be counts.
  public func counts(of name: String, shape: [Int?]) throws(TensorFileError) -> [Int] {
    let counts = try scalars(of: name, as: Int64.self, shape: shape)
    if let negative = counts.first(where: { $0 < 0 }) {
      throw .notCounts(file: url.path, tensor: name, found: "\(negative)")
    }
    guard counts.checkedSum != nil else {
      throw .notCounts(file: url.path, tensor: name, found: "a sum beyond 63 bits")
    }
    return counts.map { Int($0) }
  }
}
