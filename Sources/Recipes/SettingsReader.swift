/// Walks a recipe's mappings, nested and dotted, and checks every key and value.
struct SettingsReader {
  let schema: RecipeSchema
  /// The steps whose names differ from their stages'.
  let steps: [RecipeStep]
  let sectionsOfStep: [String: [String]]
  let overlays: [String: String]
  private let groups: Set<String>

  /// The settings read so far, by full key.
  private(set) var settings: [String: RecipeSetting] = [:]
  private var places: [String: RecipePlace] = [:]

  init(schema: RecipeSchema, steps: [RecipeStep], sectionsOfStep: [String: [String]]) {
    self.schema = schema
    self.steps = steps
    self.sectionsOfStep = sectionsOfStep
    overlays = sectionsOfStep.compactMapValues { $0.count == 1 ? $0[0] : nil }
    groups = schema.groups
  }

  mutating func read(
    _ entries: [SettingsEntry], below prefix: String = "", source: SettingsSource
  ) throws(RecipeError) {
    for entry in entries {
      let name = prefix + entry.key
      let place = source.place(entry.line)
      if let key = declaredKey(name) {
        try set(name, to: entry, type: key, source: source)
      } else if groups.contains(inSchema(name)) {
        switch (entry.value.content, entry.value.kind) {
        case (.mapping(let members), _): try read(members, below: name + ".", source: source)
        case (_, .null): break  // A section whose lines are all commented out.
        default:
          throw .notAMapping(place, key: name, found: entry.value.foundDescription)
        }
      } else if let step = steps.first(where: { $0.name == name.prefix { $0 != "." } }),
        overlays[step.name] == nil
      {
        throw .noOwnSection(
          place, step: step.name, stage: step.stage,
          sections: sectionsOfStep[step.name] ?? [])
      } else {
        throw .unknownKey(
          place, key: name, suggestions: suggestions(for: name), schema: schema.file)
      }
    }
  }

  private mutating func set(
    _ name: String, to entry: SettingsEntry, type key: RecipeSchema.Key, source: SettingsSource
  ) throws(RecipeError) {
    let place = source.place(entry.line)
    if let other = places[name] { throw .duplicateKey(place, key: name, other: other) }
    places[name] = place
    let isAbsent = entry.value.kind == .null && key.defaultValue == .null
    // The position of an absent word is the next word's; the key's line is the one to show.
    let node =
      entry.value.kind == .null
      ? SettingsNode(content: entry.value.content, line: entry.line) : entry.value
    let value =
      isAbsent
      ? .null : try key.type.value(of: node, key: name, in: source, schema: schema.file)
    settings[name] = RecipeSetting(value: value, origin: source.origin(entry.line))
  }

  /// The schema's key for a full name in a recipe: `refit.epochs` is declared as `train.epochs`.
  func declaredKey(_ name: String) -> RecipeSchema.Key? {
    schema[inSchema(name)]
  }

  private func inSchema(_ name: String) -> String {
    let section = String(name.prefix { $0 != "." })
    return (overlays[section] ?? section) + name.dropFirst(section.count)
  }

  private func suggestions(for name: String) -> [String] {
    let known = schema.keys.map(\.name)
    let own = overlays.sorted { $0.key < $1.key }.flatMap { step, section in
      known.filter { $0.hasPrefix(section + ".") }.map { step + $0.dropFirst(section.count) }
    }
    let isOwn = overlays.keys.contains { name.hasPrefix($0 + ".") }
    return keySuggestions(
      for: name, among: isOwn ? own + known : known,
      groups: groups.union(RecipeFile.ownWords).union(overlays.keys))
  }
}
