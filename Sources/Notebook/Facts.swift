import Foundation

extension StageOptions {
  /// Leaves what differs between machines, and so belongs to no digest, for the artefact's manifest.
  public func record(numerics: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(["numerics": numerics]).write(to: output("facts.json"))
  }
}
