import Declarations
import Foundation
import Recipes

/// A project on disk: its graph, its recipe schema, and its folders.
///
///     stages/graph.yaml  stages/schema.yaml  stages/recipes/NAME.yaml
///     data/cache/STAGE/KEY/     artefacts
///     data/cache/.digests/      digests of files, remembered with their stamps
///     data/work/STAGE/KEY/      state of unfinished stages
///     data/runs/RUN/            the run's recipe, journal and links to its artefacts
///     data/locks/               locks of runs, results and stages; see `LockHolder`
///     data/set-aside/STAGE/KEY/ altered files of recomputed artefacts
public struct Project: Sendable {
  public let root: URL
  public let graph: StageGraph
  public let schema: RecipeSchema
  private let artefacts: ArtefactStore

  /// Opens the project whose `Package.swift` lies in `root`.
  ///
  /// - Parameter declared: The recipe keys that the program declares, for the schema.
  public init(root: URL, declared: [DeclaredSetting] = []) throws {
    self.root = root
    schema = try RecipeSchema(
      contentsOf: URL(fileURLWithPath: "stages/schema.yaml", relativeTo: root), declared: declared)
    graph = try StageGraph(
      contentsOf: root.appendingPathComponent("stages/graph.yaml"), called: "stages/graph.yaml",
      recipeKeys: schema.keys.map(\.name))
    artefacts = ArtefactStore(root: root)
  }

  /// An artefact in the cache, compared with its manifest; nil if it does not exist.
  ///
  /// - Parameter rereading: Read all bytes, also of files that seem unchanged since the last time.
  public func artefact(stage: String, key: String, rereading: Bool = false) -> Artefact? {
    artefacts.artefact(stage: stage, key: key, rereading: rereading)
  }

  func forgetArtefact(stage: String, key: String) {
    artefacts.forget(stage: stage, key: key)
  }

  /// The URL of a path in the project; absolute paths stay as they are.
  public func url(_ path: String) -> URL {
    path.hasPrefix("/") ? URL(fileURLWithPath: path) : root.appendingPathComponent(path)
  }

  /// The folder of an artefact, as a path in the project.
  public func artefactPath(stage: String, key: String) -> String { "data/cache/\(stage)/\(key)" }
  /// The folder of a stage's unfinished work, as a path in the project.
  public func workPath(stage: String, key: String) -> String { "data/work/\(stage)/\(key)" }
  /// The folder of a run, as a path in the project.
  public func runPath(_ run: String) -> String { "data/runs/\(run)" }
}

// MARK: - Recipes and runs

extension Project {
  /// The names of the recipes in `stages/recipes`, sorted.
  public var recipeNames: [String] {
    entries(of: "stages/recipes").filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
  }

  /// The names of the runs in `data/runs`, sorted.
  public var runNames: [String] {
    entries(of: "data/runs").filter { name in
      RunRequest.isRunName(name)
        && FileManager.default.fileExists(atPath: url(runPath(name) + "/run.json").path)
    }
  }

  /// The names in a folder of the project, sorted, without hidden ones; empty if there is no folder.
  func entries(of folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url(folder).path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Reads the recipe that `request` names, with its overrides.
  public func recipe(for request: RunRequest) throws -> Recipe {
    try recipeSource(request.recipe).recipe(overrides: request.overrides)
  }

  /// Reads a recipe's file and its base files.
  public func recipeSource(_ recipe: String) throws -> RecipeSource {
    try RecipeSource(
      contentsOf: recipeURL(recipe), schema: schema, stageNames: graph.stages.map(\.name),
      sectionsOfStage: { graph.stage(named: $0)?.reads ?? [] },
      recipesFolder: URL(fileURLWithPath: "stages/recipes", relativeTo: root))
  }

  /// The file of a recipe: `stages/recipes/NAME.yaml`, or a path that ends in `.yaml`.
  public func recipeURL(_ recipe: String) throws(PlanningError) -> URL {
    let path = recipe.hasSuffix(".yaml") ? recipe : "stages/recipes/\(recipe).yaml"
    let file =
      path.hasPrefix("/")
      ? URL(fileURLWithPath: path) : URL(fileURLWithPath: path, relativeTo: root)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw .unknownRecipe(
        name: recipe, suggestion: nearest(to: recipe, among: recipeNames), known: recipeNames)
    }
    return file
  }
}
