import Foundation
import Recipes
import Testing

@Suite("Keys that bear on one another")
struct RecipeRelationTests {
  private func ineffective(_ text: String, set overrides: [String] = []) throws -> [String] {
    try loadRecipe(text, set: overrides).ineffectiveKeys.map { withoutFolders("\($0)") }
  }

  @Test(arguments: [
    (
      "train: {optimizer: {kind: adam, momentum: 0.9}}",
      "train.optimizer.momentum (r.yaml:1) has no effect where train.optimizer.kind is adam; it counts where train.optimizer.kind is sgd or muon"
    ),
    (
      "train.schedule: {kind: cosine, milestones: [5, 8]}",
      "train.schedule.milestones (r.yaml:1) has no effect where train.schedule.kind is cosine; it counts where train.schedule.kind is multistep"
    ),
    (
      "preprocess: {normalize: half, mean: [0.5, 0.5, 0.5]}",
      "preprocess.mean (r.yaml:1) has no effect where preprocess.normalize is half; it counts where preprocess.normalize is constants"
    ),
    (
      "train: {network: resnet20, architecture.alpha: 48}",
      "train.architecture.alpha (r.yaml:1) has no effect where train.network is resnet20; it counts where train.network is pyramidnet"
    ),
    (
      "dataset: {archive: x, source: shapes}",
      "dataset.archive (r.yaml:1) has no effect where dataset.source is shapes; it counts where dataset.source is cifar-10, cifar-100, folder or arrays"
    ),
    (
      "dataset: {source: cifar-10, seed: 7}",
      "dataset.seed (r.yaml:1) has no effect where dataset.source is cifar-10; it counts where dataset.source is not cifar-10 or cifar-100, dataset.training-images is given or dataset.test-images is given"
    ),
    (
      "train.optimizer.beta1: 0.8",
      "train.optimizer.beta1 (r.yaml:1) has no effect where train.optimizer.kind is sgd; it counts where train.optimizer.kind is adam or adamw"
    ),
    (
      "train.optimizer: {norms: {beta1: 0.8}}",
      "train.optimizer.norms.beta1 (r.yaml:1) has no effect where train.optimizer.norms.kind is left out; it counts where train.optimizer.norms.kind is adam or adamw or train.optimizer.norms.kind is left out and train.optimizer.kind is adam or adamw"
    ),
    (
      "train.optimizer: {kind: adam, norms: {kind: sgd, beta1: 0.8}}",
      "train.optimizer.norms.beta1 (r.yaml:1) has no effect where train.optimizer.norms.kind is sgd; it counts where train.optimizer.norms.kind is adam or adamw or train.optimizer.norms.kind is left out and train.optimizer.kind is adam or adamw"
    ),
    (
      "train.stop.monitor: train-loss",
      "train.stop.monitor (r.yaml:1) has no effect where train.stop.patience is 0; it counts where train.stop.patience is not 0"
    ),
    (
      "train.optimizer: {weight-decay: 0, decay-norms-and-biases: false}",
      "train.optimizer.decay-norms-and-biases (r.yaml:1) has no effect where train.optimizer.weight-decay is 0.0; it counts where train.optimizer.weight-decay is not 0.0"
    ),
    (
      "plot.formats: [png]\nsteps: [fetch-and-parse]",
      "plot.formats (r.yaml:1) has no effect because no step of the recipe reads it"
    ),
  ])
  func oneKey(_ text: String, _ warning: String) throws {
    #expect(try ineffective(text) == [warning])
  }

  @Test(arguments: [
    "about: nothing is set",
    "train: {optimizer: {kind: sgd, momentum: 0.9, nesterov: true}}",
    "train: {network: resnet29v2, architecture.width: 8}",
    "train: {network: alexnet, architecture.dropout: 0.5}",
    "dataset: {source: cifar-10, archive: x, test-images: 100, seed: 3}",
    "train: {schedule: {kind: plateau, factor: 0.5, minimum: 0.001, patience: 3}}",
    "preprocess: {normalize: half, mean: null}",
    "split: {kind: last, seed: 9}",  // it chooses the samples
    "train.optimizer.beta1: 0.9",  // the default, said again
    "train.optimizer: {beta1: 0.8, norms.kind: adam}",  // the group inherits it
    "train.optimizer: {kind: adam, biases: {beta2: 0.9, epochs: 0.5, learning-rate: 0.1}}",
  ])
  func whatCountsIsNoWarning(_ text: String) throws {
    #expect(try ineffective(text) == [])
  }

