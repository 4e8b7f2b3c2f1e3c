import Foundation

/// What standard output can show.
public enum Terminal {
  /// True where standard output is a terminal.
  public static var isInteractive: Bool { isatty(STDOUT_FILENO) != 0 }

  /// Columns of the terminal; `COLUMNS`, or 80, where it does not say.
  public static var width: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80
    return max(columns, 1)
  }

  /// True for a terminal that is not known to lack 24-bit colours, unless `NO_COLOR` is set to
  /// anything (no-color.org).
  public static func showsColours(environment: [String: String]) -> Bool {
    let terminal = environment["TERM"] ?? "dumb"
    return isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
      && !["dumb", "linux", ""].contains(terminal)
  }
}
