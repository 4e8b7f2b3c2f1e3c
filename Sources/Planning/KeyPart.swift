import Foundation
import TensorFiles

/// One thing that a step's output depends on, with its value in plain text. The
/// cache key is a digest of all parts, and `why` compares them.
public struct KeyPart: Sendable, Equatable, Codable {
  public enum Kind: String, Sendable, Codable {
    /// The versions of this scheme and of the tensor file format.
    case format
    case stage
    /// The files that the stage writes, according to the graph.
    case outputs
    /// The digest of the sources the stage is built from.
    case code
    /// A recipe key and its value; for a path, the digest of its contents.
    case recipe
    /// An input and its content digest.
    case input
  }

  public let kind: Kind
  /// Unique within its kind.
  public let name: String
  public let value: String

  public init(kind: Kind, name: String, value: String) {
    self.kind = kind
    self.name = name
    self.value = value
  }
}

/// The parts of a step's cache key.
public struct CacheKey: Sendable, Equatable {
  public let parts: [KeyPart]
  /// Names the artefact's folder: the first 128 bits of a SHA-256, in hexadecimal.
  public let text: String

  /// Every text is preceded by its length, so that
  /// no two lists yield the same bytes. The order of the parts does not matter.
  public init(parts: [KeyPart]) {
    self.parts = parts
    let lines = parts.map { part in
      [part.kind.rawValue, part.name, part.value].map { "\($0.utf8.count):\($0)" }.joined()
    }
    let canonical = lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    text = String(
      ContentDigest.sha256Hex(Data(canonical.joined(separator: "\n").utf8)).prefix(32))
  }
}

/// A part of the key that differs from that of the valid artefact.
public struct KeyChange: Sendable, Equatable {
  public let kind: KeyPart.Kind
  public let name: String
  /// Nil if the part is new.
  public let old: String?
  /// Nil if the part is gone.
  public let new: String?

  /// The parts that differ, in the order of `new`; those that are gone come last.
  public static func between(_ old: [KeyPart], _ new: [KeyPart]) -> [KeyChange] {
    func value(_ parts: [KeyPart], like part: KeyPart) -> String? {
      parts.first { $0.kind == part.kind && $0.name == part.name }?.value
    }
    var changes: [KeyChange] = []
    for part in new {
      let before = value(old, like: part)
      guard before != part.value else { continue }
      changes.append(KeyChange(kind: part.kind, name: part.name, old: before, new: part.value))
    }
    for part in old where value(new, like: part) == nil {
      changes.append(KeyChange(kind: part.kind, name: part.name, old: part.value, new: nil))
    }
    return changes
  }
}
