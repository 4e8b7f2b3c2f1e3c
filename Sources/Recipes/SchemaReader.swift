import Declarations
import Foundation

/// Reads and checks the schema file.
enum SchemaReader {
  /// A key of the schema, and the entry of the file that it comes from.
  private struct Item {
    let entry: SettingsEntry
    /// Nil if the entry defines the key itself.
    let declared: DeclaredSetting?
    var key: RecipeSchema.Key
  }

  /// - Parameter declared: The declared keys, for entries with `declared: true`.
  static func keys(
    inFile url: URL, declared: [DeclaredSetting]
  ) throws(RecipeSchemaError) -> [RecipeSchema.Key] {
    let source = SettingsSource.file(url.relativePath)
    var items = try items(of: keyEntries(in: url, source: source), declared, source: source)
    let relations = SchemaRelations(keys: items.map(\.key), source: source, file: source.file)
    for (index, item) in items.enumerated() {
      if let setting = item.declared {
        items[index].key.applies = try relations.conditions(of: setting, at: item.entry)
      } else {
        items[index].key.applies = try relations.conditions(of: item.entry)
        items[index].key.atMost = try relations.limitingKey(of: item.entry)
      }
    }
    let names = Set(items.map(\.key.name))
    for item in items {
      let name = item.key.name
      for dot in name.indices where name[dot] == "." && names.contains(String(name[..<dot])) {
        throw .keyIsSection(
          source.place(item.entry.line), name: String(name[..<dot]), of: name)
      }
    }
    return items.map(\.key)
  }

  /// The keys in the order of their entries, without their relations to each other.
  private static func items(
    of entries: [SettingsEntry], _ declared: [DeclaredSetting], source: SettingsSource
  ) throws(RecipeSchemaError) -> [Item] {
    var items: [Item] = []
    for entry in entries {
      let name = entry.key
      let isReserved = ["about.", "steps."].contains { name.hasPrefix($0) }
      let words = name.split(separator: ".", omittingEmptySubsequences: false)
      guard words.count >= 2, words.allSatisfy({ isKebabCase($0) }), !isReserved else {
        throw .malformedName(source.place(entry.line), name: name)
      }
      if let settings = try Self.declared(by: entry, among: declared, source: source) {
        items += settings.map { Item(entry: entry, declared: $0, key: RecipeSchema.Key($0)) }
      } else {
        let key = try key(from: entry, source: source, isOption: false)
        items.append(Item(entry: entry, declared: nil, key: key))
      }
    }
    var names: Set<String> = []
    for item in items where !names.insert(item.key.name).inserted {
      throw .declaredTwice(source.place(item.entry.line), name: item.key.name)
    }
    return items
  }

  /// The members of `keys:`, after the file's top level has been checked.
  private static func keyEntries(
    in url: URL, source: SettingsSource
  ) throws(RecipeSchemaError) -> [SettingsEntry] {
    let root: SettingsNode?
    do {
      root = try SettingsDocument.root(of: try SettingsDocument.text(of: url), in: source)
    } catch {
      throw .document(error)
    }
    guard let root, case .mapping(let entries) = root.content else {
      throw .unknownFormat(
        source.place(root?.line ?? 1), found: root?.foundDescription ?? "an empty file")
    }
    if let other = entries.first(where: { $0.key != "format" && $0.key != "keys" }) {
      throw .unknownFormat(source.place(other.line), found: "the key '\(onOneLine(other.key))'")
    }
    guard let format = entries.first(where: { $0.key == "format" }) else {
      throw .unknownFormat(source.place(1), found: "no format")
    }
    guard format.value.kind == .integer(1) else {
      throw .unknownFormat(source.place(format.line), found: format.value.foundDescription)
    }
    guard let keys = entries.first(where: { $0.key == "keys" }),
      case .mapping(let members) = keys.value.content
    else { throw .unknownFormat(source.place(1), found: "no mapping of keys") }
    return members
  }

  /// - Parameter isOption: Whether it is an option of a variant, which has no relations to keys.
  private static func key(
    from entry: SettingsEntry, source: SettingsSource, isOption: Bool
  ) throws(RecipeSchemaError) -> RecipeSchema.Key {
    var attributes = try SchemaAttributes(of: entry, name: entry.key, source: source)
    let type = try attributes.type()
    let about = try attributes.text("about")
    let isPresentation = try attributes.boolean("presentation") ?? false
    // A list of variants enters cache keys as a whole, with all options.
    let isAddition = try isOption ? false : attributes.boolean("added") ?? false
    let given = try attributes.required("default")
    if !isOption {
      // These are read when all keys are known.
      for attribute in SchemaRelations.attributes { _ = attributes.take(attribute) }
    }
    try attributes.refuseOthers()
    let value: RecipeValue
    do {
      value =
        given.kind == .null
        ? .null : try type.value(of: given, key: entry.key, in: source, schema: source.file)
    } catch {
      throw .rejectedDefault(error)
    }
    return RecipeSchema.Key(
      name: entry.key, type: type, defaultValue: value, isPresentation: isPresentation,
      isAddition: isAddition, about: about)
  }

  /// The variants of a list, each a name with options that are declared as keys are.
  static func variants(
    from node: SettingsNode, key name: String, source: SettingsSource
  ) throws(RecipeSchemaError) -> [RecipeType.Variant] {
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      throw .malformedAttribute(
        source.place(node.line), key: name, attribute: "variants",
        expected: "names with their options", found: node.foundDescription)
    }
    var variants: [RecipeType.Variant] = []
    for entry in entries {
      let options: [SettingsEntry]
      switch (entry.value.content, entry.value.kind) {
      case (.mapping(let members), _): options = members
      case (_, .null): options = []
      default:
        throw .malformedAttribute(
          source.place(entry.value.line), key: name, attribute: onOneLine(entry.key),
          expected: "options", found: entry.value.foundDescription)
      }
      for named in [entry] + options where !isKebabCase(named.key) {
        throw .malformedName(source.place(named.line), name: named.key)
      }
      var keys: [RecipeSchema.Key] = []
      for option in options {
        keys.append(try key(from: option, source: source, isOption: true))
      }
      variants.append(RecipeType.Variant(name: entry.key, options: keys))
    }
    return variants
  }
}
