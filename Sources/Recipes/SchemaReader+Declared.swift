import CheckedNumbers
import Declarations

extension SchemaReader {
  /// The keys that the program declares for an entry with `declared: true`: the key of that name, or those
  /// of the group of that name. Nil if the entry defines the key itself.
  static func declared(
    by entry: SettingsEntry, among settings: [DeclaredSetting], source: SettingsSource
  ) throws(RecipeSchemaError) -> [DeclaredSetting]? {
    guard case .mapping(let attributes) = entry.value.content,
      let declared = attributes.first(where: { $0.key == "declared" })
    else { return nil }
    guard declared.value.kind == .boolean(true) else {
      throw .malformedAttribute(
        source.place(declared.line), key: entry.key, attribute: "declared", expected: "true",
        found: declared.value.foundDescription)
    }
    if let other = attributes.first(where: { $0.key != "declared" }) {
      throw .unknownAttribute(
        source.place(other.line), key: entry.key, attribute: other.key, type: "declared",
        suggestion: nil)
    }
    let found = settings.filter {
      $0.name == entry.key || $0.name.hasPrefix(entry.key + ".")
    }
    guard !found.isEmpty else { throw .undeclared(source.place(entry.line), name: entry.key) }
    return found
  }
}

extension RecipeSchema.Key {
  init(_ setting: DeclaredSetting) {
    self.init(
      name: setting.name, type: RecipeType(setting.kind),
      defaultValue: setting.defaultValue.map { RecipeValue($0, of: setting.kind) } ?? .null,
      isPresentation: false, isAddition: setting.isAddition, about: setting.about)
  }
}

extension SchemaRelations {
  /// The conditions under which a declared key has an effect.
  func conditions(
    of setting: DeclaredSetting, at entry: SettingsEntry
  ) throws(RecipeSchemaError) -> [[RecipeSchema.Condition]] {
    var alternatives: [[RecipeSchema.Condition]] = []
    for conditions in setting.conditions {
      var all: [RecipeSchema.Condition] = []
      for condition in conditions { all.append(try self.condition(condition, at: entry)) }
      alternatives.append(all)
    }
    return alternatives
  }

  private func condition(
    _ condition: DeclaredSetting.Condition, at entry: SettingsEntry
  ) throws(RecipeSchemaError) -> RecipeSchema.Condition {
    guard let other = keys.first(where: { $0.name == condition.key }) else {
      throw .undeclared(source.place(entry.line), name: condition.key)
    }
    let values = condition.values.map { value -> RecipeValue in
      if case .number = other.type, let number = Double(setting: value) { return .number(number) }
      return RecipeValue(value)
    }
    return RecipeSchema.Condition(
      key: condition.key, values: values.isEmpty ? [.null] : values, isNegated: condition.isNegated)
  }
}

extension RecipeType {
  init(_ kind: SettingKind) {
    switch kind {
    case .boolean: self = .boolean
    case .integer(let range): self = .integer(Bounds(range))
    case .number(let range): self = .number(Bounds(range))
    case .choice(let words): self = .choice(words, former: [:])
    case .text(let pattern, let example):
      self = .text(Pattern(expression: pattern, example: example))
    case .integers(let range, let count):
      self = .list(.integer(Bounds(range)), Length(exactly: nil, atLeast: count.lowerBound))
    }
  }
}

extension RecipeType.Bounds {
  fileprivate init(_ range: SettingRange) {
    self.init(least: range.least, most: range.most, above: range.above, below: range.below)
  }
}

extension RecipeValue {
  fileprivate init(_ value: SettingValue) {
    switch value {
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .text(let value): self = .text(value)
    case .integers(let values): self = .list(values.map(RecipeValue.integer))
    }
  }

  /// A key of type number holds a number, even if it is an integer.
  fileprivate init(_ value: SettingValue, of kind: SettingKind) {
    if case .number = kind, case .integer(let whole) = value {
      self = .number(Double(whole))
    } else {
      self.init(value)
    }
  }
}
