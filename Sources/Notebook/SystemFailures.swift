import Foundation

/// Makes a write beyond the limit on file sizes (`ulimit -f`) fail, as one on a full disk does. The system
/// would end the process, without a word, by a signal.
public func reportFileSizeLimit() { signal(SIGXFSZ, SIG_IGN) }

extension CocoaError {
  /// The error as one line: the file, what failed and the system's reason. Foundation's own description
  /// names neither.
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
