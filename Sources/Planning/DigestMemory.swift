import Foundation
import TensorFiles

/// The remembered digests of a folder's files.
struct DigestMemory {
  private struct Digests: Codable {
    /// SHA-256 of all bytes.
    let sha256: String
    /// The content digest of a tensor file whose data has been compared with the digest in its header.
    var content: String?
  }

  private var memory: StampedMemory<Digests>

  /// - Parameter store: The memory file; it may be missing, or anything but such a file.
  init(store: URL) { memory = StampedMemory(store: store) }

  /// SHA-256 of all bytes of a file.
  ///
  /// - Parameters:
  ///   - name: The file's name in this memory.
  ///   - rereading: Read the bytes even where the stamp has not changed.
  mutating func sha256(
    of url: URL, named name: String, rereading: Bool = false
  ) throws(TensorFileError) -> String {
    try memory.value(
      of: url, named: name, where: { _ in !rereading },
      learn: { () throws(TensorFileError) in
        Digests(sha256: try ContentDigest.ofBytes(at: url))
      }
    ).sha256
  }

  /// The content digest of a file, for a tensor file after its data has been compared with the digest
  /// in its header.
  mutating func verifiedContent(
    of url: URL, named name: String, rereading: Bool = false
  ) throws(TensorFileError) -> String {
    guard url.pathExtension == "safetensors" else {
      return try sha256(of: url, named: name, rereading: rereading)
    }
    let digests = try memory.value(
      of: url, named: name, where: { !rereading && $0.content != nil },
      learn: { () throws(TensorFileError) in
        let file = try TensorFile(contentsOf: url)
        if file.isTessera { try file.verifyDigest() }
        return Digests(sha256: try ContentDigest.ofBytes(at: url), content: file.contentDigest)
      })
    return digests.content ?? digests.sha256
  }

  /// Forgets the files that are not among `names`.
  mutating func keep(only names: Set<String>) { memory.keep(only: names) }

  /// Saves the remembered values for the next process.
  func save() { memory.save() }
}
