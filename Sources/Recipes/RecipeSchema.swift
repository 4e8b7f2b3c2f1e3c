import Declarations
import Foundation

/// The schema: every key that a recipe may have, with its type, range, unit and default.
public struct RecipeSchema: Sendable {
  /// One key.
  public struct Key: Sendable, Equatable {
    /// The full name, `train.optimizer.kind`; for an option of a variant its own name, `padding`.
    public let name: String
    public let type: RecipeType
    /// The value if a recipe leaves the key out; `.null` if it may be absent.
    public let defaultValue: RecipeValue
    /// True if the key changes only printed output; it does not enter cache keys.
    public let isPresentation: Bool
    /// True if the key was added later: its default describes the earlier behaviour and is part of
    /// neither cache keys nor resolved recipes.
    public let isAddition: Bool
    /// What the key means, in one sentence without a full stop.
    public let about: String
    /// The key has an effect if all conditions of one of these lists hold; always if
    /// there is no list.
    public internal(set) var applies: [[Condition]] = []
    /// The key whose number this one must not exceed; both have type number.
    public internal(set) var atMost: String?

    /// The first word of the name: `train`.
    public var section: String { String(name.prefix { $0 != "." }) }
  }

  /// The path of the schema file, as given.
  public let file: String
  /// The keys in the order of the file.
  public let keys: [Key]
  /// The first words of the keys, in the order of the file: dataset, split, …
  public let sections: [String]
  /// The prefixes of keys: `train`, `train.optimizer`, …
  let groups: Set<String>

  private let indices: [String: Int]

  /// Reads and checks a schema file.
  ///
  /// - Parameter declared: The keys that the program declares; the file selects those that it
  ///   names.
  public init(
    contentsOf url: URL, declared: [DeclaredSetting] = []
  ) throws(RecipeSchemaError) {
    self.init(
      file: url.relativePath, keys: try SchemaReader.keys(inFile: url, declared: declared))
  }

  private init(file: String, keys: [Key]) {
    self.file = file
    self.keys = keys
    indices = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.name, $0) })
    sections = Self.sections(of: keys)
    groups = Self.groups(of: keys)
  }

  /// The key called `name`, or nil.
  public subscript(name: String) -> Key? {
    indices[name].map { keys[$0] }
  }

  private static func sections(of keys: [Key]) -> [String] {
    var sections: [String] = []
    for key in keys where sections.last != key.section && !sections.contains(key.section) {
      sections.append(key.section)
    }
    return sections
  }

  private static func groups(of keys: [Key]) -> Set<String> {
    var groups: Set<String> = []
    for key in keys {
      var name = key.name[...]
      while let dot = name.lastIndex(of: ".") {
        name = name[..<dot]
        groups.insert(String(name))
      }
    }
    return groups
  }
}

/// The keys that `name` most likely misspells, best first, at most three.
///
/// First those that only miss the right section (`train.learning-rate` for
/// `train.optimizer.learning-rate`), those in the given section before others; then the one whose
/// whole name is nearest; then the one whose last word is.
func keySuggestions(for name: String, among keys: [String], groups: some Sequence<String>)
  -> [String]
{
  func lastWord(_ name: String) -> String {
    name.split(separator: ".").last.map(String.init) ?? name
  }
  let (word, section) = (lastWord(name), name.prefix { $0 != "." })
  let misplaced = keys.filter { lastWord($0) == word }
  let here = misplaced.filter { $0.prefix { $0 != "." } == section }
  let found = here.isEmpty ? misplaced : here
  if !found.isEmpty { return plainest(found) }
  if let near = nearest(to: name, among: keys + groups.sorted()) { return [near] }
  guard let near = nearest(to: word, among: keys.map(lastWord)) else { return [] }
  return plainest(keys.filter { lastWord($0) == near })
}

/// Three of the keys. Keys of a group within a group, which repeat keys above it, are used only if
/// there are no others.
private func plainest(_ keys: [String]) -> [String] {
  let plain = keys.filter { key in key.count { $0 == "." } < 3 }
  return Array((plain.isEmpty ? keys : plain).prefix(3))
}
