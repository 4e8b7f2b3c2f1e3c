import Foundation
import TensorFiles

/// Values computed from files, remembered with the files' stamps, so that a file is read again only
/// if the file system reports a change.
///
/// The memory is one file, which is replaced atomically: several processes may update it at the
/// same time, and the last one wins. Values that can't be written are computed again.
struct StampedMemory<Value: Codable> {
  private struct Entry: Codable {
    let stamp: FileStamp
    let value: Value
  }

  private let store: URL
  private var entries: [String: Entry]
  private var isChanged = false
  /// Not usable if its folder or the parent folder is a link, which may lead out of the project.
  private let isUsable: Bool

  /// - Parameter store: The memory file; it may be missing, or anything but such a file.
  init(store: URL) {
    self.store = store
    isUsable = !Self.isBehindALink(store)
    let data = isUsable ? FileManager.default.contents(atPath: store.path) : nil
    entries = data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]
  }

  /// The remembered or newly computed value of a file.
  ///
  /// - Parameters:
  ///   - name: The file's name in this memory.
  ///   - isUsable: Whether a remembered value is acceptable.
  ///   - learn: Reads the file and computes the value.
  mutating func value<Failure: Error>(
    of url: URL, named name: String, where isUsable: (Value) -> Bool = { _ in true },
    learn: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let before = FileStamp(ofFile: url.path)
    if let known = entries[name], known.stamp == before, isUsable(known.value) {
      return known.value
    }
    let value = try learn()
    if let before, before == FileStamp(ofFile: url.path), before.isSettled {
      entries[name] = Entry(stamp: before, value: value)
      isChanged = true
    } else if entries.removeValue(forKey: name) != nil {
      isChanged = true
    }
    return value
  }

  /// Forgets the files that are not among `names`.
  mutating func keep(only names: Set<String>) {
    let kept = entries.filter { names.contains($0.key) }
    isChanged = isChanged || kept.count != entries.count
    entries = kept
  }

  private static func isBehindALink(_ store: URL) -> Bool {
    let folder = store.deletingLastPathComponent()
    return [folder, folder.deletingLastPathComponent()].contains { folder in
      var status = stat()
      return lstat(folder.path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
  }

  /// Saves the remembered values for the next process.
  func save() {
    guard isUsable, isChanged, let data = try? JSONEncoder().encode(entries) else { return }
    try? FileManager.default.createDirectory(
      at: store.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? AtomicFile.write(data, to: store)
  }
}
