import Foundation

/// Where a value of a recipe comes from.
public enum RecipeOrigin: Sendable, Equatable, CustomStringConvertible {
  /// The schema, because the recipe leaves the key out.
  case `default`
  case file(path: String, line: Int)
  /// A `--set` of the command line.
  case override

  public var description: String {
    switch self {
    case .default: "default"
    case .file(let path, let line): "\(path):\(line)"
    case .override: "--set"
    }
  }
}

/// A recipe that the schema has accepted: every key has a value and an origin.
///
///     about: one sentence
///     base: resnet20                                  # optional: the recipe this one changes
///     steps: [fetch-and-parse, …, refit: train]       # optional
///     train: {epochs: 200, optimizer.kind: sgd}       # nested or dotted, as one likes
///     refit: {epochs: 10}                             # laid over train's section for that step
///
/// A step whose name is not its stage's may have a section of its own, where its stage reads exactly
/// one section: what it gives goes before the stage's section, and that before the defaults. Within
/// each, a `--set` goes before the file.
public struct Recipe: Sendable {
  /// The file's name without its ending.
  public let name: String
  /// The recipe's sentence about itself; empty where it has none.
  public let about: String
  /// The steps in their order; nil for the default steps of the graph.
  public let steps: [RecipeStep]?

  let schema: RecipeSchema
  /// The steps that are run with a section, by section; nil stands for the section itself, where the
  /// recipe lists no steps.
  let readers: [String: [String?]]
  /// Steps that have, or may have, a section of their own: the section of the schema it overlays.
  let overlays: [String: String]
  /// What the file, those it builds on and the command line give, by full key, `train.epochs` or
  /// `refit.epochs`.
  let settings: [String: RecipeSetting]

  /// The value that the step called `instance` is run with, or where it is nil, that of the key's own
  /// section.
  ///
  /// - Precondition: the schema has a key called `key`.
  public func value(
    of key: String, instance: String? = nil
  ) -> (value: RecipeValue, origin: RecipeOrigin) {
    guard let declared = schema[key] else {
      preconditionFailure("the schema \(schema.file) has no key '\(key)'")
    }
    if let instance, overlays[instance] == declared.section,
      let own = settings[instance + key.dropFirst(declared.section.count)]
    {
      return (own.value, own.origin)
    }
    if let setting = settings[key] { return (setting.value, setting.origin) }
    return (declared.defaultValue, .default)
  }

  /// The full keys that `reads` names, in the schema's order: a section or group (`train`,
  /// `train.optimizer`) stands for every key below it, a full key for itself.
  public func keys(matching reads: [String]) -> [String] {
    schema.keys.map(\.name).filter { name in
      reads.contains { name == $0 || name.hasPrefix($0 + ".") }
    }
  }

  /// What a stage is handed as its settings: an object, nested along the dots, that holds every key
  /// that `reads` names, as the step called `instance` is run with it.
  public func settings(matching reads: [String], instance: String? = nil) -> RecipeValue {
    RecipeValue(
      nesting: keys(matching: reads).map {
        (key: $0, value: value(of: $0, instance: instance).value)
      })
  }
}

/// A value that a recipe or a `--set` gives.
struct RecipeSetting: Sendable {
  let value: RecipeValue
  let origin: RecipeOrigin
  /// How many recipes build on the one that gives it, one on the other: 0 for the recipe itself.
  var depth = 0
}
