import Foundation

/// How much of this process lies in the machine's memory.
///
/// Source: `proc(5)` of Linux, `/proc/self/status` and `/proc/self/clear_refs`.
public enum ResidentMemory {
  /// The most there has been since the process began or `forgetPeak()`, in bytes; nil where the system
  /// doesn't tell.
  public static var peakByteCount: Int? { bytes(of: "VmHWM:") }

  /// What there is now, in bytes; nil where the system doesn't tell.
  public static var byteCount: Int? { bytes(of: "VmRSS:") }

  /// Lets the peak begin anew from what there is now.
  ///
  /// - Returns: Whether the system allows that.
  @discardableResult
  public static func forgetPeak() -> Bool {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    defer { try? file.close() }
    return (try? file.write(contentsOf: Data("5\n".utf8))) != nil
  }

  /// A line of the status, which gives kibibytes: "VmHWM:     1640 kB".
  private static func bytes(of key: String) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return nil
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    let words = line?.split(whereSeparator: \.isWhitespace) ?? []
    return words.count == 3 && words[2] == "kB" ? Int(words[1]).map { $0 << 10 } : nil
  }
}
