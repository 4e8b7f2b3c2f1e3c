import Foundation

/// The bytes of a regular file, mapped read-only as long as the object exists.
///
/// The same descriptor is used for all checks and for the mapping. If the file is replaced by
/// renaming, as `AtomicFile` does, the mapping keeps the old content. If another program truncates
/// the file in place, reading ends the process with SIGBUS; this cannot be prevented.
///
/// `@unchecked Sendable`: the mapping is never written and the pointer never changes.
package final class MappedFile: @unchecked Sendable {
  package let bytes: UnsafeRawBufferPointer

  package init(path: String) throws(TensorFileError) {
    // O_NONBLOCK: opening a pipe without a writer would block before the pipe can be rejected.
    let descriptor = open(PathText.systemPath(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotRead(file: path, reason: systemError()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotRead(file: path, reason: systemError())
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile(file: path) }
    let byteCount = Int(status.st_size)
    guard byteCount > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else {
      if errno == ENOMEM { throw .noMemory(file: path, tensor: nil, byteCount: byteCount) }
      throw .cannotRead(file: path, reason: systemError())
    }
    bytes = UnsafeRawBufferPointer(start: address, count: byteCount)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}

/// The system's message for its last failed call.
func systemError(_ code: Int32 = errno) -> String {
  String(cString: strerror(code))
}
