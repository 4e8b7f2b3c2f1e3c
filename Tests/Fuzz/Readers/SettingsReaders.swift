import Foundation
import Models
import Planning
import Recipes
import Training

extension FuzzReader {
  static let settingsReaders = [recipe, override, schema, graph]

  /// A recipe file. A loaded recipe can be written in full, and reading that gives the same values.
  static let recipe = FuzzReader("recipe", longest: 1024) { input in
    let project = try shipped.get()
    let file = try input.file("recipe.yaml")
    guard let recipe = try accepted({ try project.recipe(file) }) else { return }
    let resolved = recipe.resolvedYAML()
    let copy = try project.recipe(try input.file("resolved.yaml", holding: Array(resolved.utf8)))
    try promise(copy.about == recipe.about, "resolved, the recipe's sentence differs")
    try promise(copy.steps == recipe.steps, "resolved, the steps differ")
    let steps = [nil] + (recipe.steps ?? []).map(\.name)
    for key in project.schema.keys.map(\.name) {
      for step in steps {
        let isSame =
          copy.value(of: key, step: step).value
          == recipe.value(of: key, step: step).value
        try promise(isSame, "resolved, \(key) differs")
      }
    }
  }

  /// A `--set` of the command line. Its value is the same in the recipe written in full and read
  /// again.
  static let override = FuzzReader("override", longest: 256) { input in
    let project = try shipped.get()
    let file = try input.file("recipe.yaml", holding: Array("about: x\n".utf8))
    guard let recipe = try accepted({ try project.recipe(file, overrides: [input.text]) })
    else { return }
    let resolved = Array(recipe.resolvedYAML().utf8)
    let copy = try project.recipe(try input.file("resolved.yaml", holding: resolved))
    for key in project.schema.keys.map(\.name) {
      let isSame = copy.value(of: key).value == recipe.value(of: key).value
      try promise(isSame, "resolved, \(key) differs")
    }
  }

  /// A schema of recipes. The default of every key is a value of its type.
  static let schema = FuzzReader("schema", longest: 1024) { input in
    let file = try input.file("schema.yaml")
    let read = try accepted { try RecipeSchema(contentsOf: file, declared: declared) }
    guard let schema = read else { return }
    let recipe = try input.file("recipe.yaml", holding: Array("about: x\n".utf8))
    let defaults = try Recipe(
      contentsOf: recipe, schema: schema, stageNames: [], sectionsOfStage: { _ in [] })
    for key in schema.keys {
      try promise(
        defaults.value(of: key.name).value == key.defaultValue, "\(key.name) is not its default")
    }
  }

  /// A graph of stages. Every input comes from an output that some stage declares.
  static let graph = FuzzReader("graph", longest: 1024) { input in
    let project = try shipped.get()
    let file = try input.file("graph.yaml")
    let read = try accepted {
      try StageGraph(
        contentsOf: file, called: "stages/graph.yaml", recipeKeys: project.schema.keys.map(\.name))
    }
    guard let graph = read else { return }
    for stage in graph.stages {
      try promise(graph.stage(named: stage.name) != nil, "a stage without a name")
      for case let source? in stage.inputs.map(\.source) {
        try promise(
          graph.stage(named: source.stage)?.output(named: source.output) != nil,
          "an input from \(source), which is nowhere")
      }
      for pattern in stage.outputs.flatMap(\.files) + stage.records + stage.highlights {
        _ = pattern.matches("epoch-007.safetensors")
        try promise(
          !pattern.isName || pattern.matches(pattern.text), "\(pattern) does not match itself")
      }
    }
    _ = try accepted { try graph.steps(for: nil) }
  }

  /// The schema and the stages of this project.
  private struct Shipped: Sendable {
    let schema: RecipeSchema
    let graph: StageGraph

    func recipe(_ file: URL, overrides: [String] = []) throws -> Recipe {
      try Recipe(
        contentsOf: file, schema: schema, stageNames: graph.stages.map(\.name),
        sectionsOfStage: { graph.stage(named: $0)?.reads ?? [] }, overrides: overrides)
    }
  }

  /// The keys that the program declares.
  private static let declared = DeclaredKeys.all()

  private static let shipped = Result {
    let stages = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("stages")
    let schema = try RecipeSchema(
      contentsOf: stages.appendingPathComponent("schema.yaml"), declared: declared)
    let graph = try StageGraph(
      contentsOf: stages.appendingPathComponent("graph.yaml"), called: "stages/graph.yaml",
      recipeKeys: schema.keys.map(\.name))
    return Shipped(schema: schema, graph: graph)
  }
}
