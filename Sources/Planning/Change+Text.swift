import Recipes

extension KeyChange {
  /// The change in words, `train.epochs: 2 → 3`; without an origin, and for code without the files.
  func text(schema: RecipeSchema) -> String {
    let old = old.map(Self.shortened) ?? "absent"
    let new = new.map(Self.shortened) ?? "absent"
    return switch kind {
    case .recipe: "\(name): \(old) → \(new)"
    case .input: "input \(name): \(old) → \(new)"
    case .code: "code: \(old) → \(new)"
    case .outputs: "outputs in stages/graph.yaml: \(old) → \(new)"
    case .format, .stage: "\(name): \(old) → \(new)"
    }
  }

  /// Digests are cut to their first digits.
  static func shortened(_ value: String) -> String {
    let words = value.split(separator: " ", omittingEmptySubsequences: false).map { word in
      word.utf8.count >= 32 && word.allSatisfy(\.isHexDigit) ? word.prefix(12) + "…" : word
    }
    return words.joined(separator: " ")
  }
}

/// The difference between two lists of source files.
struct CodeDifference {
  let changed: [String]
  let added: [String]
  let removed: [String]

  init(from old: [CodeInventory.CodeFile], to new: [CodeInventory.CodeFile]) {
    let before = Dictionary(old.map { ($0.file, $0.digest) }) { first, _ in first }
    let after = Set(new.map(\.file))
    changed = new.filter { file in before[file.file].map { $0 != file.digest } ?? false }
      .map(\.file)
    added = new.filter { before[$0.file] == nil }.map(\.file)
    removed = old.filter { !after.contains($0.file) }.map(\.file)
  }

  /// The files in words: at most five names, then the number of others.
  var text: String {
    let names = changed + added.map { "\($0) (new)" } + removed.map { "\($0) (gone)" }
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
