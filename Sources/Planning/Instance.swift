import Recipes

/// A step: one use of a stage in a recipe, with each input bound to an earlier step's output.
public struct Instance: Sendable {
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
  /// The steps of a recipe; without a list of steps, each stage once.
  ///
  /// An input comes from the source that the step names, otherwise from the nearest earlier use of the stage
  /// that the graph names. An optional input without a source stays unbound.
  ///
  /// - Throws: `PlanningError` if a step binds an unknown source or lacks a required input.
  public func instances(for steps: [RecipeStep]?) throws(PlanningError) -> [Instance] {
    let steps = steps ?? stages.map { RecipeStep(instance: $0.name, stage: $0.name) }
    var instances: [Instance] = []
    for step in steps {
      guard let stage = stage(named: step.stage) else {
        preconditionFailure("step '\(step.instance)' runs '\(step.stage)', which is no stage")
      }
      for input in step.inputs.keys.sorted() where stage.input(named: input) == nil {
        throw .unknownInput(
          instance: step.instance, input: input,
          suggestion: nearest(to: input, among: stage.inputs.map(\.name)))
      }
      var bindings: [Instance.Binding] = []
      for input in stage.inputs {
        let bound = try Self.binding(of: input, step: step, earlier: instances)
        if let bound { bindings.append(bound) }
      }
      instances.append(Instance(name: step.instance, stage: stage, bindings: bindings))
    }
    return instances
  }

  private static func binding(
    of input: Input, step: RecipeStep, earlier: [Instance]
  ) throws(PlanningError) -> Instance.Binding? {
    if let source = step.inputs[input.name] {
      return try explicitBinding(of: input, to: source, step: step, earlier: earlier)
    }
    guard let source = input.source else {
      guard input.isOptional else {
        throw .unboundInput(instance: step.instance, input: input.name)
      }
      return nil
    }
    guard let producer = earlier.last(where: { $0.stage.name == source.stage }),
      let output = producer.stage.output(named: source.output)
    else {
      guard input.isOptional else {
        throw .noProducer(
          instance: step.instance, input: input.name, source: source.description)
      }
      return nil
    }
    return Instance.Binding(input: input.name, producer: producer.name, output: output)
  }

  private static func explicitBinding(
    of input: Input, to source: String, step: RecipeStep, earlier: [Instance]
  ) throws(PlanningError) -> Instance.Binding {
    let parts = source.split(separator: ".", maxSplits: 1).map(String.init)
    let producer = earlier.first { $0.name == parts.first }
    guard let producer, parts.count == 2, let output = producer.stage.output(named: parts[1]) else {
      let known = earlier.flatMap { instance in
        instance.stage.outputs.map { "\(instance.name).\($0.name)" }
      }
      throw .unknownOutput(
        instance: step.instance, input: input.name, source: source,
        suggestion: nearest(to: source, among: known))
    }
    return Instance.Binding(input: input.name, producer: producer.name, output: output)
  }
}
