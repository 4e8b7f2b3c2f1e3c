/// The attributes of one key of the schema, removed one by one; attributes left at the end are not valid
/// for the key's type.
struct SchemaAttributes {
  private let name: String
  private let line: Int
  private let source: SettingsSource
  private var left: [SettingsEntry]
  private var taken: [String] = []
  private var typeWord = ""

  init(
    of entry: SettingsEntry, name: String, source: SettingsSource
  ) throws(RecipeSchemaError) {
    guard case .mapping(let attributes) = entry.value.content else {
      throw .malformedAttribute(
        source.place(entry.value.line), key: name,
        attribute: entry.key == name ? "value" : entry.key,
        expected: "attributes such as {type: integer, default: 1, about: text}",
        found: entry.value.foundDescription)
    }
    self.name = name
    self.line = entry.line
    self.source = source
    left = attributes
  }

  mutating func take(_ attribute: String) -> SettingsNode? {
    taken.append(attribute)
    guard let index = left.firstIndex(where: { $0.key == attribute }) else { return nil }
    return left.remove(at: index).value
  }

  mutating func required(_ attribute: String) throws(RecipeSchemaError) -> SettingsNode {
    guard let node = take(attribute) else {
      throw .missingAttribute(source.place(line), key: name, attribute: attribute)
    }
    return node
  }

  /// Rejects the attributes that have not been read.
  func refuseOthers() throws(RecipeSchemaError) {
    guard let other = left.first else { return }
    throw .unknownAttribute(
      source.place(other.line), key: name, attribute: other.key, type: typeWord,
      suggestion: nearest(to: other.key, among: taken))
  }

  private func malformed(
    _ attribute: String, expected: String, found node: SettingsNode
  ) -> RecipeSchemaError {
    .malformedAttribute(
      source.place(node.line), key: name, attribute: attribute, expected: expected,
      found: node.foundDescription)
  }
}

extension SchemaAttributes {
  mutating func text(_ attribute: String) throws(RecipeSchemaError) -> String {
    let node = try required(attribute)
    guard case .scalar(let text, _) = node.content, node.kind == .text, !text.isEmpty else {
      throw malformed(attribute, expected: "text", found: node)
    }
    return text
  }

  private mutating func optionalText(
    _ attribute: String
  ) throws(RecipeSchemaError) -> String? {
    left.contains { $0.key == attribute } ? try text(attribute) : nil
  }

  mutating func boolean(_ attribute: String) throws(RecipeSchemaError) -> Bool? {
    guard let node = take(attribute) else { return nil }
    guard case .boolean(let value) = node.kind else {
      throw malformed(attribute, expected: "true or false", found: node)
    }
    return value
  }

  private mutating func number(_ attribute: String) throws(RecipeSchemaError) -> Double? {
    guard let node = take(attribute) else { return nil }
    switch node.kind {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: throw malformed(attribute, expected: "a number", found: node)
    }
  }

  private mutating func count(_ attribute: String) throws(RecipeSchemaError) -> Int? {
    guard let node = take(attribute) else { return nil }
    guard case .integer(let value) = node.kind, value >= 0 else {
      throw malformed(attribute, expected: "a count", found: node)
    }
    return value
  }
}

extension SchemaAttributes {
  /// The type that `type`, `also` and the attributes that belong to them declare.
  mutating func type() throws(RecipeSchemaError) -> RecipeType {
    let main = try typeWithoutAlternative()
    guard let node = take("also") else { return main }
    let entry = SettingsEntry(key: "also", line: node.line, value: node)
    var attributes = try SchemaAttributes(of: entry, name: name, source: source)
    let other = try attributes.typeWithoutAlternative()
    try attributes.refuseOthers()
    return .either(main, other)
  }

  private mutating func typeWithoutAlternative() throws(RecipeSchemaError) -> RecipeType {
    let node = try required("type")
    switch node.content {
    case .scalar("variants", _):
      typeWord = "variants"
      let variants = try SchemaReader.variants(
        from: try required("variants"), key: name, source: source)
      return .variants(variants)
    case .scalar(let word, _):
      typeWord = word
      return try scalarType(word, node: node)
    case .list(let items) where items.count == 1:
      guard case .scalar(let word, _) = items[0].content else { break }
      typeWord = "[\(word)]"
      let item = try scalarType(word, node: node)
      let length = RecipeType.Length(
        exactly: try count("length"), atLeast: try count("least-length"))
      return .list(item, length)
    default: break
    }
    throw malformed("type", expected: "a type, or a list of one such as [number]", found: node)
  }

  private mutating func scalarType(
    _ word: String, node: SettingsNode
  ) throws(RecipeSchemaError) -> RecipeType {
    switch word {
    case "boolean": return .boolean
    case "path": return .path
    case "integer": return .integer(try bounds())
    case "number": return .number(try bounds())
    case "amount": return .amount(try bounds())
    case "choice":
      let words = try choices()
      return .choice(words, former: try formerChoices(of: words))
    case "text": return .text(try pattern())
    default:
      throw malformed(
        "type", expected: "boolean, path, integer, number, amount, choice, text or variants",
        found: node)
    }
  }

  private mutating func bounds() throws(RecipeSchemaError) -> RecipeType.Bounds {
    RecipeType.Bounds(
      least: try number("least"), most: try number("most"), above: try number("above"),
      below: try number("below"), unit: try optionalText("unit"))
  }

  private mutating func choices() throws(RecipeSchemaError) -> [String] {
    let node = try required("choices")
    guard case .list(let items) = node.content, !items.isEmpty else {
      throw malformed("choices", expected: "a list of words", found: node)
    }
    var words: [String] = []
    for item in items {
      guard case .scalar(let word, _) = item.content, item.kind == .text, !words.contains(word)
      else { throw malformed("choices", expected: "words, each once", found: item) }
      words.append(word)
    }
    return words
  }

  /// The words of earlier versions, each with its replacement in `words`.
  private mutating func formerChoices(
    of words: [String]
  ) throws(RecipeSchemaError) -> [String: String] {
    guard let node = take("former") else { return [:] }
    guard case .mapping(let entries) = node.content else {
      throw malformed("former", expected: "a mapping of former words to choices", found: node)
    }
    var former: [String: String] = [:]
    for entry in entries {
      guard case .scalar(let word, _) = entry.value.content, words.contains(word),
        !words.contains(entry.key)
      else {
        throw malformed("former", expected: "former words, each with a choice", found: entry.value)
      }
      former[entry.key] = word
    }
    return former
  }

  private mutating func pattern() throws(RecipeSchemaError) -> RecipeType.Pattern? {
    guard let node = take("pattern") else { return nil }
    guard case .scalar(let expression, _) = node.content, node.kind == .text,
      (try? Regex(expression)) != nil
    else { throw malformed("pattern", expected: "a regular expression", found: node) }
    return RecipeType.Pattern(expression: expression, example: try text("example"))
  }
}
