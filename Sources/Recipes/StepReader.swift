/// Reads a recipe's `steps`: a list of `stage`, `name: stage` and `name: {stage: …, inputs: {…}}`.
struct StepReader {
  let source: SettingsSource
  let stageNames: [String]
  /// Words that a step's name must not be, because they have another meaning in a recipe.
  let reservedNames: [String]

  func steps(from node: SettingsNode) throws(RecipeError) -> [RecipeStep] {
    guard case .list(let items) = node.content, !items.isEmpty else {
      throw .wrongType(
        source.place(node.line), key: "steps", expected: "a list of stages in their order",
        found: node.foundDescription, hint: "leave it out for the default steps")
    }
    var steps: [RecipeStep] = []
    for item in items {
      let step = try step(from: item, earlier: steps.map(\.name))
      if steps.contains(where: { $0.name == step.name }) {
        throw .duplicateStep(source.place(item.line), name: step.name)
      }
      steps.append(step)
    }
    return steps
  }

  private func step(
    from node: SettingsNode, earlier: [String]
  ) throws(RecipeError) -> RecipeStep {
    switch node.content {
    case .scalar(let name, _):
      return RecipeStep(name: name, stage: try stage(name, line: node.line))
    case .mapping(let entries) where entries.count == 1:
      let (name, value) = (entries[0].key, entries[0].value)
      let step: RecipeStep
      switch value.content {
      case .scalar(let word, _):
        step = RecipeStep(name: name, stage: try stage(word, line: value.line))
      case .mapping(let parts):
        step = try self.step(named: name, parts: parts, line: entries[0].line, earlier: earlier)
      case .list:
        throw .malformedStep(source.place(value.line), found: value.foundDescription)
      }
      try check(step, line: entries[0].line)
      return step
    default:
      throw .malformedStep(source.place(node.line), found: node.foundDescription)
    }
  }

  /// The form `name: {stage: …, inputs: {…}}`.
  private func step(
    named name: String, parts: [SettingsEntry], line: Int, earlier: [String]
  ) throws(RecipeError) -> RecipeStep {
    var stageName: String?
    var inputs: [String: String] = [:]
    for part in parts {
      switch (part.key, part.value.content) {
      case ("stage", .scalar(let word, _)):
        stageName = try stage(word, line: part.value.line)
      case ("inputs", .mapping(let entries)):
        for entry in entries { inputs[entry.key] = try output(of: entry, earlier: earlier) }
      case ("stage", _), ("inputs", _):
        throw .malformedStep(
          source.place(part.value.line), found: "\(part.value.foundDescription) as \(part.key)")
      default:
        throw .malformedStep(source.place(part.line), found: "'\(onOneLine(part.key))'")
      }
    }
    guard let stageName else { throw .malformedStep(source.place(line), found: "no stage") }
    return RecipeStep(name: name, stage: stageName, inputs: inputs)
  }

  private func stage(_ name: String, line: Int) throws(RecipeError) -> String {
    guard stageNames.contains(name) else {
      throw .unknownStage(
        source.place(line), name: name, suggestion: nearest(to: name, among: stageNames),
        stages: stageNames)
    }
    return name
  }

  /// The source of an input: `step.output`, of an earlier step.
  private func output(
    of entry: SettingsEntry, earlier: [String]
  ) throws(RecipeError) -> String {
    let place = source.place(entry.value.line)
    guard case .scalar(let text, _) = entry.value.content else {
      throw .stepInput(
        place, input: entry.key, source: entry.value.foundDescription, earlier: earlier)
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty, earlier.contains(String(parts[0])) else {
      throw .stepInput(place, input: entry.key, source: text, earlier: earlier)
    }
    return text
  }

  /// A step's name becomes a folder, a section of the recipe and a word of the command line.
  private func check(_ step: RecipeStep, line: Int) throws(RecipeError) {
    let (name, place) = (step.name, source.place(line))
    guard isKebabCase(name), name.utf8.count <= 63 else {
      throw .stepName(
        place, name: name, problem: "must be 1 to 63 of a-z, 0-9 and -, the first a letter")
    }
    if name != step.stage && stageNames.contains(name) {
      throw .stepName(
        place, name: name, problem: "is that of another stage than '\(step.stage)'; rename it")
    }
    if name != step.stage && reservedNames.contains(name) {
      throw .stepName(place, name: name, problem: "already means something in recipes; rename it")
    }
  }
}
