import Foundation

extension Recipe {
  /// Reads a recipe file and its base recipes, and applies overrides.
  ///
  /// - Parameters:
  ///   - stageNames: The stages that steps may run.
  ///   - sectionsOfStage: The sections of the schema that a stage reads.
  ///   - recipesFolder: The folder in which to look for a base that is not in the file's folder.
  ///   - overrides: `key=value`, the value in YAML: `train.schedule.milestones=[5, 8]`.
  /// - Throws: The first error, as a `RecipeError`.
  public init(
    contentsOf url: URL, schema: RecipeSchema, stageNames: [String],
    sectionsOfStage: @escaping (String) -> [String], recipesFolder: URL? = nil,
    overrides: [String] = []
  ) throws(RecipeError) {
    let source = try RecipeSource(
      contentsOf: url, schema: schema, stageNames: stageNames, sectionsOfStage: sectionsOfStage,
      recipesFolder: recipesFolder)
    try self.init(source, overrides: overrides)
  }

  /// Applies overrides to a recipe file that has been read.
  fileprivate init(_ recipeSource: RecipeSource, overrides: [String]) throws(RecipeError) {
    let (file, reading) = (recipeSource.file, recipeSource.reading)
    name = recipeSource.name
    about = file.about
    steps = file.steps
    var overriding = reading.settingsReader(steps: file.steps)
    for override in overrides {
      let (key, value, source) = try Self.parsed(override, reader: overriding)
      let entry = SettingsEntry(key: key, line: 1, value: value)
      try overriding.read([entry], source: source)
    }

    schema = reading.schema
    overlays = overriding.overlays
    settings = file.settings.merging(overriding.settings) { _, override in override }
    readers = Self.readers(of: schema.sections, steps: file.steps, overlays: overlays) {
      reading.sectionsOfStage($0)
    }
    try checkLimits()
  }

  /// The key and the value of a `key=value`. The value is YAML, but a path is used verbatim
  /// except for quotes, because users don't quote twice in a shell.
  private static func parsed(
    _ override: String, reader: SettingsReader
  ) throws(RecipeError) -> (key: String, value: SettingsNode, source: SettingsSource) {
    let source = SettingsSource.override(override)
    guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
      throw .malformedOverride(
        source.place(1), problem: "expected KEY=VALUE, as in --set train.epochs=3")
    }
    let key = String(override[..<equals])
    guard !RecipeFile.ownWords.contains(String(key.prefix { $0 != "." })) else {
      throw .malformedOverride(
        source.place(1), problem: "only a recipe file holds '\(key)'; write a recipe of your own")
    }
    let text = String(override[override.index(after: equals)...])
    if reader.declaredKey(key)?.type == .path, !text.hasPrefix("\""), !text.hasPrefix("'") {
      // YAML readers drop the byte order mark, so no recipe file could contain this value.
      guard text.unicodeScalars.first != "\u{FEFF}" else {
        throw .malformedOverride(
          source.place(1), problem: "the path begins with a byte order mark; leave it out")
      }
      let isPlain = text.isEmpty || text == "null"
      return (key, SettingsNode(content: .scalar(text, isPlain: isPlain), line: 1), source)
    }
    let nothing = SettingsNode(content: .scalar("", isPlain: true), line: 1)
    return (key, try SettingsDocument.root(of: text, in: source) ?? nothing, source)
  }
}

/// A recipe file and its base files, read once for many runs.
public struct RecipeSource {
  let name: String
  let file: RecipeFile
  let reading: RecipeFile.Reading

  /// Reads the files.
  ///
  /// - Parameter recipesFolder: Where to look for a base that is not beside the file that names it.
  /// - Throws: The first error, as a `RecipeError`.
  public init(
    contentsOf url: URL, schema: RecipeSchema, stageNames: [String],
    sectionsOfStage: @escaping (String) -> [String], recipesFolder: URL? = nil
  ) throws(RecipeError) {
    reading = RecipeFile.Reading(
      schema: schema, stageNames: stageNames, sectionsOfStage: sectionsOfStage,
      recipesFolder: recipesFolder)
    file = try RecipeFile(contentsOf: url, reading)
    name = url.deletingPathExtension().lastPathComponent
  }

  /// The recipe with `overrides` applied.
  public func recipe(overrides: [String]) throws(RecipeError) -> Recipe {
    try Recipe(self, overrides: overrides)
  }

  /// The values that the file itself sets for a key, without those of its bases: for the key's
  /// section (the step is nil), and for each step that has its own section.
  public func ownValues(of key: RecipeSchema.Key) -> [(step: String?, value: RecipeValue)] {
    let overlays = reading.settingsReader(steps: file.steps).overlays
    let steps = overlays.filter { $0.value == key.section }.keys.sorted()
    let names: [(step: String?, name: String)] =
      [(nil, key.name)] + steps.map { ($0, $0 + key.name.dropFirst(key.section.count)) }
    return names.compactMap { step, name in
      file.settings[name].flatMap { $0.depth == 0 ? (step, $0.value) : nil }
    }
  }
}
