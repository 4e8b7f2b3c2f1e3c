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
  public static func immediateLine(_ text: String, renewing: Bool) {
    line(renewing ? clear : "", text, "\n")
  }

  /// Shows a line of progress in place of the terminal's last one; nil takes that away.
  public static func progress(_ text: String?) {
    line(clear, text ?? "", "")
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
    FileHandle.standardError.write(Data((PrintableText.escaped(text, limit: .max) + "\n").utf8))
  }

  /// Goes to the terminal's first column and empties the line.
  private static let clear = "\r\u{1B}[K"

  private static func line(_ start: String, _ text: String, _ end: String) {
    fflush(nil)
    let escaped = PrintableText.escaped(text, limit: .max)
    FileHandle.standardOutput.write(Data((start + escaped + end).utf8))
  }
}
