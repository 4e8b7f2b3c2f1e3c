import Foundation

extension Recipe {
  /// Reads a recipe file and lays overrides over it.
  ///
  /// - Parameters:
  ///   - stageNames: The stages that steps may run.
  ///   - sectionsOfStage: The sections of the schema that a stage reads.
  ///   - overrides: `key=value`, the value in YAML: `train.schedule.milestones=[5, 8]`.
  /// - Throws: The first mistake, as a `RecipeError`.
  public init(
    contentsOf url: URL, schema: RecipeSchema, stageNames: [String],
    sectionsOfStage: (String) -> [String], overrides: [String] = []
  ) throws(RecipeError) {
    let source = SettingsSource.file(url.relativePath)
    guard let root = try SettingsDocument.root(of: try SettingsDocument.text(of: url), in: source)
    else { throw .empty(file: url.relativePath) }
    guard case .mapping(var entries) = root.content else {
      if root.kind == .null { throw .empty(file: url.relativePath) }
      throw .notAMapping(source.place(root.line), key: "", found: root.foundDescription)
    }

    name = url.deletingPathExtension().lastPathComponent
    about = try Self.about(takenFrom: &entries, source: source)
    let stepReader = StepReader(
      source: source, stageNames: stageNames, reservedNames: ["about", "steps"] + schema.sections)
    let stepsEntry = entries.firstIndex { $0.key == "steps" }.map { entries.remove(at: $0) }
    steps = try stepsEntry.map { entry throws(RecipeError) in
      try stepReader.steps(from: entry.value)
    }

    let renamed = (steps ?? []).filter { $0.instance != $0.stage }
    let sections = Dictionary(
      uniqueKeysWithValues: renamed.map { ($0.instance, sectionsOfStage($0.stage)) })
    var given = SettingsReader(schema: schema, steps: renamed, sectionsOfStep: sections)
    var overriding = given
    try given.read(entries, source: source)
    for override in overrides {
      let (key, value, source) = try Self.parsed(override, reader: overriding)
      let entry = SettingsEntry(key: key, line: 1, value: value)
      try overriding.read([entry], source: source)
    }

    self.schema = schema
    overlays = given.overlays
    settings = given.settings.merging(overriding.settings) { _, override in override }
  }

  private static func about(
    takenFrom entries: inout [SettingsEntry], source: SettingsSource
  ) throws(RecipeError) -> String {
    guard let index = entries.firstIndex(where: { $0.key == "about" }) else { return "" }
    let node = entries.remove(at: index).value
    guard case .scalar(let text, _) = node.content, node.kind == .text else {
      throw .wrongType(
        source.place(node.line), key: "about", expected: "a sentence about the recipe",
        found: node.foundDescription, hint: "put it in quotes")
    }
    return text
  }

  /// The key and the value of a `key=value`. The value is YAML; but a path is taken as it stands,
  /// quotes aside, because shells' words are not quoted twice.
  private static func parsed(
    _ override: String, reader: SettingsReader
  ) throws(RecipeError) -> (key: String, value: SettingsNode, source: SettingsSource) {
    let source = SettingsSource.override(override)
    guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
      throw .malformedOverride(
        source.place(1), problem: "expected KEY=VALUE, as in --set train.epochs=3")
    }
    let key = String(override[..<equals])
    guard key != "about" && key != "steps" && !key.hasPrefix("steps.") else {
      throw .malformedOverride(
        source.place(1), problem: "only a recipe file holds '\(key)'; write a recipe of your own")
    }
    let text = String(override[override.index(after: equals)...])
    if reader.declaredKey(key)?.type == .path, !text.hasPrefix("\""), !text.hasPrefix("'") {
      let isPlain = text.isEmpty || text == "null"
      return (key, SettingsNode(content: .scalar(text, isPlain: isPlain), line: 1), source)
    }
    let nothing = SettingsNode(content: .scalar("", isPlain: true), line: 1)
    return (key, try SettingsDocument.root(of: text, in: source) ?? nothing, source)
  }
}
