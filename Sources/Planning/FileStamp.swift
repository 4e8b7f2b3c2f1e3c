import Foundation

/// What the file system says of a regular file. Where nothing of it has changed, neither has the file.
///
/// The time of the last status change counts too: a program may set the time of modification back, but
/// not that one.
struct FileStamp: Codable, Equatable, Sendable {
  let size: Int64
  /// Nanoseconds since 1970.
  let modified: Int64
  let changed: Int64
  let inode: UInt64

  /// - Returns: Nil where `path` is no regular file. A symbolic link is not followed.
  init?(ofFile path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    inode = UInt64(status.st_ino)
  }

  /// Whether nothing but permissions, the owner or the number of links differs.
  func hasSameContentTimes(as other: FileStamp) -> Bool {
    size == other.size && modified == other.modified && inode == other.inode
  }

  /// Whether a later write is sure to show in the stamp: the clock that stamps files has ticked since
  /// the last change.
  var isSettled: Bool { age > granularity }

  /// How long to wait until the stamp is settled; nil where it is, or where that takes too long.
  var settlingTime: TimeInterval? {
    guard !isSettled, granularity == Self.kernelTick else { return nil }
    return Double(max(0, granularity - age) + 1_000_000) / 1e9
  }

  private var age: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Self.nanoseconds(now) - max(modified, changed)
  }

  /// Linux stamps files by a clock that ticks every 10 ms at most. Times in whole seconds are those of a
  /// file system that keeps no more, or, as FAT does, every second one.
  private var granularity: Int64 {
    let keepsSecondsOnly = modified % 1_000_000_000 == 0 && changed % 1_000_000_000 == 0
    return keepsSecondsOnly ? 2_000_000_000 : Self.kernelTick
  }

  private static let kernelTick: Int64 = 20_000_000

  /// A file's time may be any, and 64 bits of nanoseconds end in the year 2262: seconds are held to where
  /// differences fit too.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    let seconds = min(max(Int64(time.tv_sec), -4_000_000_000), 7_000_000_000)
    return seconds * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
