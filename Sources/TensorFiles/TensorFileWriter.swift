import Digests
import Foundation

/// Collects tensors and writes them as one artefact.
///
/// Equal content gives equal bytes: tensors are sorted by descending scalar size, then by name;
/// metadata is sorted; and nothing depends on time, host or the order of the calls. Data starts at
/// a multiple of 64 bytes, so with this order every tensor is aligned for its scalars.
public struct TensorFileWriter {
  private struct Tensor {
    let name: String
    let scalarType: ScalarType
    let shape: [Int]
    let byteCount: Int
    /// Gives access to the data.
    let withBytes: (_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  }

  private let metadata: [String: String]
  private var tensors: [Tensor] = []
  private var names: Set<String> = []

  /// - Parameters:
  ///   - schema: The kind of the file.
  ///   - metadata: Further information for readers. The writer's own keys (`format`,
  ///     `format_version`, `schema`, `schema_version`, `sha256`) are not allowed.
  public init(schema: String, schemaVersion: Int = 1, metadata: [String: String] = [:]) {
    precondition(
      !schema.isEmpty && schemaVersion >= 1, "a schema needs a name and a version from 1")
    for key in metadata.keys {
      precondition(!TensorFile.reservedKeys.contains(key), "metadata '\(key)' is the writer's own")
    }
    let own = [
      "format": "tessera", "format_version": String(TensorFile.formatVersion),
      "schema": schema, "schema_version": String(schemaVersion),
    ]
    self.metadata = metadata.merging(own) { _, own in own }
  }

  /// Adds a tensor, row-major.
  ///
  /// - Precondition: `values.count` is the product of `shape`; the name is new, printable and at
  ///   most 256 bytes long.
  public mutating func add<Scalar: TensorScalar>(
    _ name: String, shape: [Int], _ values: [Scalar]
  ) {
    values.withUnsafeBufferPointer { add(name, shape: shape, $0) }
  }

  /// Adds a tensor, row-major, copying it.
  public mutating func add<Scalar: TensorScalar>(
    _ name: String, shape: [Int], _ values: UnsafeBufferPointer<Scalar>
  ) {
    add(
      name, scalarType: Scalar.scalarType, shape: shape, bytes: UnsafeRawBufferPointer(values))
  }

  /// Adds a tensor of any type from its bytes, row-major and little-endian, copying them.
  public mutating func add(
    _ name: String, scalarType: ScalarType, shape: [Int], bytes: UnsafeRawBufferPointer
  ) {
    let copy = Array(bytes)
    add(name, scalarType: scalarType, shape: shape, byteCount: copy.count) { body in
      try copy.withUnsafeBytes(body)
    }
  }

  /// Adds a tensor, row-major, whose values are computed when the file is written, so that only one
  /// of many large tensors is in memory at a time.
  ///
  /// - Parameter values: Returns the scalars; their number is the product of `shape`.
  public mutating func add<Scalar: TensorScalar>(
    _ name: String, shape: [Int], making values: @escaping () -> [Scalar]
  ) {
    let byteCount = shape.reduce(1, *) * Scalar.scalarType.byteCount
    add(name, scalarType: Scalar.scalarType, shape: shape, byteCount: byteCount) { body in
      try values().withUnsafeBytes { bytes in
        precondition(
          bytes.count == byteCount, "tensor '\(name)': \(bytes.count) bytes for shape \(shape)")
        try body(bytes)
      }
    }
  }

  private mutating func add(
    _ name: String, scalarType: ScalarType, shape: [Int], byteCount: Int,
    _ withBytes: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) {
    let limits = TensorFile.Limits.standard
    let count = shape.reduce(1, *)
    precondition(
      shape.allSatisfy { $0 >= 0 } && byteCount == count * scalarType.byteCount,
      "tensor '\(name)': \(byteCount) bytes for shape \(shape) of \(scalarType.rawValue)")
    precondition(
      shape.count <= limits.rank, "tensor '\(name)': shape \(shape) has too many dimensions")
    precondition(
      TensorFile.isUsable(name: name, limits: limits) && name != "__metadata__",
      "tensor name '\(name)' cannot be stored")
    precondition(names.insert(name).inserted, "tensor '\(name)' is added twice")
    precondition(tensors.count < limits.tensors, "more than \(limits.tensors) tensors")
    tensors.append(
      Tensor(
        name: name, scalarType: scalarType, shape: shape, byteCount: byteCount,
        withBytes: withBytes))
  }

  /// Writes the file atomically, replacing an existing one.
  ///
  /// - Throws: `headerTooLong` if names and metadata exceed the reader's limit, `cannotWrite` if
  ///   the disk fails.
  public func write(to url: URL) throws {
    let ordered = tensors.sorted { first, second in
      let (a, b) = (first.scalarType.byteCount, second.scalarType.byteCount)
      return a != b ? a > b : first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
    }
    // This placeholder has the length of every digest; it is replaced after all data is written.
    let noDigest = SHA256.digest(of: []).hexadecimal
    let place = Self.header(of: ordered, metadata: metadata, digest: noDigest)
    let limit = TensorFile.Limits.standard.headerBytes
    guard place.count <= limit else {
      throw TensorFileError.headerTooLong(
        file: url.path, byteCount: UInt64(place.count), limit: limit)
    }
    try AtomicFile.write(to: url) { sink in
      try withUnsafeBytes(of: UInt64(place.count).littleEndian) { try sink.write($0) }
      try place.withUnsafeBytes { try sink.write($0) }
      var hash = SHA256()
      for tensor in ordered {
        try tensor.withBytes { bytes in
          hash.update(bytes)
          try sink.write(bytes)
        }
      }
      let digest = hash.finalize().hexadecimal
      try Self.header(of: ordered, metadata: metadata, digest: digest)
        .withUnsafeBytes { try sink.replace($0, at: 8) }
    }
  }

  /// The header's JSON, padded with spaces so that 8 + its length is a multiple of 64.
  private static func header(
    of tensors: [Tensor], metadata: [String: String], digest: String
  ) -> [UInt8] {
    let pairs = metadata.merging(["sha256": digest]) { _, digest in digest }
    let members =
      pairs
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "\(quoted($0.key)):\(quoted($0.value))" }
    var fields = ["\"__metadata__\":{\(members.joined(separator: ","))}"]
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.scalarType.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    let excess = (8 + header.count) % 64
    if excess > 0 { header += [UInt8](repeating: 0x20, count: 64 - excess) }
    return header
  }

  /// A JSON string, with quotation marks, backslashes and control characters escaped.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{00}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
