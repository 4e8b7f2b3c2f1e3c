import Foundation
import TensorFiles

/// The content digests of the files and folders that recipes name by path.
///
/// A file's digest is remembered with what the file system says of it (size, times, inode), so that
/// an archive is read once and not at every call. A file that has just been written is not
/// remembered: within one tick of the clock it could change again and look the same.
public struct PathDigests {
  /// What the file system says of a file.
  private struct Stamp: Codable, Equatable {
    let size: Int64
    let modified: Int64
    let changed: Int64
    let inode: UInt64
  }

  private struct Entry: Codable {
    let stamp: Stamp
    let digest: String
  }

  /// A file must have been still for so long to be remembered.
  private static let settlingNanoseconds: Int64 = 2_000_000_000

  private let store: URL
  private var entries: [String: Entry]
  private var isChanged = false

  /// - Parameter store: The file that remembers; it may be missing, or anything but such a file.
  public init(store: URL) {
    self.store = store
    let data = try? Data(contentsOf: store)
    entries = data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]
  }

  /// The digest of what lies at `url`: of a folder, over the names and digests of all files in it;
  /// nil where nothing does.
  public mutating func digest(of url: URL) throws -> String? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return nil }
    guard isFolder.boolValue else { return try digest(ofFile: url) }
    var lines: [String] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted() {
      let file = url.appendingPathComponent(path)
      guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      lines.append("\(try digest(ofFile: file)) \(path.utf8.count):\(path)")
    }
    return ContentDigest.sha256Hex(Data(lines.joined(separator: "\n").utf8))
  }

  /// Writes what has been learnt, for the next call. What can't be written is only learnt again.
  public func save() {
    guard isChanged, let data = try? JSONEncoder().encode(entries) else { return }
    try? FileManager.default.createDirectory(
      at: store.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? AtomicFile.write(data, to: store)
  }

  private mutating func digest(ofFile url: URL) throws -> String {
    let path = url.standardizedFileURL.path
    let before = Self.stamp(of: path)
    if let known = entries[path], known.stamp == before { return known.digest }
    let digest = try ContentDigest.ofFile(at: url)
    if let before, before == Self.stamp(of: path), Self.isSettled(before) {
      entries[path] = Entry(stamp: before, digest: digest)
      isChanged = true
    }
    return digest
  }

  private static func stamp(of path: String) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Stamp(
      size: Int64(status.st_size), modified: nanoseconds(status.st_mtim),
      changed: nanoseconds(status.st_ctim), inode: UInt64(status.st_ino))
  }

  private static func isSettled(_ stamp: Stamp) -> Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return nanoseconds(now) - max(stamp.modified, stamp.changed) > settlingNanoseconds
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
