import Foundation

/// A file that is appended to by one process at a time.
final class PartialFile {
  private let descriptor: Int32
  private let name: String
  private(set) var length: Int

  /// Opens the file, or creates it, and locks it; the kernel releases the lock when the process ends.
  init(_ url: URL) throws(DownloadError) {
    name = url.relativePath
    descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw Self.unwritable(name) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .busy(file: name)
    }
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else {
      close(descriptor)
      throw Self.unwritable(name)
    }
    length = Int(end)
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(DownloadError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      guard count > 0 else {
        if errno == EINTR { continue }
        throw Self.unwritable(name)
      }
      length += count
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  func empty() throws(DownloadError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw Self.unwritable(name)
    }
    length = 0
  }

  /// Flushes the bytes to disk.
  func synchronize() throws(DownloadError) {
    guard fsync(descriptor) == 0 else { throw Self.unwritable(name) }
  }

  private static func unwritable(_ name: String) -> DownloadError {
    .unwritable(file: name, problem: String(cString: strerror(errno)))
  }
}
