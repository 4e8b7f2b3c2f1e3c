import Recipes
import Testing

@Suite("Unknown keys are refused with the nearest known one")
struct RecipeKeyTests {
  @Test(arguments: [
    ("train:\n  epocs: 3\n", "r.yaml:2: unknown key 'train.epocs'; did you mean 'train.epochs'?"),
    (
      "train.learning_rate: 1\n",
      "'train.learning_rate'; did you mean 'train.optimizer.learning-rate'?"
    ),
    (
      "train.learning-rate: 1\n",
      "'train.learning-rate'; did you mean 'train.optimizer.learning-rate'?"
    ),
    (
      "epochs: 3\n",
      "r.yaml:1: unknown key 'epochs'; did you mean 'train.epochs' or 'train.checkpoint.epochs'?"
    ),
    ("evaluate.epochs: 3\n", "unknown key 'evaluate.epochs'; did you mean 'train.epochs' or"),
    ("trian:\n  epochs: 3\n", "r.yaml:1: unknown key 'trian'; did you mean 'train'?"),
    (
      "train:\n  optimiser:\n    kind: sgd\n",
      "r.yaml:2: unknown key 'train.optimiser'; did you mean 'train.optimizer'?"
    ),
    ("train.kind: sgd\n", "did you mean 'train.optimizer.kind' or 'train.schedule.kind'?"),
    ("seed: 3\n", "did you mean 'dataset.seed', 'split.seed' or 'train.seed'?"),
    ("train.EPOCHS: 3\n", "did you mean 'train.epochs'?"),
    ("abuot: x\n", "did you mean 'about'?"),
    ("stpes: [train]\n", "did you mean 'steps'?"),
    ("epocs: 3\n", "did you mean 'train.epochs' or 'train.checkpoint.epochs'?"),
    ("train:\nepochs: 3\n", "r.yaml:2: unknown key 'epochs'; did you mean 'train.epochs' or"),
    ("on: 3\n", "unknown key 'on'; did you mean 'evaluate.on'?"),
    ("zzzzzz: 3\n", "unknown key 'zzzzzz'; all keys are listed in schema.yaml"),
    ("train.epochs.most: 3\n", "unknown key 'train.epochs.most'; did you mean 'train.epochs'?"),
    ("'': 3\n", "unknown key ''; all keys are listed in schema.yaml"),
    ("? 'a\n\n  b'\n: 3\n", "unknown key 'a b'; all keys are listed in schema.yaml"),
  ])
  func unknownKey(text: String, part: String) throws {
    let message = try refusal(of: text)
    #expect(message.contains(part), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func longKeysAreCut() throws {
    let key = String(repeating: "k", count: 30_000)
    #expect(try refusal(of: "? \(key)\n: 1\n").count < 200)
  }

  @Test func onIsAKey() throws {
    let nested = try loadRecipe("evaluate:\n  on: test\n")
    #expect(nested.value(of: "evaluate.on").value == .text("test"))
    #expect(try loadRecipe("evaluate.on: test\n").value(of: "evaluate.on").value == .text("test"))
    let flow = try loadRecipe("evaluate: {on: test}\n")
    #expect(flow.value(of: "evaluate.on").value == .text("test"))
  }

  @Test func nestedAndDottedKeysMeanTheSame() throws {
    let recipe = try loadRecipe(
      """
      train.optimizer: {kind: adam, beta1: 0.8}
      train:
        optimizer.epsilon: 1e-7
        stop:
          patience: 4
        optimizer:
          weight-decay: 1
      """)
    #expect(recipe.value(of: "train.optimizer.kind").value == .text("adam"))
    #expect(recipe.value(of: "train.optimizer.beta1").value == .number(0.8))
    #expect(recipe.value(of: "train.optimizer.epsilon").value == .number(1e-7))
    #expect(recipe.value(of: "train.stop.patience").value == .integer(4))
    #expect(recipe.value(of: "train.optimizer.weight-decay").value == .number(1))
  }

  @Test func originsAndDefaults() throws {
    let recipe = try loadRecipe(
      "about: x\ntrain:\n  epochs: 3\n  batch:\n    4\n  stop:\n", set: ["train.seed=5"])
    guard case .file(let path, let line) = recipe.value(of: "train.epochs").origin else {
      Issue.record("expected a file's line")
      return
    }
    #expect(path.hasSuffix("/r.yaml"))
    #expect(line == 3)
    #expect(recipe.value(of: "train.batch").value == .integer(4))
    #expect(recipe.value(of: "train.seed") == (.integer(5), .override))
    #expect(recipe.value(of: "train.stop.patience") == (.integer(0), .default))
    #expect(recipe.value(of: "train.architecture.width") == (.null, .default))
    #expect(recipe.value(of: "train.optimizer.beta2") == (.number(0.999), .default))
  }

  @Test func keysMatchingReads() throws {
    let recipe = try loadRecipe("about: x\n")
    #expect(recipe.keys(matching: ["split"]) == ["split.kind", "split.validation", "split.seed"])
    #expect(
      recipe.keys(matching: ["train.stop", "split.seed"])
        == [
          "split.seed", "train.stop.monitor", "train.stop.patience", "train.stop.least-improvement",
        ])
    #expect(recipe.keys(matching: ["spl", "train.epoch"]).isEmpty)
  }

  @Test func settingsAreNested() throws {
    let recipe = try loadRecipe("train.epochs: 3\nevaluate.on: test\n")
    #expect(
      recipe.settings(matching: ["evaluate", "train.stop", "train.epochs"]).json
        == #"{"train":{"epochs":3,"stop":{"monitor":"validation-loss","patience":0,"#
        + #""least-improvement":0.0}},"evaluate":{"on":"test","checkpoint":"best","flip":false,"#
        + #""views":"plain","views-fraction":1.0}}"#)
  }
}
