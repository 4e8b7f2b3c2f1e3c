import Planning
import Recipes
import Testing

/// For each rule of a graph, a text that violates it.
@Suite struct StageGraphTests {
  private static let keys = ["data.count", "train.optimizer.kind", "train.epochs"]

  private func graph(_ yaml: String) throws -> StageGraph {
    try StageGraph(yaml: yaml, called: "graph.yaml", recipeKeys: Self.keys)
  }

  private static let valid = """
    format: 1
    stages:
      make:
        reads: [data]
        outputs: {numbers: numbers.txt}
      train:
        reads: [train.optimizer, train.epochs]
        inputs: {numbers: make.numbers, start?: ~, hint?: score.metrics}
        outputs: {models: [best.txt, epoch-*.txt]}
        records: [timing.csv]
      score:
        inputs: {models: train.models}
        outputs: {metrics: metrics.json}
        publish: plots
        highlights: metrics.json
    """

  @Test(arguments: ["make", "make-2", "m", "make2-ab-c3"])
  func wordsWithHyphensNameAStage(name: String) throws {
    let text = Self.valid.replacing("  make:", with: "  \(name):")
      .replacing("make.numbers", with: "\(name).numbers")
    #expect(try graph(text).stages[0].name == name)
  }

  @Test func readsWhatIsThere() throws {
    let graph = try graph(Self.valid)
    #expect(graph.stages.map(\.name) == ["make", "train", "score"])
    let train = try #require(graph.stage(named: "train"))
    #expect(train.inputs.map(\.name) == ["numbers", "start", "hint"])
    #expect(train.inputs.map(\.isOptional) == [false, true, true])
    #expect(train.inputs.map { $0.source?.description } == ["make.numbers", nil, "score.metrics"])
    #expect(train.outputs[0].isSingleFile == false)
    #expect(graph.stages[0].outputs[0].isSingleFile)
    #expect(graph.stages[2].publishingFolder == "plots")
  }

  @Test func anOptionalStageRunsWhereARecipeNamesIt() throws {
    let list = "list: {optional: true, inputs: {metrics: score.metrics}, outputs: {l: l.csv}}"
    let graph = try graph(Self.valid + "\n  " + list)
    #expect(graph.stages.map(\.isOptional) == [false, false, false, true])
    #expect(try graph.steps(for: nil).map(\.name) == ["make", "train", "score"])
    let steps = graph.stages.map { RecipeStep(name: $0.name, stage: $0.name) }
    let named = try graph.steps(for: steps)
    #expect(named.map(\.name) == ["make", "train", "score", "list"])
    #expect(named.last?.bindings.map(\.producer) == ["score"])
  }

