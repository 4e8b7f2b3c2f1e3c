/// Reads the relations of one key to others, once all of them are known:
///
///     applies: {train.optimizer.kind: sgd}               # when it has an effect
///     applies: {split.validation: {not: test}}
///     applies: [{a.b: [x, y], c.d: true}, {e.f: 1}]      # all of either list
///     at-most: train.optimizer.learning-rate             # the number that it must not exceed
struct SchemaRelations {
  static let attributes = ["applies", "at-most"]

  let keys: [RecipeSchema.Key]
  let source: SettingsSource
  let file: String

  private func node(_ attribute: String, of entry: SettingsEntry) -> SettingsNode? {
    guard case .mapping(let attributes) = entry.value.content else { return nil }
    return attributes.first { $0.key == attribute }?.value
  }

  private func malformed(
    _ attribute: String, of entry: SettingsEntry, expected: String, found node: SettingsNode
  ) -> RecipeSchemaError {
    .malformedAttribute(
      source.place(node.line), key: entry.key, attribute: attribute, expected: expected,
      found: node.foundDescription)
  }

  private func declared(
    _ name: String, named attribute: String, of entry: SettingsEntry, at node: SettingsNode
  ) throws(RecipeSchemaError) -> RecipeSchema.Key {
    guard let key = keys.first(where: { $0.name == name }), name != entry.key else {
      throw malformed(attribute, of: entry, expected: "other keys of the schema", found: node)
    }
    return key
  }
}

extension SchemaRelations {
  /// The attribute `applies`; empty if there is none.
  func conditions(
    of entry: SettingsEntry
  ) throws(RecipeSchemaError) -> [[RecipeSchema.Condition]] {
    guard let node = node("applies", of: entry) else { return [] }
    let alternatives =
      if case .list(let items) = node.content { items } else { [node] }
    var conditions: [[RecipeSchema.Condition]] = []
    for alternative in alternatives {
      guard case .mapping(let members) = alternative.content, !members.isEmpty else {
        throw malformed(
          "applies", of: entry, expected: "conditions such as {train.optimizer.kind: sgd}",
          found: alternative)
      }
      var all: [RecipeSchema.Condition] = []
      for member in members { all.append(try condition(member, of: entry)) }
      conditions.append(all)
    }
    return conditions
  }

  /// `key: value`, `key: [value, …]`, `key: {not: value}` or `key: {not: [value, …]}`.
  private func condition(
    _ member: SettingsEntry, of entry: SettingsEntry
  ) throws(RecipeSchemaError) -> RecipeSchema.Condition {
    let key = try declared(member.key, named: "applies", of: entry, at: member.value)
    var node = member.value
    var isNegated = false
    if case .mapping(let words) = node.content, words.count == 1, words[0].key == "not" {
      node = words[0].value
      isNegated = true
    }
    let nodes = if case .list(let items) = node.content { items } else { [node] }
    var values: [RecipeValue] = []
    for node in nodes { values.append(try value(node, of: key)) }
    return RecipeSchema.Condition(key: key.name, values: values, isNegated: isNegated)
  }

  /// A value of the key's type; a text is a regular expression.
  private func value(
    _ node: SettingsNode, of key: RecipeSchema.Key
  ) throws(RecipeSchemaError) -> RecipeValue {
    if node.kind == .null, key.defaultValue == .null { return .null }
    if case .text = key.type, case .scalar(let text, _) = node.content { return .text(text) }
    do {
      return try key.type.value(of: node, key: key.name, in: source, schema: file)
    } catch {
      throw .rejectedCondition(error)
    }
  }

  /// The attribute `at-most`; nil if there is none.
  func limitingKey(of entry: SettingsEntry) throws(RecipeSchemaError) -> String? {
    guard let node = node("at-most", of: entry) else { return nil }
    guard case .scalar(let name, _) = node.content,
      case .number = try declared(name, named: "at-most", of: entry, at: node).type,
      case .number = keys.first(where: { $0.name == entry.key })?.type
    else {
      throw malformed("at-most", of: entry, expected: "another key of type number", found: node)
    }
    return name
  }
}

extension RecipeSchema {
  /// The condition that another key has one of several values, or none of them.
  public struct Condition: Sendable, Equatable {
    /// The other key.
    public let key: String
    let values: [RecipeValue]
    let isNegated: Bool

    /// Whether it holds if the other key has this value.
    func holds(for value: RecipeValue) -> Bool {
      values.contains { $0 == value || matches($0, value) } != isNegated
    }

    private func matches(_ expression: RecipeValue, _ value: RecipeValue) -> Bool {
      guard case .text(let expression) = expression, case .text(let text) = value else {
        return false
      }
      return RecipeType.Pattern(expression: expression, example: "").matches(text)
    }
  }
}

extension RecipeSchema.Condition: CustomStringConvertible {
  /// In words: `train.optimizer.kind is adam or adamw`.
  public var description: String {
    if values == [.null] { return "\(key) is \(isNegated ? "given" : "left out")" }
    let words = values.map { value in
      if case .text(let text) = value { text } else { value.canonicalText }
    }
    return "\(key) is \(isNegated ? "not " : "")\(joined(words, by: "or"))"
  }
}
