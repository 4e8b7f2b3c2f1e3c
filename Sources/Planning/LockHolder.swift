import Foundation

/// The command that holds the project's lock, and the stage that it is running.
///
/// Whether the lock is held is read from the kernel's table: trying to take it, even for a moment, could
/// make another command fail.
public struct LockHolder: Sendable, Equatable {
  /// What the holder says of itself: `process 81: stage train, process 92, work data/work/train/KEY`.
  public let text: String
  /// The stage's process; nil between two stages.
  public let stageProcess: Int?
  /// The folder of the running stage's state, as a path in the project; nil between two stages.
  public let workFolder: String?

  /// - Returns: Nil where the lock is free.
  public init?(in project: Project) {
    let path = project.url("data/.lock").path
    guard let stamp = FileStamp(ofFile: path), Self.isLocked(inode: stamp.inode),
      let data = FileManager.default.contents(atPath: path)
    else { return nil }
    self.init(text: String(decoding: data.prefix(400), as: UTF8.self))
  }

  init(text: String) {
    self.text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let found = self.text.firstMatch(
      of: /stage [a-z0-9-]+, process (\d+), work (data\/work\/[a-z0-9-]+\/[0-9a-f]+)/)
    stageProcess = found.flatMap { Int($0.1) }
    workFolder = found.map { String($0.2) }
  }

  /// How far the running stage is, by the last line of its log that counts something: `epoch 3 of 10`.
  public func progress(in project: Project) -> String? {
    guard let workFolder else { return nil }
    return Self.progress(
      inLog: project.url(workFolder).appendingPathComponent(LogFilter.fileName))
  }

  static func progress(inLog log: URL) -> String? {
    guard FileStamp(ofFile: log.path) != nil,
      let handle = try? FileHandle(forReadingFrom: log)
    else { return nil }
    defer { try? handle.close() }
    let end = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: end > 65536 ? end - 65536 : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    for line in text.split(separator: "\n").reversed() {
      if let found = line.prefixMatch(of: /([a-z]+) (\d+)\/(\d+)\b/) {
        return "\(found.1) \(found.2) of \(found.3)"
      }
    }
    return nil
  }

  private static func isLocked(inode: UInt64) -> Bool {
    guard let table = FileManager.default.contents(atPath: "/proc/locks") else { return false }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
      // 1: FLOCK  ADVISORY  WRITE 81 fd:01:1234 0 EOF
      line.split(separator: " ").contains { word in
        let parts = word.split(separator: ":")
        return parts.count == 3 && parts[2] == "\(inode)"
      }
    }
  }
}