  @Test(arguments: [
    ("format: 1", "format: 2", "graph.yaml:1: format: expected 1, found '2'"),
    ("format: 1\n", "", "format: expected 1, found none"),
    ("reads: [data]", "raeds: [data]", "graph.yaml:4: unknown key 'raeds'; did you mean 'reads'?"),
    ("reads: [data]", "reads: [date]", "make reads 'date', which is no section"),
    ("  make:", "  Make:", "graph.yaml:3: 'Make' can't name a stage"),
    ("  make:", "  2make:", "graph.yaml:3: '2make' can't name a stage"),
    ("  make:", "  make-:", "graph.yaml:3: 'make-' can't name a stage"),
    ("  make:", "  ma--ke:", "graph.yaml:3: 'ma--ke' can't name a stage"),
    ("  make:", "  ma_ke:", "graph.yaml:3: 'ma_ke' can't name a stage"),
    (
      "make.numbers", "mak.numbers",
      "graph.yaml:8: input 'numbers' comes from 'mak', which is no stage; did you mean 'make'?"
    ),
    (
      "make.numbers", "make.number",
      "'make.number', which is no output; did you mean 'make.numbers'?"
    ),
    ("make.numbers", "make", "numbers: expected stage.output, found 'make'"),
    (
      "hint?: score", "hint: score",
      "train requires input 'hint' of score, which does not come earlier"
    ),
    ("start?: ~", "start: ~", "start: expected stage.output, found nothing"),
    ("[timing.csv]", "[best.txt]", "train lists 'best.txt' twice"),
    ("[timing.csv]", "[a/b.csv]", "'a/b.csv' can't name a file"),
    ("[timing.csv]", "[.hidden]", "'.hidden' can't name a file"),
    ("[timing.csv]", "['']", "'' can't name a file"),
    ("[timing.csv]", "[a b.csv]", "'a b.csv' can't name a file"),
    ("reads: [data]", "reads: {data: 1}", "expected a word or a list, found a mapping"),
    ("stages:\n", "stages: [\n", "not YAML"),
    ("  make:\n", "  train:\n", "the key 'train' is given twice"),
  ])
  func brokenRuleIsNamed(old: String, new: String, message: String) {
    let text = Self.valid.replacing(old, with: new, maxReplacements: 1)
    #expect(text != Self.valid)
    let error = #expect(throws: GraphError.self) { try graph(text) }
    let description = error?.description ?? ""
    #expect(description.contains(message), "\(description)")
    #expect(!description.contains("\n"))
  }

  @Test(arguments: [
    ("*.csv", "a.csv", true), ("*.csv", ".csv", true), ("*.csv", "a.csv2", false),
    ("epoch-*.txt", "epoch-12.txt", true), ("epoch-*.txt", "epoch-.tx", false),
    ("a*a", "a", false), ("a*b*c", "axbyc", true), ("a*b*c", "acb", false), ("a", "a", true),
    ("a", "ab", false), ("*", "anything", true),
  ])
  func patternsMatch(pattern: String, file: String, expected: Bool) {
    #expect(FilePattern(pattern).matches(file) == expected)
  }
}

/// How steps find their inputs.
@Suite struct StepBindingTests {
  private func graph() throws -> StageGraph {
    try StageGraph(
      yaml: """
        format: 1
        stages:
          make:
            outputs: {numbers: numbers.txt}
          train:
            inputs: {numbers: make.numbers, start?: ~}
            outputs: {model: best.txt}
          score:
            inputs: {model: train.model}
            outputs: {metrics: metrics.json}
        """, called: "graph.yaml", recipeKeys: [])
  }

  private func step(_ name: String, _ stage: String? = nil, _ inputs: [String: String] = [:])
    -> RecipeStep
  {
    RecipeStep(name: name, stage: stage ?? name, inputs: inputs)
  }

  @Test func stagesOnceWithoutSteps() throws {
    let steps = try graph().steps(for: nil)
    #expect(steps.map(\.name) == ["make", "train", "score"])
    #expect(steps[1].bindings.map(\.input) == ["numbers"])
  }

  @Test func nearestEarlierStepIsUsed() throws {
    let steps = try graph().steps(for: [
      step("make"), step("train"), step("score-first", "score"),
      step("refit", "train", ["start": "train.model"]), step("score"),
    ])
    #expect(steps[2].bindings[0].producer == "train")
    #expect(steps[3].bindings.map(\.producer) == ["make", "train"])
    #expect(steps[4].bindings[0].producer == "refit")
  }

  @Test func wrongBindingsAreNamed() throws {
    let graph = try graph()
    func message(_ steps: [RecipeStep]) -> String {
      do {
        _ = try graph.steps(for: steps)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(message([step("train")]).contains("'train' reads make.numbers, and no earlier step"))
    #expect(
      message([step("make"), step("train", nil, ["strat": "make.numbers"])])
        == "steps: 'train' has no input 'strat'; did you mean 'start'?")
    #expect(
      message([step("make"), step("train", nil, ["start": "make.number"])]).contains(
        "'make.number', which is no output; did you mean 'make.numbers'?"))
  }
}
