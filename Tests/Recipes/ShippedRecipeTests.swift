import Foundation
import Recipes
import Testing

private func shippedRecipe(_ name: String) throws -> Recipe {
  try Recipe(
    contentsOf: repository.appendingPathComponent("stages/recipes/\(name).yaml"),
    schema: RecipeSchema(contentsOf: shippedSchemaFile), stageNames: stageNames,
    sectionsOfStage: { sectionsOfStage[$0] ?? [] })
}

@Suite("The recipes in stages/recipes")
struct ShippedRecipeTests {
  @Test func everyRecipeLoadsAndSaysWhatItIs() throws {
    let folder = repository.appendingPathComponent("stages/recipes")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    #expect(Set(names).isSuperset(of: ["quickstart", "small-cnn", "resnet20"]))
    for name in names {
      let recipe = try shippedRecipe(name)
      #expect(recipe.name == name)
      #expect(!recipe.about.isEmpty)
    }
  }

  @Test func resolvedRecipesGiveTheSameValues() throws {
    let schema = try RecipeSchema(contentsOf: shippedSchemaFile)
    for name in ["quickstart", "small-cnn", "resnet20"] {
      let recipe = try shippedRecipe(name)
      let again = try loadRecipe(recipe.resolvedYAML())
      for key in schema.keys.map(\.name) {
        #expect(again.value(of: key).value == recipe.value(of: key).value, "\(name) \(key)")
        #expect(again.value(of: key).origin != .default, "\(name) \(key)")
      }
    }
  }

  @Test(arguments: [
    ("quickstart", "dataset.source", "shapes"),
    ("quickstart", "dataset.training-images", "8000"),
    ("quickstart", "dataset.test-images", "2000"),
    ("quickstart", "split.kind", "stratified"),
    ("quickstart", "split.validation", "1000"),
    ("quickstart", "train.network", "resnet8"),
    ("quickstart", "train.schedule.kind", "cosine"),
    ("quickstart", "train.optimizer.nesterov", "true"),
    ("quickstart", "evaluate.on", "test"),
    // Spec of the published runs.
    ("small-cnn", "dataset.source", "cifar-10"),
    ("small-cnn", "split.kind", "last"),
    ("small-cnn", "split.validation", "5000"),
    ("small-cnn", "preprocess.normalize", "half"),
    ("small-cnn", "train.epochs", "40"),
    ("small-cnn", "train.batch", "128"),
    ("small-cnn", "train.optimizer.kind", "sgd"),
    ("small-cnn", "train.optimizer.learning-rate", "0.01"),
    ("small-cnn", "train.optimizer.momentum", "0.0"),
    ("small-cnn", "train.optimizer.weight-decay", "0.0"),
    ("small-cnn", "train.augment", "[]"),
    ("small-cnn", "train.full-metrics", "true"),
    ("small-cnn", "train.stop.monitor", "heldout-loss"),
    ("small-cnn", "train.stop.patience", "5"),
    ("small-cnn", "train.checkpoint.monitor", "heldout-loss"),
    ("resnet20", "dataset.source", "cifar-10"),
    ("resnet20", "split.kind", "last"),
    ("resnet20", "split.validation", "5000"),
    ("resnet20", "preprocess.normalize", "per-image"),
    ("resnet20", "train.epochs", "200"),
    ("resnet20", "train.batch", "128"),
    ("resnet20", "train.optimizer.learning-rate", "0.1"),
    ("resnet20", "train.optimizer.momentum", "0.9"),
    ("resnet20", "train.optimizer.nesterov", "false"),
    ("resnet20", "train.optimizer.weight-decay", "0.0002"),
    ("resnet20", "train.schedule.kind", "multistep"),
    ("resnet20", "train.schedule.milestones", "[100, 150]"),
    ("resnet20", "train.schedule.factor", "0.1"),
    (
      "resnet20", "train.augment",
      "[{crop: {padding: 4, fill: reflect}}, {flip: {probability: 0.5}}]"
    ),
    ("resnet20", "train.checkpoint.every", "10"),
    ("resnet20", "train.stop.patience", "0"),
  ])
  func values(name: String, key: String, text: String) throws {
    #expect(try shippedRecipe(name).value(of: key).value.canonicalText == text)
  }
}
