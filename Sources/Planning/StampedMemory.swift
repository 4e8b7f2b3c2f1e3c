import Foundation
import TensorFiles

/// What was learnt from files, remembered with their stamps, so that a file is read again only where the
/// file system says that it has changed.
///
/// A memory is one file, replaced in one step: several programs may learn at once, and the last to write
/// is as right as the others. What can't be written is learnt again.
struct StampedMemory<Value: Codable> {
  private struct Entry: Codable {
    let stamp: FileStamp
    let value: Value
  }

  private let store: URL
  private var entries: [String: Entry]
  private var isChanged = false
  /// A memory whose folder, or the folder around it, is a link is left alone: it may lie outside.
  private let isUsable: Bool

  /// - Parameter store: The memory file; it may be missing, or anything but such a file.
  init(store: URL) {
    self.store = store
    isUsable = !Self.isBehindALink(store)
    let data = isUsable ? FileManager.default.contents(atPath: store.path) : nil
    entries = data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]
  }

  /// What is known of a file.
  ///
  /// - Parameters:
  ///   - name: The file's name in this memory.
  ///   - isUsable: Whether a remembered value will do.
  ///   - learn: Reads the file.
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

  /// Writes what has been learnt, for the next program.
  func save() {
    guard isUsable, isChanged, let data = try? JSONEncoder().encode(entries) else { return }
    try? FileManager.default.createDirectory(
      at: store.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? AtomicFile.write(data, to: store)
  }
}
