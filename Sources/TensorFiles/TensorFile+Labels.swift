/// Class labels on disk: U8 for up to 256 classes, otherwise I32. In memory they are 16 bits wide.
extension TensorFileWriter {
  /// Adds labels of `classes` classes, `[N]`.
  public mutating func add(_ name: String, labels: [UInt16], classes: Int) {
    if classes <= 256 {
      add(name, shape: [labels.count], labels.map { UInt8(truncatingIfNeeded: $0) })
    } else {
      add(name, shape: [labels.count], labels.map(Int32.init))
    }
  }
}

extension TensorFile {
  /// The labels under `name`, `[count]`; of any length if `count` is nil.
  ///
  /// - Parameter classes: The number of classes; every label must be below it.
  /// - Throws: `TensorFileError` if the tensor is absent, is neither U8 nor I32, has another shape,
  ///   or contains a label that is not below `classes`.
  public func labels(_ name: String, count: Int? = nil, classes: Int) throws -> [UInt16] {
    func checked(_ index: Int, _ label: Int) throws -> UInt16 {
      guard (0..<classes).contains(label), let label = UInt16(exactly: label) else {
        throw TensorFileError.label(
          file: url.path, tensor: name, index: index, found: label, classes: classes)
      }
      return label
    }
    if try scalarType(of: name) == .int32 {
      return try scalars(of: name, as: Int32.self, shape: [count]).enumerated().map {
        try checked($0, Int($1))
      }
    }
    return try scalars(of: name, as: UInt8.self, shape: [count]).enumerated().map {
      try checked($0, Int($1))
    }
  }
}
