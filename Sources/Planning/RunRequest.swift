import Foundation
import Recipes

/// The request for a run: a recipe and its overrides. The run stores it (`run.json`), so
/// that `status`, `why` and similar commands need not repeat it.
public struct RunRequest: Sendable, Equatable, Codable {
  /// The run's name, that of its folders under `data/runs` and `plots`.
  public let run: String
  /// The recipe's name, or the path of its file.
  public let recipe: String
  /// `key=value` texts.
  public let overrides: [String]

  /// A request with the words of an earlier one.
  package init(run: String, recipe: String, overrides: [String]) {
    (self.run, self.recipe, self.overrides) = (run, recipe, overrides)
  }

  /// - Parameters:
  ///   - run: The run's name; nil for the recipe's name.
  ///   - callerFolder: The folder to which relative paths of the command line refer.
  public init(
    recipe: String, run: String? = nil, overrides: [String] = [], project: Project,
    callerFolder: URL
  ) throws(PlanningError) {
    let rebase = PathRebase(from: callerFolder, to: project.root)
    let isFile = recipe.hasSuffix(".yaml")
    self.recipe = isFile ? rebase(recipe) : recipe
    let name =
      run
      ?? (isFile ? URL(fileURLWithPath: recipe).deletingPathExtension().lastPathComponent : recipe)
    guard Self.isRunName(name) else { throw .badRunName(name) }
    self.run = name
    self.overrides = overrides.map { override in
      guard let equals = override.firstIndex(of: "="),
        Self.isPath(override[..<equals], schema: project.schema)
      else { return override }
      let value = String(override[override.index(after: equals)...])
      return override[...equals] + rebase(value)
    }
  }

  /// The command that repeats the run, as a line for a shell: `./pipeline.sh run quickstart --as
  /// slow --set train.epochs=20`.
  public var command: String {
    let name = URL(fileURLWithPath: recipe).deletingPathExtension().lastPathComponent
    let words =
      [recipe] + (run == name ? [] : ["--as", run]) + overrides.flatMap { ["--set", $0] }
    let quoted = words.map { word in
      word.wholeMatch(of: /[A-Za-z0-9_.\/=:,+-]+/) != nil
        ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
    return (["./pipeline.sh run"] + quoted).joined(separator: " ")
  }

  /// Whether `name` is a valid name of a run and its folders.
  static func isRunName(_ name: String) -> Bool {
    name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
  }

  /// Whether `key`, of a section or of a step's own section, has a path as its value.
  private static func isPath(_ key: Substring, schema: RecipeSchema) -> Bool {
    if let declared = schema[String(key)] { return declared.type == .path }
    let rest = key.drop { $0 != "." }
    return !rest.isEmpty
      && schema.keys.contains { $0.type == .path && $0.name.dropFirst($0.section.count) == rest }
  }
}

/// Converts a user's paths from one folder to another: they are relative if they are inside the
/// latter.
private struct PathRebase {
  let callerFolder: URL
  let root: URL

  init(from callerFolder: URL, to root: URL) {
    self.callerFolder = callerFolder.standardizedFileURL
    self.root = root.standardizedFileURL
  }

  func callAsFunction(_ path: String) -> String {
    guard !path.isEmpty, path != "null", !path.hasPrefix("/"), !path.hasPrefix("\""),
      !path.hasPrefix("'")
    else { return path }
    if path.hasPrefix("~/") {
      return FileManager.default.homeDirectoryForCurrentUser.path + path.dropFirst(1)
    }
    guard callerFolder.path != root.path else { return path }
    let absolute = callerFolder.appendingPathComponent(path).standardizedFileURL.path
    let prefix = root.path + "/"
    return absolute.hasPrefix(prefix) ? String(absolute.dropFirst(prefix.count)) : absolute
  }
}
