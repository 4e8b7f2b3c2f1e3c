import Foundation

/// The resident memory of this process.
///
/// Source: `proc(5)` of Linux, `/proc/self/status` and `/proc/self/clear_refs`.
public enum ResidentMemory {
  /// The peak since the process began or since `forgetPeak()`, in bytes; nil if the system doesn't
  /// report it.
  public static var peakByteCount: Int? { bytes(of: "VmHWM:") }

  /// The current size in bytes; nil if the system doesn't report it.
  public static var byteCount: Int? { bytes(of: "VmRSS:") }

  /// Resets the peak to the current size.
  ///
  /// - Returns: Whether the system allows that.
  @discardableResult
  public static func forgetPeak() -> Bool {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    defer { try? file.close() }
    return (try? file.write(contentsOf: Data("5\n".utf8))) != nil
  }

  /// Reads a line of the status, which is in kibibytes: "VmHWM:     1640 kB".
  private static func bytes(of key: String) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return nil
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    let words = line?.split(whereSeparator: \.isWhitespace) ?? []
    return words.count == 3 && words[2] == "kB" ? Int(words[1]).map { $0 << 10 } : nil
  }
}
