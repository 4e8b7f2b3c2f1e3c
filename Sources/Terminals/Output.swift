import Foundation
import TensorFiles

/// Standard output and standard error: all programs of this project print through these functions.
///
/// Names, metadata, messages and class names may come from untrusted files, and control characters
/// could make a terminal move the cursor, hide lines or reorder text. So every unprintable
/// character, including a line break within a line, is printed as `\u{…}`, and no caller can forget
/// to escape it. There are separate functions for controlling the terminal.
public enum Output {
  /// Prints one line.
  public static func line(_ text: String = "") {
    print(PrintableText.escaped(text, limit: .max))
  }

  /// Prints one complete line immediately, even to a pipe.
  ///
  /// - Parameter renewing: Whether the line replaces the terminal's last one.
  /// - Returns: 0, or the `errno` of what failed.
  public static func immediateLine(_ text: String, renewing: Bool) -> Int32 {
    line(renewing ? clear : "", text, "\n")
  }

  /// Shows a progress line in place of the terminal's last line; nil clears it.
  ///
  /// - Returns: 0, or the `errno` of what failed.
  public static func progress(_ text: String?) -> Int32 {
    line(clear, text ?? "", "")
  }

  /// Prints lines, which may contain colour codes, in place of the last `count` lines of the
  /// terminal.
  public static func redraw(_ lines: [String], over count: Int) {
    let up = count > 0 ? "\u{1B}[\(count)A\r" : ""
    let text = lines.map { PrintableText.escapedBetweenColours($0) + "\u{1B}[K\n" }.joined()
    fflush(nil)
    _ = DescriptorWriting.write(Data((up + text + "\u{1B}[J").utf8), to: STDOUT_FILENO)
  }

  /// Prints the fields of one line, separated by tabs, for pipeline.sh.
  public static func fields(_ fields: [String]) {
    let escaped = fields.map { PrintableText.escaped($0, limit: .max) }
    print(escaped.joined(separator: "\t"))
  }

  /// Prints JSON: line breaks between tokens are kept, and unprintable characters in strings become
  /// `\uXXXX`, so that its value does not change.
  public static func json(_ text: String) {
    print(PrintableText.escapedJSON(text))
  }

  /// Prints a line that may contain colour codes, but no other terminal codes.
  public static func coloured(_ text: String) {
    print(PrintableText.escapedBetweenColours(text))
  }

  /// Prints one line on standard error.
  public static func error(_ text: String) {
    let line = PrintableText.escaped(text, limit: .max) + "\n"
    _ = DescriptorWriting.write(Data(line.utf8), to: STDERR_FILENO)
  }

  /// Moves to the first column and clears the line.
  private static let clear = "\r\u{1B}[K"

  private static func line(_ start: String, _ text: String, _ end: String) -> Int32 {
    fflush(nil)
    let escaped = PrintableText.escaped(text, limit: .max)
    return DescriptorWriting.write(Data((start + escaped + end).utf8), to: STDOUT_FILENO)
  }
}
