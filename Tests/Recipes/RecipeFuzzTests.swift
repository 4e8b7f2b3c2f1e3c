import Foundation
import Recipes
import Testing

/// SplitMix64 (Steele, Lea and Flood, 2014), so that failures are reproducible.
private struct Mixer: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Damaged recipes throw one line or load; they never trap")
struct RecipeFuzzTests {
  private static let fragments: [[UInt8]] = [
    ":", ": ", "-", "- ", "?", "? ", "[", "]", "{", "}", ",", "&a", "*a", "!", "!!str ", "|", ">",
    "'",
    "\"", "#", "%", "@", "`", "\n", "\r\n", "\t", "  ", "---\n", "...\n", "~", "null", "true",
    "yes", "on",
    ".inf", ".nan", "1e999", "99999999999999999999", "-0.0", "<<: ", "=", "\\", "\\u0000", "\\xff",
    "\u{0}",
    "\u{FEFF}", "\u{2028}", "é", "😀", "train", "steps", "about", "refit", "{crop: {padding: 4}}",
    "epochs: 3\n",
  ].map { Array($0.utf8) }

  private static func mutated(_ bytes: [UInt8], using generator: inout Mixer) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 0...12, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: fragments.randomElement(using: &generator) ?? [], at: place)
      case 2:
        bytes.replaceSubrange(
          place..<end, with: fragments.randomElement(using: &generator) ?? [])
      case 3:
        bytes.insert(
          contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &generator))
      case 4 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      default: bytes.removeSubrange(end..<min(bytes.count, end + 1))
      }
    }
    return bytes
  }

  @Test(arguments: 0..<4)
  func recipes(seed: UInt64) throws {
    var generator = Mixer(state: seed)
    let schema = try shippedSchema()
    let valid = Array(
      """
      about: a recipe to be damaged
      steps:
        - train
        - evaluate
        - refit: {stage: train, inputs: {start: evaluate.selection}}
      dataset: {source: cifar-10, archive: "a b.tar"}
      train:
        epochs: 3
        optimizer: {kind: sgd, learning-rate: 1.0e-1}
        augment: [{crop: {padding: 4, fill: reflect}}, flip]
      evaluate:
        on: test
        checkpoint: [best, 'epoch-5']
      refit.epochs: 2
      """.utf8)
    var (loaded, refused) = (0, 0)
    try withFile(named: "r.yaml", holding: Data()) { file in
      for _ in 0..<1000 {
        let bytes = Self.mutated(valid, using: &generator)
        try overwrite(file, with: Data(bytes))
        do {
          let recipe = try Recipe(
            contentsOf: file, schema: schema, stageNames: stageNames,
            sectionsOfStage: { sectionsOfStage[$0] ?? [] })
          loaded += 1
          // A loaded recipe can be written and loaded again.
          try overwrite(file, with: Data(recipe.resolvedYAML().utf8))
          let again = try Recipe(
            contentsOf: file, schema: schema, stageNames: stageNames,
            sectionsOfStage: { sectionsOfStage[$0] ?? [] })
          #expect(again.about == recipe.about && again.steps == recipe.steps)
          for key in schema.keys.map(\.name) {
            let (value, other) = (recipe.value(of: key).value, again.value(of: key).value)
            #expect(value == other, "\(key) of \(String(decoding: bytes, as: UTF8.self))")
          }
        } catch let error as RecipeError {
          refused += 1
          let message = error.description
          #expect(message.contains("r.yaml"), "\(message)")
          #expect(!message.contains { $0.isNewline } && message.count < 1000, "\(message)")
        }
      }
    }
    #expect(loaded > 20 && refused > 500, "\(loaded) loaded, \(refused) refused")
  }

  @Test(arguments: 4..<6)
  func schemas(seed: UInt64) throws {
    var generator = Mixer(state: seed)
    let valid = try Array(Data(contentsOf: shippedSchemaFile))
    var refused = 0
    try withFile(named: "s.yaml", holding: Data()) { file in
      for _ in 0..<100 {
        try overwrite(file, with: Data(Self.mutated(valid, using: &generator)))
        do {
          _ = try RecipeSchema(contentsOf: file)
        } catch let error as RecipeSchemaError {
          refused += 1
          let message = error.description
          #expect(!message.contains { $0.isNewline } && message.count < 1000, "\(message)")
        }
      }
    }
    #expect(refused > 30, "\(refused) refused")
  }

  @Test func overrides() throws {
    var generator = Mixer(state: 6)
    let schema = try shippedSchema()
    let valid = Array("train={schedule.milestones: [5, 8], epochs: 3}".utf8)
    try withFile(named: "r.yaml", holding: Data("about: x\n".utf8)) { file in
      for _ in 0..<1000 {
        let bytes = Self.mutated(valid, using: &generator)
        do {
          _ = try Recipe(
            contentsOf: file, schema: schema, stageNames: stageNames, sectionsOfStage: { _ in [] },
            overrides: [String(decoding: bytes, as: UTF8.self)])
        } catch let error as RecipeError {
          let message = error.description
          #expect(message.hasPrefix("--set "), "\(message)")
          #expect(!message.contains { $0.isNewline }, "\(message)")
        }
      }
    }
  }
}
