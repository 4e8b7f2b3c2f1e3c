import Recipes
import Testing

/// A recipe that trains twice: the second time longer, from the checkpoint that an evaluation
/// selected.
private let refitting = """
  about: trains twice
  steps:
    - fetch-and-parse
    - compute-stats
    - preprocess-and-split
    - train
    - evaluate-validation: evaluate
    - refit: {stage: train, inputs: {start: evaluate-validation.selection}}
    - evaluate
  train: {epochs: 200, batch: 64}
  evaluate.on: test
  evaluate-validation:
    on: validation
  refit.epochs: 10
  """

@Suite("Steps: a recipe may run a stage more than once, with a section of its own")
struct RecipeStepTests {
  @Test func withoutSteps() throws {
    #expect(try loadRecipe("about: x\n").steps == nil)
  }

  @Test func theThreeForms() throws {
    let steps = try #require(try loadRecipe(refitting).steps)
    #expect(
      steps.map(\.name) == [
        "fetch-and-parse", "compute-stats", "preprocess-and-split", "train", "evaluate-validation",
        "refit", "evaluate",
      ])
    #expect(steps[4] == RecipeStep(name: "evaluate-validation", stage: "evaluate"))
    #expect(
      steps[5]
        == RecipeStep(
          name: "refit", stage: "train", inputs: ["start": "evaluate-validation.selection"]))
  }

  @Test func aStepsOwnSectionGoesFirst() throws {
    let recipe = try loadRecipe(refitting, set: ["train.epochs=5"])
    #expect(recipe.value(of: "train.epochs", step: "train") == (.integer(5), .override))
    #expect(recipe.value(of: "train.epochs", step: "refit").value == .integer(10))
    #expect(recipe.value(of: "train.batch", step: "refit").value == .integer(64))
    #expect(recipe.value(of: "train.seed", step: "refit") == (.integer(1), .default))
    #expect(
      recipe.value(of: "evaluate.on", step: "evaluate-validation").value == .text("validation"))
    #expect(recipe.value(of: "evaluate.on", step: "evaluate").value == .text("test"))
    #expect(recipe.value(of: "evaluate.on", step: "refit").value == .text("test"))
  }

  @Test func overridesOfAStep() throws {
    let recipe = try loadRecipe(refitting, set: ["refit.epochs=5", "refit.optimizer.kind=adam"])
    #expect(recipe.value(of: "train.epochs", step: "refit") == (.integer(5), .override))
    #expect(recipe.value(of: "train.optimizer.kind", step: "refit").value == .text("adam"))
    #expect(recipe.value(of: "train.optimizer.kind", step: "train").value == .text("sgd"))
    #expect(
      try refusal(of: refitting, set: ["refit.epocs=5"])
        == "--set refit.epocs=5: unknown key 'refit.epocs'; did you mean 'refit.epochs'?")
  }

  @Test(arguments: [
    (
      "steps: []",
      "r.yaml:1: steps: expected a list of stages in their order, found a list of 0 items; leave it out for the default steps"
    ),
    (
      "steps: train",
      "r.yaml:1: steps: expected a list of stages in their order, found the text 'train'; "
    ),
    ("steps:\n - train\n - trian", "r.yaml:3: steps: no stage 'trian'; did you mean 'train'?"),
    ("steps: [refit: trian]", "steps: no stage 'trian'; did you mean 'train'?"),
    ("steps: [refit: {stage: trian}]", "steps: no stage 'trian'; did you mean 'train'?"),
    (
      "steps: [zzzzzz]",
      "steps: no stage 'zzzzzz'; the stages are fetch-and-parse, compute-stats, preprocess-and-split, train, evaluate and plot"
    ),
    (
      "steps:\n - train\n - plot\n - train",
      "r.yaml:4: steps: 'train' is listed twice; name one of them, as in 'train-again: train'"
    ),
    ("steps: [again: train, again: plot]", "steps: 'again' is listed twice; "),
    (
      "steps: [[train]]",
      "steps: expected 'stage', 'name: stage' or 'name: {stage: …, inputs: {…}}', found a list of 1 item"
    ),
    ("steps: [{a: train, b: train}]", "found a mapping"),
    ("steps: [refit: [train]]", "found a list of 1 item"),
    ("steps: [refit: {inputs: {}}]", "found no stage"),
    ("steps: [refit: {stage: train, input: {}}]", "found 'input'"),
    ("steps: [refit: {stage: [train]}]", "found a list of 1 item as stage"),
    ("steps: [refit: {stage: train, inputs: 3}]", "found the integer 3 as inputs"),
    (
      "steps: [Refit: train]",
      "steps: the name 'Refit' must be 1 to 63 of a-z, 0-9 and -, the first a letter"
    ),
    ("steps: [../up: train]", "the name '../up' must be"),
    (
      "steps: [plot: train]",
      "steps: the name 'plot' is that of another stage than 'train'; rename it"
    ),
    (
      "steps: [split: train]",
      "steps: the name 'split' already means something in recipes; rename it"
    ),
    (
      "steps: [about: train]",
      "steps: the name 'about' already means something in recipes; rename it"
    ),
    (
      "steps: [train, refit: {stage: train, inputs: {start: trian.best}}]",
      "steps: input 'start': expected STEP.OUTPUT of an earlier step (train), found 'trian.best'"
    ),
    (
      "steps: [train, plot, refit: {stage: train, inputs: {start: evaluate.x}}]",
      "of an earlier step (train or plot), found 'evaluate.x'"
    ),
    (
      "steps: [refit: {stage: train, inputs: {start: refit.best}}, plot]",
      "of an earlier step (there is none), found 'refit.best'"
    ),
    ("steps: [train, refit: {stage: train, inputs: {start: train}}]", "found 'train'"),
    ("steps: [train, refit: {stage: train, inputs: {start: train.}}]", "found 'train.'"),
    ("steps: [train, refit: {stage: train, inputs: {start: [x]}}]", "found 'a list of 1 item'"),
    (
      "steps: [again: preprocess-and-split]\nagain: {seed: 3}",
      "r.yaml:2: the step 'again' can't have its own section, because preprocess-and-split reads split and preprocess; set those instead"
    ),
    (
      "steps: [again: compute-stats]\nagain.x: 3",
      "r.yaml:2: the step 'again' can't have its own section, because compute-stats reads no section; remove it"
    ),
    (
      "steps: [train, refit: train]\nrefit: {epocs: 3}",
      "r.yaml:2: unknown key 'refit.epocs'; did you mean 'refit.epochs'?"
    ),
    (
      "steps: [train, refit: train]\nreift: {epochs: 3}",
      "r.yaml:2: unknown key 'reift'; did you mean 'refit'?"
    ),
    (
      "steps: [train, refit: train]\nrefit: {epochs: ten}",
      "r.yaml:2: refit.epochs: expected a number"
    ),
    (
      "steps: [train, refit: train]\nrefit: {epochs: 1}\nrefit.epochs: 2",
      "r.yaml:3: the key 'refit.epochs' is given twice, also at r.yaml:2; "
    ),
    ("refit: {epochs: 3}", "r.yaml:1: unknown key 'refit'; "),
  ])
  func refused(text: String, part: String) throws {
    let message = try refusal(of: text + "\n")
    #expect(message.contains(part), "\(message)")
    #expect(!message.contains("\n"))
  }
}
