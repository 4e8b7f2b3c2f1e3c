import Foundation
import TensorFiles

/// Standard output and standard error: everything that this project's programs print passes here.
///
/// Names, metadata, messages and class names come from files that a stranger may have written, and a
/// terminal obeys control characters: they move the cursor, hide lines, swap what is read. Here every
/// character that is not printable goes out as `\u{…}`, a line break inside a line too, so that no
/// caller can forget it. What a program itself wants of a terminal has its own call.
public enum Output {
  /// Prints one line.
  public static func line(_ text: String = "") {
    print(PrintableText.escaped(text, limit: .max))
  }

  /// Prints one line at once, whole, even into a pipe.
  ///
  /// - Parameter renewing: Whether the line takes the place of the terminal's last one.
  /// - Returns: 0, or the `errno` of what failed.
  public static func immediateLine(_ text: String, renewing: Bool) -> Int32 {
    line(renewing ? clear : "", text, "\n")
  }

  /// Shows a line of progress in place of the terminal's last one; nil takes that away.
  ///
  /// - Returns: 0, or the `errno` of what failed.
  public static func progress(_ text: String?) -> Int32 {
    line(clear, text ?? "", "")
  }

  /// Prints lines, in which colours may change, in place of the last `count` lines of the terminal.
  public static func redraw(_ lines: [String], over count: Int) {
    let up = count > 0 ? "\u{1B}[\(count)A\r" : ""
    let text = lines.map { PrintableText.escapedBetweenColours($0) + "\u{1B}[K\n" }.joined()
    fflush(nil)
    _ = DescriptorWriting.write(Data((up + text + "\u{1B}[J").utf8), to: STDOUT_FILENO)
  }

  /// Prints the fields of one line with tabs between, for pipeline.sh.
  public static func fields(_ fields: [String]) {
    let escaped = fields.map { PrintableText.escaped($0, limit: .max) }
    print(escaped.joined(separator: "\t"))
  }

  /// Prints JSON: line breaks between its tokens stay, and unprintable characters of its strings become
  /// `\uXXXX`, so that it stays what it was.
  public static func json(_ text: String) {
    print(PrintableText.escapedJSON(text))
  }

  /// Prints a line in which colours may change; no other code of a terminal passes.
  public static func coloured(_ text: String) {
    print(PrintableText.escapedBetweenColours(text))
  }

  /// Prints one line on standard error.
  public static func error(_ text: String) {
    let line = PrintableText.escaped(text, limit: .max) + "\n"
    _ = DescriptorWriting.write(Data(line.utf8), to: STDERR_FILENO)
  }

  /// Goes to the terminal's first column and empties the line.
  private static let clear = "\r\u{1B}[K"

  private static func line(_ start: String, _ text: String, _ end: String) -> Int32 {
    fflush(nil)
    let escaped = PrintableText.escaped(text, limit: .max)
    return DescriptorWriting.write(Data((start + escaped + end).utf8), to: STDOUT_FILENO)
  }
}
