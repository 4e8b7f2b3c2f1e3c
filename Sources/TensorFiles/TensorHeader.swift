/// One tensor of a file: its name, type and shape, and the range of its bytes in the data section.
struct TensorEntry: Sendable {
  let name: String
  let scalarType: ScalarType
  let shape: [Int]
  /// Offsets from the first byte after the header.
  let bytes: Range<Int>

  /// Number of scalars. It cannot overflow, since the header's check has computed the same product.
  var scalarCount: Int { shape.reduce(1, *) }
}

/// A valid header: in order of offset, its tensors cover the data section without gaps or overlaps.
struct TensorHeader: Sendable {
  let metadata: [String: String]
  let entries: [TensorEntry]

  /// Reads and checks a header.
  ///
  /// - Parameters:
  ///   - bytes: The header's JSON with its padding, whose first byte is `{`.
  ///   - dataByteCount: Bytes that follow the header.
  init(
    _ bytes: [UInt8], dataByteCount: Int, file: String, limits: TensorFile.Limits
  ) throws(TensorFileError) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .headerNotUTF8(file: file) }
    var scanner = HeaderScanner(bytes, file: file)
    var metadata: [String: String]?
    var entries: [TensorEntry] = []
    var names: Set<String> = []
    try scanner.members { scanner, name throws(TensorFileError) in
      guard names.insert(name).inserted else { throw .duplicateName(file: file, name: name) }
      if name == "__metadata__" {
        metadata = try Self.metadata(&scanner)
      } else {
        guard entries.count < limits.tensors else {
          throw .tooManyTensors(file: file, limit: limits.tensors)
        }
        entries.append(try Self.entry(&scanner, name: name, limits: limits))
      }
    }
    if let stray = bytes[scanner.position...].firstIndex(where: { $0 != 0x20 }) {
      throw .headerPadding(file: file, offset: stray)
    }
    self.metadata = metadata ?? [:]
    self.entries = try Self.tiled(entries, dataByteCount: dataByteCount, file: file)
  }

  /// The metadata; null, which MLX writes if there is none, counts as an empty object.
  private static func metadata(
    _ scanner: inout HeaderScanner
  ) throws(TensorFileError) -> [String: String] {
    var metadata: [String: String] = [:]
    if scanner.peek() == UInt8(ascii: "n") {
      try scanner.null()
      return metadata
    }
    try scanner.members { scanner, key throws(TensorFileError) in
      guard scanner.peek() == UInt8(ascii: "\"") else {
        throw .metadataNotText(file: scanner.file, key: key)
      }
      guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
        throw .duplicateName(file: scanner.file, name: key)
      }
    }
    return metadata
  }

  private static func entry(
    _ scanner: inout HeaderScanner, name: String, limits: TensorFile.Limits
  ) throws(TensorFileError) -> TensorEntry {
    let file = scanner.file
    guard TensorFile.isUsable(name: name, limits: limits) else {
      throw .unusableName(file: file, name: name, limit: limits.nameBytes)
    }
    var scalarType: ScalarType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.members { scanner, field throws(TensorFileError) in
      switch field {
      case "dtype" where scalarType == nil:
        let found = try scanner.string()
        guard let known = ScalarType(rawValue: found) else {
          throw .unknownScalarType(file: file, tensor: name, found: found)
        }
        scalarType = known
      case "shape" where shape == nil:
        shape = try Self.numbers(&scanner, tensor: name, field: field, limit: limits.rank)
      case "data_offsets" where offsets == nil:
        offsets = try Self.numbers(&scanner, tensor: name, field: field, limit: .max)
      case "dtype", "shape", "data_offsets": throw .duplicateName(file: file, name: field)
      default: throw .unknownField(file: file, tensor: name, field: field)
      }
    }
    guard let scalarType else { throw .missingField(file: file, tensor: name, field: "dtype") }
    guard let shape else { throw .missingField(file: file, tensor: name, field: "shape") }
    guard let offsets else { throw .missingField(file: file, tensor: name, field: "data_offsets") }
    guard offsets.count == 2 else {
      throw .notOffsetPair(file: file, tensor: name, count: offsets.count)
    }
    guard let expected = byteCount(of: shape, scalarType: scalarType) else {
      throw .shapeOverflow(file: file, tensor: name, shape: shape)
    }
    guard offsets[0] <= offsets[1] else {
      throw .offsetsReversed(file: file, tensor: name, begin: offsets[0], end: offsets[1])
    }
    let bytes = offsets[0]..<offsets[1]
    guard bytes.count == expected else {
      throw .sizeMismatch(file: file, tensor: name, expected: expected, found: bytes.count)
    }
    return TensorEntry(name: name, scalarType: scalarType, shape: shape, bytes: bytes)
  }

  private static func numbers(
    _ scanner: inout HeaderScanner, tensor: String, field: String, limit: Int
  ) throws(TensorFileError) -> [Int] {
    var numbers: [Int] = []
    try scanner.elements { scanner throws(TensorFileError) in
      guard numbers.count < limit else {
        throw .rankTooHigh(file: scanner.file, tensor: tensor, limit: limit)
      }
      numbers.append(try scanner.naturalNumber(tensor: tensor, field: field))
    }
    return numbers
  }

  /// The size of a tensor in bytes, or nil if it overflows.
  private static func byteCount(of shape: [Int], scalarType: ScalarType) -> Int? {
    var product = 1
    for factor in shape + [scalarType.byteCount] {
      let (partial, overflow) = product.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      product = partial
    }
    return product
  }

  /// The entries in order of offset. Checks that they cover the data section without gaps or
  /// overlaps.
  private static func tiled(
    _ entries: [TensorEntry], dataByteCount: Int, file: String
  ) throws(TensorFileError) -> [TensorEntry] {
    let ordered = entries.sorted { first, second in
      let (a, b) = (first.bytes, second.bytes)
      if a.lowerBound != b.lowerBound { return a.lowerBound < b.lowerBound }
      if a.upperBound != b.upperBound { return a.upperBound < b.upperBound }
      return first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
    }
    var end = 0
    var previous = ""
    for entry in ordered {
      let begin = entry.bytes.lowerBound
      guard begin >= end else { throw .overlap(file: file, tensor: entry.name, other: previous) }
      guard begin == end else {
        throw .hole(file: file, tensor: entry.name, expected: end, found: begin)
      }
      end = entry.bytes.upperBound
      guard end <= dataByteCount else {
        throw .dataPastEnd(file: file, tensor: entry.name, end: end, available: dataByteCount)
      }
      previous = entry.name
    }
    guard end == dataByteCount else {
      throw .trailingData(file: file, byteCount: dataByteCount - end)
    }
    return ordered
  }
}
