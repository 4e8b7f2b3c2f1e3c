import Foundation
import Recipes
import Testing

@Suite("A recipe may build on another and change some of its values")
struct RecipeBaseTests {
  private static let base = """
    about: the long one
    steps:
      - train
      - choose: evaluate
      - refit: {stage: train, inputs: {start: choose.selection}}
      - evaluate
    train:
      epochs: 200
      batch: 64
      schedule: {kind: multistep, milestones: [100, 150]}
    refit.epochs: 10
    evaluate.on: test
    """

  /// Writes files to one folder and loads `name.yaml`.
  private func load(
    _ name: String, of files: [String: String], set overrides: [String] = []
  ) throws -> Recipe {
    let schema = try shippedSchema()
    return try withFile(named: "anchor", holding: Data()) { anchor in
      let folder = anchor.deletingLastPathComponent()
      for (file, text) in files {
        let url = folder.appendingPathComponent("\(file).yaml")
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      return try Recipe(
        contentsOf: URL(fileURLWithPath: "\(name).yaml", relativeTo: folder), schema: schema,
        stageNames: stageNames, sectionsOfStage: { sectionsOfStage[$0] ?? [] },
        overrides: overrides)
    }
  }

  private func refusal(_ name: String, of files: [String: String]) throws -> String {
    do {
      _ = try load(name, of: files)
      return "loads"
    } catch let error as RecipeError {
      return withoutFolders(error.description)
    }
  }

  @Test func ownValuesGoFirstKeyByKey() throws {
    let short = """
      about: the short one
      base: long
      train:
        epochs: 9
        schedule.milestones: [5, 7]
      """
    let recipe = try load("short", of: ["long": Self.base, "short": short], set: ["train.seed=7"])
    #expect(recipe.name == "short" && recipe.about == "the short one")
    #expect(recipe.steps?.map(\.name) == ["train", "choose", "refit", "evaluate"])
    #expect(
      recipe.value(of: "train.epochs") == (
        .integer(9), .file(path: "short.yaml", line: 4)
      ))
    #expect(recipe.value(of: "train.batch") == (.integer(64), .file(path: "long.yaml", line: 9)))
    #expect(recipe.value(of: "train.schedule.kind").value == .text("multistep"))
    #expect(
      recipe.value(of: "train.schedule.milestones").value == .list([.integer(5), .integer(7)]))
    #expect(recipe.value(of: "train.epochs", step: "refit").value == .integer(10))
    #expect(recipe.value(of: "train.seed") == (.integer(7), .override))
    #expect(recipe.value(of: "train.data") == (.text("training"), .default))
  }

  @Test func theResolvedRecipeSaysWhoseLineItIs() throws {
    let files = ["long": Self.base, "short": "about: x\nbase: long\ntrain.epochs: 9\n"]
    let recipe = try load("short", of: files)
    let lines = recipe.resolvedYAML().split(separator: "\n")
    for line in [
      "about: x", "train.epochs: 9  # line 3", "train.batch: 64  # long line 9",
      "refit.epochs: 10  # long line 11",
    ] {
      #expect(lines.contains { $0 == line }, "\(line) in \(lines)")
    }
    let again = try loadRecipe(recipe.resolvedYAML())
    #expect(again.steps == recipe.steps)
    let schema = try shippedSchema()
    for key in schema.keys.map(\.name) {
      for step in [nil, "choose", "refit"] {
        #expect(
          again.value(of: key, step: step).value
            == recipe.value(of: key, step: step).value, "\(key)")
      }
    }
  }

  @Test func ownStepsReplaceAllSteps() throws {
    let files = ["long": Self.base, "short": "base: long\nsteps: [train, evaluate]\n"]
    let recipe = try load("short", of: files)
    #expect(recipe.about == "")
    #expect(recipe.steps?.map(\.name) == ["train", "evaluate"])
    // The base's values for a removed step are removed too.
    #expect(!recipe.resolvedYAML().contains("refit"))
    #expect(recipe.value(of: "train.epochs").value == .integer(200))
    let speaking = "base: long\nsteps: [train]\nrefit.epochs: 3\n"
    #expect(
      try refusal("short", of: ["long": Self.base, "short": speaking])
        .hasPrefix("short.yaml:3: unknown key 'refit.epochs'; "))
  }

  @Test func aStepsOwnSectionMayBeChanged() throws {
    let files = [
      "long": Self.base, "short": "base: long\nrefit.epochs: 2\nchoose.on: validation\n",
    ]
    let recipe = try load("short", of: files)
    #expect(recipe.value(of: "train.epochs", step: "refit").value == .integer(2))
    #expect(recipe.value(of: "evaluate.on", step: "choose").value == .text("validation"))
    #expect(recipe.value(of: "evaluate.on").value == .text("test"))
  }

  @Test func basesHaveBases() throws {
    let files = [
      "a": "train: {epochs: 1, batch: 2, seed: 3}\n",
      "b": "base: a\ntrain: {epochs: 10, batch: 20}\n",
      "own/c": "base: ../b.yaml\ntrain.epochs: 100\n",
    ]
    let recipe = try load("own/c", of: files)
    let values = ["epochs", "batch", "seed"].map { recipe.value(of: "train.\($0)").value }
    #expect(values == [.integer(100), .integer(20), .integer(3)])
  }

  @Test(arguments: [
    (
      "base: lnog",
      "r.yaml:1: base: no recipe 'lnog' in this file's folder or in stages/recipes; did you mean 'long'?"
    ),
    (
      "base: 'xx/yy zz'",
      "r.yaml:1: base: no recipe 'xx/yy zz' in this file's folder; name one that is there, or a path"
    ),
    ("base: [long]", "r.yaml:1: base: expected the name of the recipe this one builds on, found a"),
    ("base: 20", "r.yaml:1: base: expected the name of the recipe this one builds on, found the"),
    ("base:", "r.yaml:1: base: expected the name of the recipe this one builds on, found nothing"),
    (
      "base: r",
      "r.yaml:1: base: recipes build on each other in a circle, r on r; give one of them its own"
    ),
    (
      "base: around",
      "around.yaml:1: base: recipes build on each other in a circle, r on around on r; "
    ),
    ("base: broken", "broken.yaml:1: unknown key 'trian.epochs'; "),
    ("base: long\nbase: long", "r.yaml:2: the key 'base' is given twice"),
    (
      "steps: [base: train]", "steps: the name 'base' already means something in recipes; rename it"
    ),
    ("bsae: long", "r.yaml:1: unknown key 'bsae'; did you mean 'base'?"),
  ])
  func refused(text: String, start: String) throws {
    let files = [
      "long": Self.base, "around": "base: r\n", "broken": "trian.epochs: 3\n", "r": text + "\n",
    ]
    let message = try refusal("r", of: files)
    #expect(message.contains(start), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func noOverrideChangesTheBase() throws {
    #expect(throws: RecipeError.self) {
      try load("r", of: ["r": "about: x\n", "long": Self.base], set: ["base=long"])
    }
  }
}
