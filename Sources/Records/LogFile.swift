import Foundation
import TensorFiles

/// Reads the text of log files up to a size limit.
enum LogFile {
  /// The text of a regular file.
  ///
  /// - Parameter limit: The largest allowed size in bytes.
  /// - Throws: `LogError.unreadable`.
  static func text(contentsOf url: URL, limit: Int) throws(LogError) -> String {
    let name = url.lastPathComponent
    func unreadable(_ problem: String) -> LogError { .unreadable(file: name, problem: problem) }
    // O_NONBLOCK: opening a pipe without a writer would block before the pipe can be rejected.
    let descriptor = open(PathText.systemPath(url.path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(String(cString: strerror(errno))) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw unreadable("it is not a regular file")
    }
    let data: Data
    do {
      data = try handle.read(upToCount: limit + 1) ?? Data()
    } catch {
      throw unreadable(error.localizedDescription)
    }
    guard data.count <= limit else { throw unreadable("it has more than \(limit) bytes") }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw unreadable("its bytes are not UTF-8")
    }
    return text
  }
}
