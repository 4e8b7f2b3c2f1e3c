import Foundation

/// The terminal of the output: its size and capabilities.
public enum Terminal {
  /// True if standard output is a terminal.
  public static var isInteractive: Bool { isatty(STDOUT_FILENO) != 0 }

  /// Columns of the terminal; `COLUMNS` or 80 if they are not known.
  public static var width: Int {
    if let columns = columns(of: STDOUT_FILENO) { return columns }
    let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
    return min(max(columns, 1), 10_000)
  }

  /// Lines of the terminal; `LINES` or 24 if they are not known.
  public static var height: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 {
      return Int(size.ws_row)
    }
    let lines = ProcessInfo.processInfo.environment["LINES"].flatMap { Int($0) } ?? 24
    return min(max(lines, 1), 10_000)
  }

  /// Whether the terminal can overwrite printed lines.
  public static var canRenew: Bool {
    !["dumb", ""].contains(ProcessInfo.processInfo.environment["TERM"] ?? "dumb")
  }

  /// The largest width of a line: that of the terminal or, if output does not go to one, `COLUMNS`;
  /// nil if neither exists.
  public static var limit: Int? {
    isInteractive || ProcessInfo.processInfo.environment["COLUMNS"] != nil ? width : nil
  }

  /// Columns of the terminal from which this process was started, also if its output reaches it
  /// through a pipe; nil if there is none.
  public static var controllingWidth: Int? {
    if let columns = columns(of: STDOUT_FILENO) { return columns }
    let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    return columns(of: terminal)
  }

  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// True for a terminal that is not known to lack 24-bit colours, unless `NO_COLOR` is set
  /// (no-color.org).
  public static func showsColours(environment: [String: String]) -> Bool {
    let terminal = environment["TERM"] ?? "dumb"
    return isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
      && !["dumb", "linux", ""].contains(terminal)
  }
}
