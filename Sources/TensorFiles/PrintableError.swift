/// An error whose description is one printable line, whatever names and texts from files it quotes.
public protocol PrintableError: Error, CustomStringConvertible {
  /// The problem, its place, the expected and the found value, and the repair. Quoted text may
  /// contain any characters.
  var message: String { get }
}

extension PrintableError {
  /// The message as one printable line.
  public var description: String { PrintableText.line(message) }
}
