import Foundation

/// Writes files atomically: to a temporary file in the same folder, which is synced and renamed to
/// the target; then the folder is synced. The path always refers to the complete old or new
/// content, even after a power failure. A process that is killed leaves at most a file
/// `.NAME.….tmp` in the folder.
public enum AtomicFile {
  /// Replaces the content of `url` with `data`.
  public static func write(_ data: Data, to url: URL) throws(TensorFileError) {
    do {
      try write(to: url) { sink in try data.withUnsafeBytes { try sink.write($0) } }
    } catch let error as TensorFileError {
      throw error
    } catch {
      throw .cannotWrite(file: url.path, step: "write", reason: "\(error)")
    }
  }

  /// Replaces the content of `url` with the bytes that `body` writes. If `body` or the disk fails,
  /// the old content is kept and the temporary file is removed.
  ///
  /// A symbolic link at `url` is replaced, not followed. Permissions are those of a new file.
  public static func write(to url: URL, _ body: (FileSink) throws -> Void) throws {
    let file = url.path
    let folder = url.deletingLastPathComponent().path
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = PathText.systemPath(folder + "/.\(url.lastPathComponent).\(suffix).tmp")
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw TensorFileError.cannotWrite(
        file: file, step: "create a temporary file", reason: systemError())
    }
    do {
      try body(FileSink(descriptor: descriptor, file: file))
      try check(fsync(descriptor), file: file, step: "sync")
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    do {
      try check(close(descriptor), file: file, step: "close")
      try check(rename(temporary, PathText.systemPath(file)), file: file, step: "rename")
    } catch {
      unlink(temporary)
      throw error
    }
    try syncFolder(folder, file: file)
  }

  /// Makes a rename in `folder` durable. File systems that cannot sync a folder return EINVAL.
  private static func syncFolder(_ folder: String, file: String) throws(TensorFileError) {
    let descriptor = open(PathText.systemPath(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try check(descriptor, file: file, step: "open the folder")
    defer { close(descriptor) }
    guard fsync(descriptor) != 0, errno != EINVAL else { return }
    throw .cannotWrite(file: file, step: "sync the folder", reason: systemError())
  }

  private static func check(
    _ status: Int32, file: String, step: String
  ) throws(TensorFileError) {
    guard status >= 0 else { throw .cannotWrite(file: file, step: step, reason: systemError()) }
  }
}

/// The destination of an `AtomicFile`'s bytes.
public struct FileSink {
  let descriptor: Int32
  let file: String

  /// Appends all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(TensorFileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let slice = UnsafeRawBufferPointer(rebasing: rest)
      let count = Foundation.write(descriptor, slice.baseAddress, slice.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let reason = systemError()
        let place = lseek(descriptor, 0, SEEK_CUR)
        throw .cannotWrite(
          file: file, step: "write \(rest.count) bytes after \(max(place, 0))", reason: reason)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Overwrites the bytes at `offset` from the file's beginning; later writes still
  /// append to its end.
  func replace(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(TensorFileError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
      throw .cannotWrite(file: file, step: "write", reason: systemError())
    }
    try write(bytes)
    guard lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw .cannotWrite(file: file, step: "write", reason: systemError())
    }
  }
}
