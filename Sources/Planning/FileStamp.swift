import Foundation

/// A regular file's metadata. If none of it has changed, neither has the file.
///
/// The time of the last status change counts too: a program can set the modification time back, but
/// not that one.
struct FileStamp: Codable, Equatable, Sendable {
  let size: Int64
  /// Nanoseconds since 1970.
  let modified: Int64
  let changed: Int64
  let inode: UInt64

  /// - Returns: Nil if `path` is not a regular file. A symbolic link is not followed.
  init?(ofFile path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    inode = UInt64(status.st_ino)
  }

  /// Whether at most permissions, owner and link count differ.
  func hasSameContentTimes(as other: FileStamp) -> Bool {
    size == other.size && modified == other.modified && inode == other.inode
  }

  /// Whether a later write is certain to change the stamp: the file clock has ticked since
  /// the last change.
  var isSettled: Bool { age > granularity }

  /// How long to wait until the stamp is settled; nil if it is, or if the wait would be too long.
  var settlingTime: TimeInterval? {
    guard !isSettled, granularity == Self.kernelTick else { return nil }
    return Double(max(0, granularity - age) + 1_000_000) / 1e9
  }

  private var age: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Self.nanoseconds(now) - max(modified, changed)
  }

  /// The clock of Linux's file times ticks at least every 10 ms. Times in whole seconds are from a
  /// file system with a resolution of 1 s, or 2 s (FAT).
  private var granularity: Int64 {
    let keepsSecondsOnly = modified % 1_000_000_000 == 0 && changed % 1_000_000_000 == 0
    return keepsSecondsOnly ? 2_000_000_000 : Self.kernelTick
  }

  private static let kernelTick: Int64 = 20_000_000

  /// A file's time can be anything, and 64 bits of nanoseconds end in the year 2262: clamps the
  /// seconds so that differences fit too.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    let seconds = min(max(Int64(time.tv_sec), -4_000_000_000), 7_000_000_000)
    return seconds * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
