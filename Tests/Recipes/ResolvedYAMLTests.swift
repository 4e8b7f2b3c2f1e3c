import Recipes
import Testing

@Suite("The resolved recipe")
struct ResolvedYAMLTests {
  private static let text = """
    about: "a: sentence"
    steps:
      - train
      - evaluate
      - refit: {stage: train, inputs: {start: evaluate.selection, other: train.history}}
      - again: preprocess-and-split
    train:
      epochs: 3
    refit: {epochs: 1, augment: [flip]}
    """

  @Test func everyKeyIsALineWithItsOrigin() throws {
    let recipe = try loadRecipe(Self.text, set: ["train.batch=7", "refit.seed=9"])
    let lines = recipe.resolvedYAML().split(separator: "\n", omittingEmptySubsequences: false)
    let schema = try shippedSchema()
    for key in schema.keys {
      let matching = lines.filter { $0.hasPrefix("\(key.name): ") }
      // Keys of later versions are written only if their values differ from the defaults.
      #expect(matching.count == (key.isAddition ? 0 : 1), "\(key.name)")
    }
    #expect(lines.first == "about: \"a: sentence\"")
    #expect(lines.last == "")
    for line in [
      "  - train", "  - again: preprocess-and-split",
      "  - refit: {stage: train, inputs: {other: train.history, start: evaluate.selection}}",
      "train.epochs: 3  # line 8", "train.batch: 7  # --set",
      "train.architecture.width: null  # default",
      "refit.epochs: 1  # line 9", "refit.seed: 9  # --set",
      "refit.augment: [{flip: {probability: 0.5}}]  # line 9",
    ] {
      #expect(lines.contains { $0 == line }, "\(line)")
    }
  }

  @Test func itLoadsToTheSame() throws {
    let recipe = try loadRecipe(Self.text, set: ["train.batch=7", "refit.seed=9"])
    let again = try loadRecipe(recipe.resolvedYAML())
    #expect(again.about == recipe.about)
    #expect(again.steps == recipe.steps)
    let schema = try shippedSchema()
    for key in schema.keys.map(\.name) {
      for step in [nil, "train", "refit", "again"] {
        #expect(
          again.value(of: key, step: step).value
            == recipe.value(of: key, step: step).value, "\(key) of \(step ?? "all")")
      }
    }
  }
}
