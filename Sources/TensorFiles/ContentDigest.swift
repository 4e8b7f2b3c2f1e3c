import Digests
import Foundation

/// Digests of a file's contents, independent of its path and times.
public enum ContentDigest {
  /// The content digest of a file: `TensorFile.contentDigest` for files named `*.safetensors`, the
  /// SHA-256 of the bytes for all others.
  public static func ofFile(at url: URL) throws(TensorFileError) -> String {
    if url.pathExtension == "safetensors" { return try TensorFile(contentsOf: url).contentDigest }
    return try ofBytes(at: url)
  }

  /// SHA-256 of all bytes of a file, in lowercase hexadecimal.
  public static func ofBytes(at url: URL) throws(TensorFileError) -> String {
    let mapping = try MappedFile(path: url.path)
    var hash = SHA256()
    withExtendedLifetime(mapping) { hash.update(mapping.bytes) }
    return hash.finalize().hexadecimal
  }

  /// SHA-256 in lowercase hexadecimal.
  public static func sha256Hex(_ data: some DataProtocol) -> String {
    SHA256.digest(of: data).hexadecimal
  }
}

extension TensorFile {
  /// The SHA-256 of everything that a reader can see: the metadata, with schema, versions and
  /// parameters, and each tensor's name, type, shape and data.
  ///
  /// The header of an artefact contains the digest of its data, so only the header is read;
  /// `verifyDigest` checks that digest. Plain safetensors are read completely. Each text is
  /// preceded by its length, so that different contents give different bytes.
  public var contentDigest: String {
    var hash = SHA256()
    hash.add(text: "tensor file content 1")
    let keys = metadata.keys.filter { !isTessera || $0 != "sha256" }
    hash.add(number: keys.count)
    for key in keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      hash.add(text: key)
      hash.add(text: metadata[key] ?? "")
    }
    hash.add(number: entries.count)
    for entry in entries {
      hash.add(text: entry.name)
      hash.add(text: entry.scalarType.rawValue)
      hash.add(number: entry.shape.count)
      for dimension in entry.shape { hash.add(number: dimension) }
    }
    hash.add(text: statedDigest ?? dataDigest)
    return hash.finalize().hexadecimal
  }
}

extension SHA256 {
  fileprivate mutating func add(number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { update($0) }
  }

  fileprivate mutating func add(text: String) {
    add(number: text.utf8.count)
    update(Array(text.utf8))
  }
}
