import Foundation
import Recipes
import Testing

/// Text that errors quote from a recipe is printable, whatever the recipe contains.
@Suite struct RecipeMessageTests {
  private func message(_ yaml: String, overrides: [String] = []) throws -> String {
    let schema = try shippedSchema()
    return try withFile(named: "r.yaml", holding: Data(yaml.utf8)) { file in
      do {
        _ = try Recipe(
          contentsOf: file, schema: schema, stageNames: stageNames, sectionsOfStage: { _ in [] },
          overrides: overrides)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
  }

  @Test func aKeyIsEscaped() throws {
    let message = try message("about: x\ntr\u{FEFF}ain: {epochs: 3}\n")
    #expect(
      message.hasSuffix("r.yaml:2: unknown key 'tr\\u{feff}ain'; did you mean 'train'?"),
      "\(message)")
  }

  @Test func anOverrideIsEscaped() throws {
    let message = try message("about: x\n", overrides: ["train.epochs=\u{202E}3"])
    #expect(message.contains("found the text '\\u{202e}3'"), "\(message)")
    #expect(!message.unicodeScalars.contains("\u{202E}"))
  }
}
