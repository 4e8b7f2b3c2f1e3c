import Foundation
import Terminals

/// What a command answers with `--json`: one object whose form `docs/json/COMMAND.schema.json` states.
///
/// Members may be added within a format. Where one is removed, or means something else, `format` grows.
protocol Answer: Encodable {
  /// The command that answers, as it is called.
  var command: String { get }
}

extension Answer {
  /// Prints the answer as JSON with sorted keys.
  func print() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    Output.json(String(decoding: try encoder.encode(Envelope(answer: self)), as: UTF8.self))
  }
}

/// An answer with the members that all answers have.
private struct Envelope<Content: Answer>: Encodable {
  let answer: Content

  private enum Keys: String, CodingKey { case format, command }

  func encode(to encoder: any Encoder) throws {
    try answer.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(1, forKey: .format)
    try container.encode(answer.command, forKey: .command)
  }
}
