/// An error described in one printable line, whatever names and texts of files it
/// quotes.
public protocol PrintableError: Error, CustomStringConvertible {
  /// What, where, expected and found, and which repair. What it quotes may be of any kind.
  var message: String { get }
}

extension PrintableError {
  /// The message as one printable line.
  public var description: String { PrintableText.line(message) }
}
