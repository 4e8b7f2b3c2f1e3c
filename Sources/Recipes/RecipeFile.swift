import Foundation

/// The contents of a recipe file, merged with its base recipes.
///
///     base: pyramidnet        # pyramidnet.yaml beside this file, else the project's recipe of that name
///     base: ../other.yaml     # or a path
///
/// A file inherits its base's steps and values; its own values take precedence, key by key.
/// Its description is not inherited. If it lists steps, they replace the base's, and the base's sections
/// for removed steps are dropped.
struct RecipeFile {
  let about: String
  let steps: [RecipeStep]?
  /// By full key.
  let settings: [String: RecipeSetting]

  /// The context in which a file is read.
  struct Reading {
    let schema: RecipeSchema
    let stageNames: [String]
    let sectionsOfStage: (String) -> [String]
    /// Where to look for a base that is not beside the file that names it; nil for nowhere else.
    let recipesFolder: URL?

    /// A reader of keys for a recipe with these steps.
    func settingsReader(steps: [RecipeStep]?) -> SettingsReader {
      let renamed = (steps ?? []).filter { $0.name != $0.stage }
      let sections = Dictionary(
        uniqueKeysWithValues: renamed.map { ($0.name, sectionsOfStage($0.stage)) })
      return SettingsReader(schema: schema, steps: renamed, sectionsOfStep: sections)
    }
  }

  /// Top-level keys of a file that are not sections of the schema.
  static let ownWords = ["about", "base", "steps"]

  /// - Parameter derived: The files derived from this one, the nearest last.
  init(
    contentsOf url: URL, _ reading: Reading, derived: [URL] = []
  ) throws(RecipeError) {
    let source = SettingsSource.file(url.relativePath)
    guard let root = try SettingsDocument.root(of: try SettingsDocument.text(of: url), in: source)
    else { throw .empty(file: url.relativePath) }
    guard case .mapping(var entries) = root.content else {
      if root.kind == .null { throw .empty(file: url.relativePath) }
      throw .notAMapping(source.place(root.line), key: "", found: root.foundDescription)
    }
    about =
      try Self.text("about", "a sentence about the recipe", takenFrom: &entries, source: source)?
      .text ?? ""
    let base = try Self.base(
      takenFrom: &entries, of: url, source: source, reading, derived: derived + [url])
    let stepReader = StepReader(
      source: source, stageNames: reading.stageNames,
      reservedNames: Self.ownWords + reading.schema.sections)
    let stepsEntry = entries.firstIndex { $0.key == "steps" }.map { entries.remove(at: $0) }
    steps =
      try stepsEntry.map { entry throws(RecipeError) in
        try stepReader.steps(from: entry.value)
      } ?? base?.steps

    var own = reading.settingsReader(steps: steps)
    try own.read(entries, source: source)
    let baseOverlays = reading.settingsReader(steps: base?.steps).overlays
    let inherited = (base?.settings ?? [:]).filter { key, _ in
      let section = String(key.prefix { $0 != "." })
      return baseOverlays[section] == own.overlays[section]
    }
    settings = inherited.mapValues(\.oneRecipeFurther).merging(own.settings) { _, own in own }
  }

  /// The text of one of the file's own keys, removed from the entries.
  private static func text(
    _ word: String, _ expected: String, takenFrom entries: inout [SettingsEntry],
    source: SettingsSource
  ) throws(RecipeError) -> (text: String, place: RecipePlace)? {
    guard let index = entries.firstIndex(where: { $0.key == word }) else { return nil }
    let node = entries.remove(at: index).value
    guard case .scalar(let text, _) = node.content, node.kind == .text else {
      throw .wrongType(
        source.place(node.line), key: word, expected: expected, found: node.foundDescription,
        hint: "put it in quotes")
    }
    return (text, source.place(node.line))
  }

  private static func base(
    takenFrom entries: inout [SettingsEntry], of url: URL, source: SettingsSource,
    _ reading: Reading, derived: [URL]
  ) throws(RecipeError) -> RecipeFile? {
    guard
      let (name, place) = try text(
        "base", "the name of the recipe this one builds on", takenFrom: &entries, source: source)
    else { return nil }
    let places = basePlaces(of: name, namedIn: url, reading)
    let present = places.filter { FileManager.default.fileExists(atPath: $0.path) }
    guard !present.isEmpty else {
      let known = places.flatMap { place in
        (try? FileManager.default.contentsOfDirectory(
          atPath: place.deletingLastPathComponent().path)) ?? []
      }.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
      throw .unknownBase(
        place, name: name, suggestion: nearest(to: name, among: known.sorted()))
    }
    // A file may have the same name as the project's recipe that it builds on; it is not its own base.
    let known = derived.map(\.standardizedFileURL.path)
    guard let base = present.first(where: { !known.contains($0.standardizedFileURL.path) }) else {
      throw .baseCycle(
        place, files: (derived + [present[0]]).map { $0.deletingPathExtension().lastPathComponent })
    }
    return try RecipeFile(contentsOf: base, reading, derived: derived)
  }

  /// The files that a base may be, the one beside the file that names it first.
  private static func basePlaces(
    of name: String, namedIn url: URL, _ reading: Reading
  ) -> [URL] {
    let folder = (url.relativePath as NSString).deletingLastPathComponent
    let isPath = name.hasSuffix(".yaml")
    let file = isPath ? name : name + ".yaml"
    let path = name.hasPrefix("/") || folder.isEmpty ? file : "\(folder)/\(file)"
    let beside = URL(fileURLWithPath: path, relativeTo: url.baseURL)
    guard !isPath, !name.contains("/"), let recipes = reading.recipesFolder else { return [beside] }
    let shared = URL(
      fileURLWithPath: "\(recipes.relativePath)/\(file)", relativeTo: recipes.baseURL)
    return [beside, shared]
  }
}

extension RecipeSetting {
  /// The setting as seen from a derived recipe.
  fileprivate var oneRecipeFurther: Self {
    Self(value: value, origin: origin, depth: depth + 1)
  }
}
