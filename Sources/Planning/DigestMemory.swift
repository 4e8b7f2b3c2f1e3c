import Foundation
import TensorFiles

/// The digests of a folder's files, remembered with their stamps, so that bytes are read again only
/// where the file system says that a file has changed.
///
/// Each folder has a memory file of its own, replaced in one step: several programs may learn at once,
/// and the last to write is as right as the others. What can't be written is learnt again.
struct DigestMemory {
  private struct Entry: Codable {
    let stamp: FileStamp
    /// SHA-256 of all bytes.
    let sha256: String
    /// The content digest of a tensor file whose data has been compared with the digest in its header.
    var content: String?
  }

  private let store: URL
  private var entries: [String: Entry]
  private var isChanged = false

  /// - Parameter store: The memory file; it may be missing, or anything but such a file.
  init(store: URL) {
    self.store = store
    let data = try? Data(contentsOf: store)
    entries = data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]
  }

  /// SHA-256 of all bytes of a file.
  ///
  /// - Parameters:
  ///   - name: The file's name in this memory.
  ///   - rereading: Read the bytes even where the stamp has not changed.
  mutating func sha256(
    of url: URL, named name: String, rereading: Bool = false
  ) throws(TensorFileError) -> String {
    let stamp = FileStamp(ofFile: url.path)
    if !rereading, let known = entries[name], known.stamp == stamp { return known.sha256 }
    let digest = try ContentDigest.ofBytes(at: url)
    remember(name, stamp, at: url) { Entry(stamp: $0, sha256: digest) }
    return digest
  }

  /// The content digest of a file, for a tensor file after its data has been compared with the digest
  /// in its header.
  mutating func verifiedContent(
    of url: URL, named name: String, rereading: Bool = false
  ) throws(TensorFileError) -> String {
    guard url.pathExtension == "safetensors" else {
      return try sha256(of: url, named: name, rereading: rereading)
    }
    let stamp = FileStamp(ofFile: url.path)
    if !rereading, let known = entries[name], known.stamp == stamp, let content = known.content {
      return content
    }
    let file = try TensorFile(contentsOf: url)
    if file.isTessera { try file.verifyDigest() }
    let content = file.contentDigest
    let bytes = try ContentDigest.ofBytes(at: url)
    remember(name, stamp, at: url) { Entry(stamp: $0, sha256: bytes, content: content) }
    return content
  }

  /// Forgets the files that are not among `names`.
  mutating func keep(only names: Set<String>) {
    let kept = entries.filter { names.contains($0.key) }
    isChanged = isChanged || kept.count != entries.count
    entries = kept
  }

  /// Writes what has been learnt, for the next program.
  func save() {
    guard isChanged, let data = try? JSONEncoder().encode(entries) else { return }
    try? FileManager.default.createDirectory(
      at: store.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? AtomicFile.write(data, to: store)
  }

  private mutating func remember(
    _ name: String, _ before: FileStamp?, at url: URL, _ entry: (FileStamp) -> Entry
  ) {
    if let before, before == FileStamp(ofFile: url.path), before.isSettled {
      entries[name] = entry(before)
      isChanged = true
    } else if entries.removeValue(forKey: name) != nil {
      isChanged = true
    }
  }
}
