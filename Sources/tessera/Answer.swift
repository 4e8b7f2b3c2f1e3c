import Foundation
import Terminals

/// A command's output with `--json`: one object, specified by `docs/json/COMMAND.schema.json`.
///
/// Members may be added within a format. If one is removed or changes its meaning, `format` increases.
protocol Answer: Encodable {
  /// The command's name.
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
