extension RecipeType {
  /// The value that `node` gives to `key`, which has this type.
  ///
  /// - Throws: `RecipeError` with the place of the node, or of the item within it that is wrong.
  func value(
    of node: SettingsNode, key: String, in source: SettingsSource, schema: String
  ) throws(RecipeError) -> RecipeValue {
    let place = source.place(node.line)
    switch (self, node.content) {
    case (.either(let first, let second), _):
      let type: RecipeType? =
        first.accepts(node.kind) ? first : second.accepts(node.kind) ? second : nil
      guard let type else { throw wrongType(node, key: key, at: place) }
      return try type.value(of: node, key: key, in: source, schema: schema)
    case (.list(let item, let length), .list(let nodes)):
      guard length.contains(nodes.count) else {
        throw .wrongLength(place, key: key, expected: description, found: nodes.count)
      }
      var values: [RecipeValue] = []
      for (index, node) in nodes.enumerated() {
        let name = "\(key), item \(index + 1)"
        values.append(try item.value(of: node, key: name, in: source, schema: schema))
      }
      return .list(values)
    case (.variants(let variants), .list(let nodes)):
      var values: [RecipeValue] = []
      for node in nodes {
        values.append(
          try Self.variant(variants, from: node, key: key, in: source, schema: schema))
      }
      return .list(values)
    case (_, .scalar(let text, _)):
      return try value(of: text, node: node, key: key, at: place)
    default:
      throw wrongType(node, key: key, at: place)
    }
  }

  /// The value of a single word.
  private func value(
    of text: String, node: SettingsNode, key: String, at place: RecipePlace
  ) throws(RecipeError) -> RecipeValue {
    switch (self, node.kind) {
    case (.integer(let bounds), .integer(let value)):
      try check(Double(value), within: bounds, text: text, key: key, at: place)
      return .integer(value)
    case (.integer, .oversizedInteger):
      throw .integerOverflow(place, key: key, found: text)
    case (.number(let bounds), .integer(let value)):
      return try number(Double(value), within: bounds, text: text, key: key, at: place)
    case (.number(let bounds), .number(let value)):
      return try number(value, within: bounds, text: text, key: key, at: place)
    case (.number(let bounds), .oversizedInteger):
      guard let value = Double(text), value.isFinite else {
        throw .notFinite(place, key: key, found: text)
      }
      return try number(value, within: bounds, text: text, key: key, at: place)
    case (.amount(let bounds), .integer), (.amount(let bounds), .number),
      (.amount(let bounds), .oversizedInteger), (.amount(let bounds), .nonFinite):
      let value = try RecipeType.number(bounds).value(of: text, node: node, key: key, at: place)
      guard case .number(let number) = value, let whole = Int(exactly: number) else { return value }
      return .integer(whole)
    case (.number, .nonFinite):
      throw .notFinite(place, key: key, found: text)
    case (.boolean, .boolean(let value)):
      return .boolean(value)
    case (.choice(let words, let former), .text):
      if let word = former[text] { return .text(word) }
      guard words.contains(text) else {
        throw .unknownChoice(
          place, key: key, choices: words, found: text, suggestion: nearest(to: text, among: words))
      }
      return .text(text)
    case (.text(let pattern), .text):
      guard !text.isEmpty else { throw wrongType(node, key: key, at: place) }
      if let pattern, !pattern.matches(text) {
        throw .patternMismatch(place, key: key, example: pattern.example, found: text)
      }
      return .text(text)
    case (.path, .text):
      guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.value < 32 }) else {
        throw wrongType(node, key: key, at: place)
      }
      return .text(text)
    default:
      throw wrongType(node, key: key, at: place)
    }
  }

  private func check(
    _ number: Double, within bounds: Bounds, text: String, key: String, at place: RecipePlace
  ) throws(RecipeError) {
    guard bounds.contains(number) else {
      throw .outOfRange(place, key: key, expected: description, found: text)
    }
  }

  /// A number that is within its bounds, both as given and as a float32.
  private func number(
    _ number: Double, within bounds: Bounds, text: String, key: String, at place: RecipePlace
  ) throws(RecipeError) -> RecipeValue {
    try check(number, within: bounds, text: text, key: key, at: place)
    guard bounds.containsAsFloat32(number) else {
      throw .notFloat32(
        place, key: key, expected: description, found: text, becomes: "\(Float(number))")
    }
    return .number(number)
  }

  /// True if a value of this kind may have this type and is checked further.
  private func accepts(_ kind: SettingsNode.Kind) -> Bool {
    switch (self, kind) {
    case (.integer, .integer), (.integer, .oversizedInteger): true
    case (.number, .integer), (.number, .number), (.number, .oversizedInteger),
      (.number, .nonFinite):
      true
    case (.amount(let bounds), _): RecipeType.number(bounds).accepts(kind)
    case (.boolean, .boolean): true
    case (.text, .text), (.path, .text), (.choice, .text): true
    case (.list, .list), (.variants, .list): true
    case (.either(let first, let second), _): first.accepts(kind) || second.accepts(kind)
    default: false
    }
  }

  private func wrongType(
    _ node: SettingsNode, key: String, at place: RecipePlace
  ) -> RecipeError {
    .wrongType(
      place, key: key, expected: description, found: node.foundDescription, hint: hint(for: node))
  }

  private func hint(for node: SettingsNode) -> String {
    switch (self, node.content, node.kind) {
    case (_, _, .null): "give it a value, or leave the key out"
    case (.boolean, .scalar(let word, _), _) where ["yes", "on"].contains(word.lowercased()):
      "write true"
    case (.boolean, .scalar(let word, _), _) where ["no", "off"].contains(word.lowercased()):
      "write false"
    case (.integer, .scalar(_, isPlain: false), _), (.number, .scalar(_, isPlain: false), _),
      (.amount, .scalar(_, isPlain: false), _), (.boolean, .scalar(_, isPlain: false), _):
      "write it without quotes"
    case (.integer, _, _), (.number, _, _), (.amount, _, _):
      "write decimal digits, as in 50000 or 1.0e-8"
    case (.text, .scalar, _), (.path, .scalar, _): "put it in quotes"
    case (.list, .scalar(let text, _), _): "write it in brackets, as in [\(onOneLine(text))]"
    case (.variants, .scalar(let text, _), _): "write it in brackets, as in [\(onOneLine(text))]"
    default: ""
    }
  }
}

