import Foundation
import Planning
import Recipes

/// A sweep as a file:
///
///     recipe: quickstart
///     name: rates                     # optional: by default that of the file
///     seeds: 5                        # optional: 1 to 5, or a list
///     set:
///       train.optimizer.learning-rate: [0.05, 0.1, 0.2]
///       train.schedule.milestones: [[3, 4], [5, 6]]
///       train.epochs: 3               # one value: the same for all runs
public struct SweepFile: Sendable, Equatable {
  public let recipe: String
  public let name: String
  public let seeds: [Int]
  public let sets: [Sweep.Axis]

  /// - Returns: Nil if the file has no key `recipe`, which means that it is a recipe itself.
  public init?(contentsOf url: URL) throws {
    let text = try SettingsDocument.text(of: url)
    let source = SettingsSource.file(url.relativePath)
    guard case .mapping(let entries) = try SettingsDocument.root(of: text, in: source)?.content,
      entries.contains(where: { $0.key == "recipe" })
    else { return nil }
    func error(_ entry: SettingsEntry, _ expected: String) -> SweepError {
      .fileWord(place: "\(url.relativePath):\(entry.line)", key: entry.key, expected: expected)
    }
    var (recipe, seeds, sets) = ("", [Int](), [Sweep.Axis]())
    var name = url.deletingPathExtension().lastPathComponent
    for entry in entries {
      switch entry.key {
      case "recipe", "name":
        guard let word = entry.value.text else { throw error(entry, "a name") }
        if entry.key == "recipe" { recipe = word } else { name = word }
      case "seeds":
        guard let found = try Self.seeds(entry.value) else {
          throw error(entry, "a number from 1 to 1000, or a list of seeds")
        }
        seeds = found
      case "set":
        guard case .mapping(let keys) = entry.value.content else {
          throw error(entry, "keys with their values")
        }
        sets = try keys.map { key in
          guard case .list(let items) = key.value.content else {
            return Sweep.Axis(key: key.key, values: [key.value.override])
          }
          guard !items.isEmpty else { throw error(key, "a value or a list of values") }
          let values = items.map(\.override)
          for (index, value) in values.enumerated() where values[..<index].contains(value) {
            throw SweepError.repeatedValue(key: key.key, value: value)
          }
          return Sweep.Axis(key: key.key, values: values)
        }
      default: throw error(entry, "recipe, name, seeds or set")
      }
    }
    (self.recipe, self.name, self.seeds, self.sets) = (recipe, name, seeds, sets)
  }

  private static func seeds(_ node: SettingsNode) throws(SweepError) -> [Int]? {
    switch node.content {
    case .scalar(let text, _): return Sweep.seeds(count: text)
    case .list(let items):
      var seeds: [Int] = []
      for item in items {
        guard let seed = item.text.flatMap({ Int($0) }), seed >= 0, !seeds.contains(seed) else {
          throw .seedCount(found: item.override)
        }
        seeds.append(seed)
      }
      return seeds
    case .mapping: return nil
    }
  }
}

extension Sweep {
  /// The seeds 1, 2, … of `--seeds N`; nil if N is not a number in range.
  public static func seeds(count text: String) -> [Int]? {
    guard let count = Int(text), (1...1000).contains(count) else { return nil }
    return Array(1...count)
  }
}

extension SettingsNode {
  /// The text of a scalar.
  fileprivate var text: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }
}
