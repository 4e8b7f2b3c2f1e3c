import Foundation

extension StageOptions {
  /// Records the numerics for the artefact's manifest. They differ between machines, so they are
  /// not part of any digest.
  public func record(numerics: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(["numerics": numerics]).write(to: output("facts.json"))
  }
}
