import Foundation
import TensorFiles

/// Reads files from elsewhere completely, up to a size limit.
enum BoundedFile {
  /// The bytes of a regular file.
  ///
  /// - Parameter name: The name of the file in errors.
  static func bytes(
    of path: String, limit: Int, called name: String
  ) throws(PictureError) -> [UInt8] {
    // O_NONBLOCK: opening a pipe without a writer would block before the pipe can be rejected.
    let descriptor = open(PathText.systemPath(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(name) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(name) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw .cannotRead(file: name, reason: isFolder ? "a folder" : "not a regular file")
    }
    guard status.st_size <= limit else { throw .tooLong(file: name, limit: limit) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(name) }
      guard count > 0 else { break }
      done += count
    }
    // Another program may have truncated the file meanwhile.
    bytes.removeLast(bytes.count - done)
    return bytes
  }

  private static func failure(_ name: String) -> PictureError {
    .cannotRead(file: name, reason: String(cString: strerror(errno)))
  }
}
