import Foundation
import TensorFiles

/// A report on a tensor file: header, digest, metadata, provenance and statistics of each
/// tensor.
public struct TensorFileReport: Sendable {
  /// Whether the data matches the digest in the header.
  public enum Verification: String, Sendable, Encodable {
    case verified, damaged
    /// Plain safetensors have no digest.
    case unstated
  }

  /// A tensor, and its statistics if its scalars are numbers that Swift can read.
  public struct Tensor: Sendable, Encodable {
    public let name: String
    public let dtype: String
    public let shape: [Int]
    public let bytes: Int
    public let statistics: TensorStatistics?
  }

  public let file: String
  public let byteCount: Int
  public let headerByteCount: Int
  public let schema: String?
  public let schemaVersion: Int?
  public let formatVersion: Int?
  public let sha256: String?
  public let verification: Verification
  public let contentDigest: String
  public let metadata: [String: String]
  public let provenance: Provenance?
  public let tensors: [Tensor]

  /// Reads all of the file's data.
  public init(of file: TensorFile) throws {
    self.file = file.url.path
    byteCount = file.byteCount
    headerByteCount = file.headerByteCount
    schema = file.schema
    schemaVersion = file.schemaVersion
    formatVersion = file.isTessera ? file.metadata["format_version"].flatMap { Int($0) } : nil
    sha256 = file.statedDigest
    contentDigest = file.contentDigest
    metadata = file.metadata
    provenance = Provenance(inFolder: file.url.deletingLastPathComponent())
    tensors = try file.names.map { name in
      try Tensor(
        name: name, dtype: file.scalarType(of: name).rawValue, shape: file.shape(of: name),
        bytes: file.byteCount(of: name), statistics: TensorStatistics(of: name, in: file))
    }
    verification = Self.verification(of: file)
  }

  private static func verification(of file: TensorFile) -> Verification {
    guard file.statedDigest != nil else { return .unstated }
    do {
      try file.verifyDigest()
      return .verified
    } catch {
      return .damaged
    }
  }

  /// The report as text.
  public func lines() -> [String] {
    var lines = [PrintableText.escaped(file)] + headerLines()
    let own: Set = ["format", "format_version", "schema", "schema_version", "sha256"]
    let others = metadata.filter { schema == nil || !own.contains($0.key) }
    if !others.isEmpty {
      let rows = others.sorted { $0.key < $1.key }
        .map { [PrintableText.escaped($0.key), MetadataText.short($0.value)] }
      lines += ["metadata"] + TextTable(rows: rows).lines()
    }
    if let provenance { lines += ["provenance"] + provenance.lines() }
    return lines + ["tensors"] + tensorTable().lines()
  }

  private func headerLines() -> [String] {
    var rows = [
      [
        "size",
        "\(NumberText.size(bytes: byteCount)), of which \(NumberText.size(bytes: 8 + headerByteCount)) header",
      ]
    ]
    if let schema, let schemaVersion, let formatVersion {
      rows.append(["schema", "\(PrintableText.escaped(schema)), version \(schemaVersion)"])
      rows.append(["format", "tessera, version \(formatVersion)"])
    } else {
      rows.append(["format", "plain safetensors"])
    }
    switch verification {
    case .verified: rows.append(["sha256", "\(sha256 ?? "") (verified)"])
    case .damaged: rows.append(["sha256", "\(sha256 ?? "") (DAMAGED: the data is not this)"])
    case .unstated: rows.append(["sha256", "none stated"])
    }
    rows.append(["content", contentDigest])
    return TextTable(rows: rows).lines()
  }

  private func tensorTable() -> TextTable {
    var table = TextTable(
      rows: [["name", "dtype", "shape", "min", "max", "mean", "std", "NaN"]],
      rightAligned: [3, 4, 5, 6, 7])
    for tensor in tensors {
      let shape =
        tensor.shape.isEmpty ? "scalar" : tensor.shape.map(String.init).joined(separator: "×")
      let figures = tensor.statistics.map { statistics in
        [
          statistics.minimum, statistics.maximum, statistics.mean, statistics.standardDeviation,
        ].map { TensorStatistics.text(of: $0) } + ["\(statistics.nanCount)"]
      }
      table.rows.append(
        [tensor.name, tensor.dtype, shape] + (figures ?? Array(repeating: "–", count: 5)))
    }
    return table
  }
}

extension TensorFileReport: Encodable {
  private enum CodingKeys: String, CodingKey {
    case file, schema, sha256, verification, metadata, provenance, tensors
    case byteCount = "bytes"
    case headerByteCount = "header_bytes"
    case schemaVersion = "schema_version"
    case formatVersion = "format_version"
    case contentDigest = "content_digest"
  }

  /// The report as a JSON object; infinities as text, since JSON has none.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
