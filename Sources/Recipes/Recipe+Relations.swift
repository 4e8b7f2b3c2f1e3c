/// A value that a recipe or a `--set` gives without effect, because another key has a value that makes it
/// irrelevant.
public struct IneffectiveKey: Sendable, Equatable, CustomStringConvertible {
  /// As given: `train.optimizer.momentum`, or `refit.optimizer.momentum` in a step's own section.
  public let key: String
  public let origin: RecipeOrigin
  /// The other key's value that makes it irrelevant; nil if no step reads the key.
  public let circumstance: String?
  /// When it has an effect.
  public let condition: String

  /// One line, without a full stop.
  public var description: String {
    "\(key) (\(origin)) has no effect "
      + (circumstance.map { "where \($0); it counts where \(condition)" }
        ?? "because no step of the recipe reads it")
  }
}

extension Recipe {
  /// The steps that read each section, including those whose own section overrides it.
  static func readers(
    of sections: [String], steps: [RecipeStep]?, overlays: [String: String],
    sectionsOfStage: (String) -> [String]
  ) -> [String: [String?]] {
    guard let steps else {
      return Dictionary(uniqueKeysWithValues: sections.map { ($0, [nil]) })
    }
    return Dictionary(
      uniqueKeysWithValues: sections.map { section in
        let reading = steps.filter { step in
          sectionsOfStage(step.stage).contains {
            $0 == section || $0.hasPrefix(section + ".")
          }
        }
        return (section, reading.map { Optional($0.name) })
      })
  }

  /// The values that are given without effect, in the schema's order.
  ///
  /// Values of a base recipe that the derived recipe makes ineffective are not among them: a derived recipe
  /// states only what changes. Nor are defaults that a file repeats, as resolved
  /// recipes do.
  public var ineffectiveKeys: [IneffectiveKey] {
    schema.keys.flatMap { key -> [IneffectiveKey] in
      let sections = [key.section] + overlays.filter { $0.value == key.section }.keys.sorted()
      return sections.compactMap { section in
        let name = section + key.name.dropFirst(key.section.count)
        guard let setting = settings[name], setting.value != .null,
          setting.value != key.defaultValue || setting.origin == .override
        else { return nil }
        return ineffective(key, name, setting, in: section)
      }
    }
  }

  private func ineffective(
    _ key: RecipeSchema.Key, _ name: String, _ setting: RecipeSetting, in section: String
  ) -> IneffectiveKey? {
    let isOverlay = section != key.section
    let steps =
      isOverlay
      ? [Optional(section)]
      : (readers[key.section] ?? []).filter { step in
        guard let step, overlays[step] == key.section else { return true }
        return settings[step + key.name.dropFirst(key.section.count)] == nil
      }
    guard !steps.isEmpty else {
      return IneffectiveKey(key: name, origin: setting.origin, circumstance: nil, condition: "")
    }
    guard !key.applies.isEmpty, !steps.contains(where: { applies(key, to: $0) }) else { return nil }
    let failing = steps.flatMap { step in
      key.applies.joined().filter { !holds($0, for: step) }.map { (condition: $0, step: step) }
    }
    guard let first = failing.first else { return nil }
    let isSuperseded = failing.contains { condition, step in
      guard let other = self.setting(of: condition.key, for: step), other.origin != .override
      else { return false }
      return other.depth < setting.depth
    }
    if isSuperseded { return nil }
    let (value, _) = value(of: first.condition.key, step: first.step)
    // Of several ways to make it count, those by keys added later are left to the list of keys.
    let usual = key.applies.filter { all in
      !all.contains { schema[$0.key]?.isAddition == true }
    }
    let alternatives = (usual.isEmpty ? key.applies : usual).map {
      joined($0.map(\.description), by: "and")
    }
    return IneffectiveKey(
      key: name, origin: setting.origin,
      circumstance: "\(first.condition.key) is \(value == .null ? "left out" : value.shownText)",
      condition: joined(alternatives, by: "or"))
  }

  /// Whether the key has an effect on `step`.
  func applies(_ key: RecipeSchema.Key, to step: String?) -> Bool {
    key.applies.isEmpty
      || key.applies.contains { $0.allSatisfy { holds($0, for: step) } }
  }

  private func holds(_ condition: RecipeSchema.Condition, for step: String?) -> Bool {
    condition.holds(for: value(of: condition.key, step: step).value)
  }

  /// The setting that gives a key its value for a step; nil for the default.
  private func setting(of key: String, for step: String?) -> RecipeSetting? {
    let rest = key.drop { $0 != "." }
    if let step, overlays[step] == schema[key]?.section, let own = settings[step + rest] {
      return own
    }
    return settings[key]
  }
}

extension Recipe {
  /// Checks, for each step, the numbers that must not exceed another key's.
  func checkLimits() throws(RecipeError) {
    for key in schema.keys {
      guard let other = key.atMost else { continue }
      for step in readers[key.section] ?? [] where applies(key, to: step) {
        guard case .number(let value) = value(of: key.name, step: step).value,
          case .number(let limit) = self.value(of: other, step: step).value, value > limit
        else { continue }
        throw .aboveOther(
          place(of: key.name, for: step), key: key.name,
          found: RecipeValue.number(value).canonicalText, other: other,
          limit: RecipeValue.number(limit).canonicalText,
          otherPlace: self.value(of: other, step: step).origin.description)
      }
    }
  }

  /// Where the value of a key is set; for a default, the start of the schema.
  private func place(of key: String, for step: String?) -> RecipePlace {
    let (value, origin) = value(of: key, step: step)
    switch origin {
    case .file(let path, let line): return .line(file: path, number: line)
    case .override: return .override("\(key)=\(value.canonicalText)")
    case .default: return .line(file: schema.file, number: 1)
    }
  }
}

extension RecipeValue {
  /// The value for use in a sentence: text without quotes.
  fileprivate var shownText: String {
    if case .text(let text) = self { onOneLine(text) } else { onOneLine(canonicalText) }
  }
}
