import Recipes

/// A step: one use of a stage in a recipe, with each input bound to an earlier step's output.
public struct Step: Sendable {
  /// An input and where it comes from.
  public struct Binding: Sendable {
    /// The input's name in the stage's command line.
    public let input: String
    public let producer: String
    public let output: StageGraph.Output
  }

  /// The step's own name; by default that of its stage.
  public let name: String
  public let stage: StageGraph.Stage
  public let bindings: [Binding]
}

extension StageGraph {
  /// The steps of a recipe; without a list of steps, each stage once that is not optional.
  ///
  /// An input comes from the source that the step names, otherwise from the nearest earlier use of the stage
  /// that the graph names. An optional input without a source stays unbound.
  ///
  /// - Throws: `PlanningError` if a step binds an unknown source or lacks a required input.
  public func steps(for listed: [RecipeStep]?) throws(PlanningError) -> [Step] {
    let byDefault = stages.filter { !$0.isOptional }
    let listed = listed ?? byDefault.map { RecipeStep(name: $0.name, stage: $0.name) }
    var steps: [Step] = []
    for step in listed {
      guard let stage = stage(named: step.stage) else {
        preconditionFailure("step '\(step.name)' runs '\(step.stage)', which is no stage")
      }
      for input in step.inputs.keys.sorted() where stage.input(named: input) == nil {
        throw .unknownInput(
          step: step.name, input: input,
          suggestion: nearest(to: input, among: stage.inputs.map(\.name)))
      }
      var bindings: [Step.Binding] = []
      for input in stage.inputs {
        let bound = try Self.binding(of: input, step: step, earlier: steps)
        if let bound { bindings.append(bound) }
      }
      steps.append(Step(name: step.name, stage: stage, bindings: bindings))
    }
    return steps
  }

  private static func binding(
    of input: Input, step: RecipeStep, earlier: [Step]
  ) throws(PlanningError) -> Step.Binding? {
    if let source = step.inputs[input.name] {
      return try explicitBinding(of: input, to: source, step: step, earlier: earlier)
    }
    guard let source = input.source else {
      guard input.isOptional else {
        throw .unboundInput(step: step.name, input: input.name)
      }
      return nil
    }
    guard let producer = earlier.last(where: { $0.stage.name == source.stage }),
      let output = producer.stage.output(named: source.output)
    else {
      guard input.isOptional else {
        throw .noProducer(
          step: step.name, input: input.name, source: source.description)
      }
      return nil
    }
    return Step.Binding(input: input.name, producer: producer.name, output: output)
  }

  private static func explicitBinding(
    of input: Input, to source: String, step: RecipeStep, earlier: [Step]
  ) throws(PlanningError) -> Step.Binding {
    let parts = source.split(separator: ".", maxSplits: 1).map(String.init)
    let producer = earlier.first { $0.name == parts.first }
    guard let producer, parts.count == 2, let output = producer.stage.output(named: parts[1]) else {
      let known = earlier.flatMap { other in
        other.stage.outputs.map { "\(other.name).\($0.name)" }
      }
      throw .unknownOutput(
        step: step.name, input: input.name, source: source,
        suggestion: nearest(to: source, among: known))
    }
    return Step.Binding(input: input.name, producer: producer.name, output: output)
  }
}
