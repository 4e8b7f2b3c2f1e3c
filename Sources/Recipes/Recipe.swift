import Foundation

/// The source of a recipe's value.
public enum RecipeOrigin: Sendable, Equatable, CustomStringConvertible {
  /// The schema's default, because the recipe leaves the key out.
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
///     train: {epochs: 200, optimizer.kind: sgd}       # nested or dotted
///     refit: {epochs: 10}                             # overrides train's section for that step
///
/// A step whose name is not that of its stage may have its own section, if its stage reads exactly
/// one section. Its values take precedence over the stage's section, and those over the defaults.
/// Within each section, a `--set` takes precedence over the file.
public struct Recipe: Sendable {
  /// The file's name without its extension.
  public let name: String
  /// The recipe's one-sentence description; empty if it has none.
  public let about: String
  /// The steps in order; nil for the default steps of the graph.
  public let steps: [RecipeStep]?

  let schema: RecipeSchema
  /// The steps that use each section; nil is the section itself, if the recipe lists no steps.
  let readers: [String: [String?]]
  /// Steps that have, or may have, a section of their own: the section of the schema it overlays.
  let overlays: [String: String]
  /// The values of the file, its bases and the command line, by full key, `train.epochs` or
  /// `refit.epochs`.
  let settings: [String: RecipeSetting]

  /// The value for `step`, or, if that is nil, of the key's own section.
  ///
  /// - Precondition: the schema has a key called `key`.
  public func value(
    of key: String, step: String? = nil
  ) -> (value: RecipeValue, origin: RecipeOrigin) {
    guard let declared = schema[key] else {
      preconditionFailure("the schema \(schema.file) has no key '\(key)'")
    }
    if let step, overlays[step] == declared.section,
      let own = settings[step + key.dropFirst(declared.section.count)]
    {
      return (own.value, own.origin)
    }
    if let setting = settings[key] { return (setting.value, setting.origin) }
    return (declared.defaultValue, .default)
  }

  /// The full keys in `reads`, in the schema's order: a section or group (`train`,
  /// `train.optimizer`) includes all keys below it.
  public func keys(matching reads: [String]) -> [String] {
    schema.keys.map(\.name).filter { name in
      reads.contains { name == $0 || name.hasPrefix($0 + ".") }
    }
  }

  /// The settings that a stage receives: an object, nested along the dots, with every key
  /// in `reads`, with its value for `step`.
  public func settings(matching reads: [String], step: String? = nil) -> RecipeValue {
    RecipeValue(
      nesting: keys(matching: reads).map {
        (key: $0, value: value(of: $0, step: step).value)
      })
  }
}

/// A value that a recipe or a `--set` gives.
struct RecipeSetting: Sendable {
  let value: RecipeValue
  let origin: RecipeOrigin
  /// The distance to the recipe that gives it: 0 for the recipe itself, 1 for its base.
  var depth = 0
}