extension RecipeType.Pattern {
  /// True if the expression matches the whole text.
  func matches(_ text: String) -> Bool {
    guard let expression = try? Regex(expression) else { return false }
    return text.wholeMatch(of: expression) != nil
  }
}

extension RecipeType {
  /// An item of a variants list: a name, or a name with options, as an object with every option.
  private static func variant(
    _ variants: [Variant], from node: SettingsNode, key: String, in source: SettingsSource,
    schema: String
  ) throws(RecipeError) -> RecipeValue {
    let names = variants.map(\.name)
    let (name, line, options) = try variantParts(of: node, names: names, key: key, in: source)
    guard let variant = variants.first(where: { $0.name == name }) else {
      throw .unknownChoice(
        source.place(line), key: key, choices: names, found: name,
        suggestion: nearest(to: name, among: names))
    }
    var given: [String: RecipeValue] = [:]
    for option in options {
      let path = "\(key).\(name).\(option.key)"
      guard let declared = variant.options.first(where: { $0.name == option.key }) else {
        let near = nearest(to: option.key, among: variant.options.map(\.name))
        throw .unknownKey(
          source.place(option.line), key: path,
          suggestions: near.map { ["\(key).\(name).\($0)"] } ?? [],
          schema: schema)
      }
      given[option.key] = try declared.type.value(
        of: option.value, key: path, in: source, schema: schema)
    }
    let members = variant.options.map { (key: $0.name, value: given[$0.name] ?? $0.defaultValue) }
    return .object([(key: name, value: .object(members))])
  }

  /// The name, its line and the options of an item.
  private static func variantParts(
    of node: SettingsNode, names: [String], key: String, in source: SettingsSource
  ) throws(RecipeError) -> (name: String, line: Int, options: [SettingsEntry]) {
    switch (node.content, node.kind) {
    case (.scalar(let name, _), .text): return (name, node.line, [])
    case (.mapping(let entries), _) where entries.count == 1:
      let entry = entries[0]
      switch (entry.value.content, entry.value.kind) {
      case (.mapping(let options), _): return (entry.key, entry.line, options)
      case (_, .null): return (entry.key, entry.line, [])
      default:
        throw .notAMapping(
          source.place(entry.value.line), key: "\(key).\(entry.key)",
          found: entry.value.foundDescription)
      }
    default:
      throw .wrongType(
        source.place(node.line), key: key, expected: joined(names, by: "or"),
        found: node.foundDescription,
        hint: "write a name, or a name and its options as in {name: {option: value}}")
    }
  }
}