  @Test func aSettingOfTheCommandLineIsNamed() throws {
    #expect(
      try ineffective("about: x", set: ["train.optimizer.beta2=0.999"]) == [
        "train.optimizer.beta2 (--set) has no effect where train.optimizer.kind is sgd; it counts where train.optimizer.kind is adam or adamw"
      ])
    // A value of the file that the command line makes ineffective.
    #expect(
      try ineffective("train.optimizer.momentum: 0.9", set: ["train.optimizer.kind=adam"]).count
        == 1)
  }

  /// A section applies to every step that reads it, and the section of a step only to that step.
  @Test func stepsAreToldApart() throws {
    let steps = "steps: [train, refit: {stage: train, inputs: {}}]\n"
    let ofBoth = steps + "train.schedule: {kind: multistep, milestones: [3]}\n"
    #expect(try ineffective(ofBoth + "refit.schedule.kind: constant") == [])
    #expect(
      try ineffective(ofBoth + "refit.schedule: {kind: constant, milestones: [2]}") == [
        "refit.schedule.milestones (r.yaml:3) has no effect where train.schedule.kind is constant; it counts where train.schedule.kind is multistep"
      ])
    #expect(
      try ineffective(steps + "train.schedule.milestones: [3]\nrefit.schedule.kind: multistep")
        == [])
  }

  /// A recipe that is based on another one contains only the changes.
  @Test func whatABaseGivesAndItsRecipeOverridesIsNoWarning() throws {
    try withFile(
      named: "base.yaml", holding: Data("train.optimizer: {momentum: 0.9, nesterov: true}".utf8)
    ) { (base: URL) throws -> Void in
      func recipe(_ text: String, set overrides: [String] = []) throws -> [String] {
        let file = base.deletingLastPathComponent().appendingPathComponent("r.yaml")
        try Data("base: base\n\(text)".utf8).write(to: file)
        return try Recipe(
          contentsOf: file, schema: shippedSchema(),
          stageNames: stageNames, sectionsOfStage: { sectionsOfStage[$0] ?? [] },
          overrides: overrides
        ).ineffectiveKeys.map(\.key)
      }
      #expect(try recipe("train.optimizer.kind: adam") == [])
      #expect(
        try recipe("train.optimizer: {kind: adam, momentum: 0.5}") == ["train.optimizer.momentum"])
      #expect(
        try recipe("about: x", set: ["train.optimizer.kind=adamw"]) == [
          "train.optimizer.momentum", "train.optimizer.nesterov",
        ])
    }
  }

  @Test func shippedRecipesSetNothingInVain() throws {
    let folder = repository.appendingPathComponent("stages/recipes")
    let schema = try shippedSchema()
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let recipe = try Recipe(
        contentsOf: folder.appendingPathComponent(file), schema: schema, stageNames: stageNames,
        sectionsOfStage: { sectionsOfStage[$0] ?? [] })
      #expect(recipe.ineffectiveKeys == [], "\(file)")
    }
  }

  @Test(arguments: ["cosine", "plateau", "triangular", "one-cycle"])
  func aLeastRateAboveTheRateIsRefused(_ kind: String) throws {
    let schedule = "train.schedule:\n  kind: \(kind)\n"
    #expect(
      try refusal(of: schedule + "  minimum: 0.2\ntrain.optimizer.learning-rate: 0.1")
        == "r.yaml:3: train.schedule.minimum: expected at most train.optimizer.learning-rate, which is 0.1 (r.yaml:4), found 0.2; lower it, or raise train.optimizer.learning-rate"
    )
    #expect(try refusal(of: schedule + "  minimum: 0.1") == "loads")
    #expect(
      try refusal(of: schedule, set: ["train.schedule.minimum=1"])
        == "--set train.schedule.minimum=1.0: train.schedule.minimum: expected at most train.optimizer.learning-rate, which is 0.1 (default), found 1.0; lower it, or raise train.optimizer.learning-rate"
    )
  }

  @Test func limitsHoldForEachStep() throws {
    let text = """
      steps: [train, refit: {stage: train, inputs: {}}]
      train.schedule: {kind: cosine, minimum: 0.01}
      refit.optimizer.learning-rate: 0.001
      """
    #expect(
      try refusal(of: text).hasPrefix(
        "r.yaml:2: train.schedule.minimum: expected at most train.optimizer.learning-rate, which is 0.001 (r.yaml:3)"
      ))
    #expect(try refusal(of: text + "\nrefit.schedule.kind: constant") == "loads")
  }

  @Test(arguments: [
    ("applies: {a.c: 1}", "a.b: applies: expected other keys of the schema, found the integer 1; "),
    ("applies: {a.b: 1}", "a.b: applies: expected other keys of the schema, found"),
    ("applies: x", "a.b: applies: expected conditions such as {train.optimizer.kind: sgd}, found"),
    ("applies: {}", "a.b: applies: expected conditions such as"),
    (
      "applies: {a.d: zebra}",
      "a.d: expected x or y, found 'zebra'; choose one of them; a condition under"
    ),
    ("at-most: a.d", "a.b: at-most: expected another key of type number, found the text 'a.d'; "),
    ("at-most: a.z", "a.b: at-most: expected other keys of the schema, found the text 'a.z'; "),
    ("aplies: {a.d: x}", "type number has no attribute 'aplies'; did you mean 'applies'?"),
  ])
  func schemasAreHeldToTheirRules(_ attribute: String, _ part: String) throws {
    let text = """
      format: 1
      keys:
        a.b: {type: number, default: 1, \(attribute), about: x}
        a.d: {type: choice, choices: [x, y], default: x, about: x}
      """
    let message = try schemaRefusal(of: text)
    #expect(message.contains(part), "\(message)")
  }
}
