import Foundation

#if _endian(big)
  #error("Tensor files are little-endian and handed out without copying: a big-endian host cannot.")
#endif

/// A tensor file, opened, checked and mapped into memory.
///
/// The file is a safetensors file: 8 bytes of little-endian header length, a JSON header, then
/// packed little-endian row-major data. Artefacts of the pipeline have these entries in the
/// header's `__metadata__`:
///
///     format          "tessera"
///     format_version  "1"
///     schema          what the file is: "images", "checkpoint", …
///     schema_version  "1"
///     sha256          of all bytes after the header, in hexadecimal
///
/// and further entries for readers of the schema. Files without that `format` are opened as plain
/// safetensors. Every rule is checked when the file is opened, except the digest: `requireSchema`
/// and `verifyDigest` read all data for that.
///
/// Source: the format's description in the safetensors README and its reference reader,
/// `tensor.rs`.
public struct TensorFile: Sendable {
  /// The limits of a header.
  public struct Limits: Sendable {
    /// Bytes of the header, padding included.
    public var headerBytes: Int
    /// Tensors in a file.
    public var tensors: Int
    /// Dimensions of a tensor.
    public var rank: Int
    /// Bytes of a tensor's name in UTF-8.
    public var nameBytes: Int

    public init(
      headerBytes: Int = 1 << 20, tensors: Int = 4096, rank: Int = 8, nameBytes: Int = 256
    ) {
      self.headerBytes = headerBytes
      self.tensors = tensors
      self.rank = rank
      self.nameBytes = nameBytes
    }

    /// 1 MiB of header, 4,096 tensors, 8 dimensions, names of 256 bytes.
    public static let standard = Limits()
  }

  /// The URL from which the file was opened.
  public let url: URL
  /// The header's `__metadata__`.
  public let metadata: [String: String]
  /// Bytes of the header with its padding, without the 8 bytes of its length.
  public let headerByteCount: Int

  let entries: [TensorEntry]
  private let indices: [String: Int]
  private let mapping: MappedFile

  /// Opens and checks a file. This is fast, since the data is mapped but not read.
  public init(contentsOf url: URL, limits: Limits = .standard) throws(TensorFileError) {
    let file = url.path
    let mapping = try MappedFile(path: file)
    let bytes = mapping.bytes
    let headerBytes = try Self.headerBytes(of: bytes, file: file, limits: limits)
    let headerByteCount = headerBytes.count
    let header = try TensorHeader(
      headerBytes, dataByteCount: bytes.count - 8 - headerByteCount, file: file, limits: limits)
    self.url = url
    self.metadata = header.metadata
    self.headerByteCount = headerByteCount
    self.entries = header.entries
    self.mapping = mapping
    let pairs = header.entries.enumerated().map { ($1.name, $0) }
    indices = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    try checkArtefactMetadata()
  }

  /// The header's text.
  ///
  /// - Throws: `foreignFormat` if the bytes are those of another format, whose first eight bytes
  ///   are not the length of a header.
  private static func headerBytes(
    of bytes: UnsafeRawBufferPointer, file: String, limits: Limits
  ) throws(TensorFileError) -> [UInt8] {
    func unusable(_ error: TensorFileError) -> TensorFileError {
      guard let format = ForeignFormat(firstBytes: bytes), format != .safetensors else {
        return error
      }
      return .foreignFormat(file: file, format: format)
    }
    guard bytes.count >= 8 else {
      throw unusable(.tooShort(file: file, byteCount: bytes.count))
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(max(limits.headerBytes, 0)) else {
      throw unusable(.headerTooLong(file: file, byteCount: length, limit: limits.headerBytes))
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw unusable(
        .headerPastEnd(file: file, byteCount: length, available: bytes.count - 8))
    }
    let header = Array(bytes[8..<8 + Int(length)])
    guard header.first == UInt8(ascii: "{") else {
      throw unusable(.headerNotObject(file: file))
    }
    return header
  }

  /// The tensors' names, in order of their data.
  public var names: [String] { entries.map(\.name) }

  /// Bytes of the whole file.
  public var byteCount: Int { mapping.bytes.count }

  /// All bytes after the header.
  var dataSection: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: mapping.bytes[(8 + headerByteCount)...])
  }

  /// Runs `body` and keeps the mapping alive meanwhile.
  func withMapping<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(mapping) { try body(dataSection) }
  }

  func entry(of name: String) throws(TensorFileError) -> TensorEntry {
    guard let index = indices[name] else {
      throw .noSuchTensor(file: url.path, tensor: name, available: names)
    }
    return entries[index]
  }

  /// True if the name is allowed for a tensor: 1 to `limits.nameBytes` bytes, all printable.
  static func isUsable(name: String, limits: Limits) -> Bool {
    !name.isEmpty && name.utf8.count <= limits.nameBytes && PrintableText.isPrintable(name)
  }
}
