import Foundation
import Planning
import Recipes
import Testing

private func shippedRecipe(_ name: String) throws -> Recipe {
  let schema = try shippedSchema()
  let graph = try StageGraph(
    contentsOf: repository.appendingPathComponent("stages/graph.yaml"), called: "graph.yaml",
    recipeKeys: schema.keys.map(\.name))
  return try Recipe(
    contentsOf: repository.appendingPathComponent("stages/recipes/\(name).yaml"),
    schema: schema, stageNames: graph.stages.map(\.name),
    sectionsOfStage: { graph.stage(named: $0)?.reads ?? [] })
}

@Suite("The recipes in stages/recipes")
struct ShippedRecipeTests {
  @Test func everyRecipeLoadsAndSaysWhatItIs() throws {
    let folder = repository.appendingPathComponent("stages/recipes")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    #expect(
      Set(names).isSuperset(of: [
        "quickstart", "small-cnn", "small-cnn-adam", "alexnet", "alexnet-short", "pyramidnet",
        "pyramidnet-short", "adaptive-conv", "adaptive-conv-short", "resnet20", "resnet20-short",
        "resnet29v2", "resnet29v2-short",
      ]))
    for name in names {
      let recipe = try shippedRecipe(name)
      #expect(recipe.name == name)
      #expect(!recipe.about.isEmpty)
    }
  }

  @Test func formerWordsBecomeTodays() throws {
    let key = "train.checkpoint.monitor"
    let former = try loadRecipe("about: x\ntrain.checkpoint.monitor: heldout-loss\n")
    #expect(former.value(of: key).value == .text("validation-loss"))
    let set = try loadRecipe("about: x\n", set: [key + "=heldout-loss"])
    #expect(set.value(of: key).value == .text("validation-loss"))
  }

  /// A lesson changes only the keys that it is about.
  @Test(arguments: [
    ("lesson-augmentation", "lesson-overfit", ["train.augment"]),
    ("lesson-bad-rate", "quickstart", ["train.optimizer.learning-rate"]),
    ("lesson-convolutions", "quickstart", ["train.architecture.width"]),
    (
      "lesson-linear", "lesson-convolutions",
      ["train.network", "train.architecture.width", "train.optimizer.learning-rate"]
    ),
  ])
  func lessonsChangeOneThing(name: String, other: String, keys: [String]) throws {
    let schema = try shippedSchema()
    let (recipe, base) = (try shippedRecipe(name), try shippedRecipe(other))
    let changed = schema.keys.map(\.name).filter {
      recipe.value(of: $0).value != base.value(of: $0).value
    }
    #expect(changed == keys)
  }

  @Test func resolvedRecipesGiveTheSameValues() throws {
    let schema = try shippedSchema()
    for name in ["quickstart", "small-cnn", "resnet20", "resnet29v2-short", "alexnet"] {
      let recipe = try shippedRecipe(name)
      let again = try loadRecipe(recipe.resolvedYAML())
      for key in schema.keys {
        let (found, expected) = (again.value(of: key.name), recipe.value(of: key.name))
        #expect(found.value == expected.value, "\(name) \(key.name)")
        let isLeftOut = key.isAddition && expected.value == key.defaultValue
        #expect((found.origin == .default) == isLeftOut, "\(name) \(key.name)")
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
    // The specification of the published runs.
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
    ("small-cnn", "train.stop.monitor", "validation-loss"),
    ("small-cnn", "train.stop.patience", "5"),
    ("small-cnn", "train.checkpoint.monitor", "validation-loss"),
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
    ("resnet20", "evaluate.checkpoint", "last"),
    ("small-cnn-adam", "train.optimizer.kind", "adam"),
    ("small-cnn-adam", "train.optimizer.learning-rate", "0.001"),
    ("small-cnn-adam", "train.stop.patience", "5"),  // of small-cnn
    ("alexnet", "preprocess.normalize", "statistics"),
    ("alexnet", "train.network", "alexnet"),
    ("alexnet", "train.architecture.dropout", "0.5"),
    ("alexnet", "train.epochs", "30"),
    ("alexnet", "train.batch", "64"),
    ("alexnet", "train.optimizer.kind", "adam"),
    ("alexnet", "train.optimizer.learning-rate", "0.001"),
    (
      "alexnet", "train.augment",
      "[{resize: {}}, {flip: {probability: 0.5}}, {rotate: {degrees: 15.0}}]"
    ),
    ("alexnet", "train.stop.monitor", "validation-top1"),
    ("alexnet", "train.stop.patience", "6"),  // "for more than 5 epochs"
    ("pyramidnet", "split.kind", "stratified"),
    ("pyramidnet", "split.validation", "10000"),
    ("pyramidnet", "split.seed", "42"),
    ("pyramidnet", "preprocess.mean", "[0.4914, 0.4822, 0.4465]"),
    ("pyramidnet", "preprocess.std", "[0.2023, 0.1994, 0.201]"),
    ("pyramidnet", "train.architecture.blocks", "18"),
    ("pyramidnet", "train.architecture.alpha", "48"),
    ("pyramidnet", "train.epochs", "300"),
    ("pyramidnet", "train.batch", "128"),
    ("pyramidnet", "train.loss.label-smoothing", "0.1"),
    ("pyramidnet", "train.optimizer.learning-rate", "0.1"),
    ("pyramidnet", "train.optimizer.momentum", "0.9"),
    ("pyramidnet", "train.optimizer.weight-decay", "0.0001"),
    ("pyramidnet", "train.schedule.milestones", "[150, 225]"),
    ("pyramidnet", "train.stop.patience", "50"),
    ("pyramidnet", "train.stop.least-improvement", "0.0005"),
    (
      "pyramidnet", "train.augment",
      "[{crop: {padding: 4, fill: zero}}, {flip: {probability: 0.5}}]"
    ),
    ("adaptive-conv", "preprocess.normalize", "half"),
    ("adaptive-conv", "train.epochs", "40"),
    ("adaptive-conv", "train.batch", "64"),
    ("adaptive-conv", "train.accumulate", "5"),
    ("adaptive-conv", "train.optimizer.kind", "adam"),
    ("adaptive-conv", "train.optimizer.weight-decay", "1.0e-05"),
    ("adaptive-conv", "train.schedule.kind", "cosine"),
    ("adaptive-conv", "train.schedule.period", "100"),
    ("adaptive-conv", "train.schedule.minimum", "1.0e-06"),
    ("adaptive-conv", "train.loss.label-smoothing", "0.2"),
    ("adaptive-conv", "train.loss.kl-weight", "0.1"),
    ("adaptive-conv", "train.print-every", "5"),
    ("resnet29v2", "train.network", "resnet29v2"),
    ("resnet29v2", "train.epochs", "200"),
    // A short recipe changes epochs and values measured in epochs, but not images or steps.
    ("resnet20-short", "split.validation", "5000"),
    ("resnet20-short", "train.batch", "128"),
    ("alexnet-short", "train.epochs", "1"),
    ("adaptive-conv-short", "train.accumulate", "5"),
  ])
  func values(name: String, key: String, text: String) throws {
    #expect(try shippedRecipe(name).value(of: key).value.canonicalText == text)
  }

  @Test(arguments: ["resnet20", "resnet20-short", "resnet29v2", "resnet29v2-short"])
  func selectionAndRefitAreOneCommand(_ name: String) throws {
    let recipe = try shippedRecipe(name)
    #expect(
      recipe.steps?.map(\.name) == [
        "fetch-and-parse", "compute-stats", "preprocess-and-split", "train", "evaluate-validation",
        "refit", "evaluate", "plot",
      ])
    func value(_ key: String, _ step: String) -> RecipeValue {
      recipe.value(of: key, step: step).value
    }
    #expect(value("train.data", "refit") == .text("training-and-validation"))
    #expect(value("train.data", "train") == .text("training"))
    #expect(value("train.optimizer.learning-rate", "refit") == .number(0.001))
    #expect(value("train.schedule.kind", "refit") == .text("constant"))
    #expect(value("evaluate.on", "evaluate-validation") == .text("validation"))
    #expect(value("evaluate.on", "evaluate") == .text("test"))
    // The listed checkpoints are kept, and their epochs are trained.
    guard case .list(let listed) = value("evaluate.checkpoint", "evaluate-validation"),
      case .integer(let epochs) = value("train.epochs", "train"),
      case .integer(let every) = value("train.checkpoint.every", "train")
    else {
      Issue.record("no list of checkpoints")
      return
    }
    for name in listed {
      let epoch = try #require(Int(name.canonicalText.dropFirst("epoch-".count)))
      #expect(epoch <= epochs && epoch % every == 0)
    }
  }
}
