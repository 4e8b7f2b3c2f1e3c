import Foundation

/// Makes writes beyond the limit on file sizes (`ulimit -f`) fail with an error, like writes to a
/// full disk. By default, the system would end the process by a signal without a message.
public func reportFileSizeLimit() { signal(SIGXFSZ, SIG_IGN) }

extension CocoaError {
  /// The error as one line: the file, the operation that failed and the system's reason.
  /// Foundation's own description contains neither.
  public var line: String {
    let underlying = (userInfo[NSUnderlyingErrorKey] as? any Error).flatMap { $0 as? POSIXError }
    let reason =
      underlying.map { String(cString: strerror($0.code.rawValue)) } ?? localizedDescription
    guard let file = filePath ?? url?.path else { return reason }
    let isWriting = (512..<768).contains(code.rawValue)
    let problem = isWriting ? "cannot be written" : "cannot be read"
    return "\(file): \(problem): \(reason)"
      + (isWriting ? "; check the folder and the free space" : "")
  }
}
