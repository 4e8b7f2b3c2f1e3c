import Declarations
import Foundation
import Models
import Recipes
import Training

/// The repository, found from this file's place in it.
let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

let shippedSchemaFile = repository.appendingPathComponent("stages/schema.yaml")

/// The shipped schema, with the keys that these networks and optimisers declare.
func shippedSchema(
  declared: [DeclaredSetting] = NetworkCatalog.recipeKeys() + OptimizerSettings.recipeKeys()
) throws -> RecipeSchema {
  try RecipeSchema(contentsOf: shippedSchemaFile, declared: declared)
}

/// The six stages and the sections they read, as `stages/graph.yaml` has them.
let sectionsOfStage: [String: [String]] = [
  "fetch-and-parse": ["dataset"], "compute-stats": [],
  "preprocess-and-split": ["split", "preprocess"], "train": ["train"], "evaluate": ["evaluate"],
  "plot": ["plot"],
]
let stageNames = [
  "fetch-and-parse", "compute-stats", "preprocess-and-split", "train", "evaluate", "plot",
]

/// Calls `body` with a file that holds `data`, in a folder of its own that goes afterwards.
@discardableResult
func withFile<Result>(
  named name: String, holding data: Data, _ body: (URL) throws -> Result
) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("tessera-recipes-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent(name)
  _ = FileManager.default.createFile(atPath: file.path, contents: nil)
  try overwrite(file, with: data)
  return try body(file)
}

/// Replaces what `file` holds, without the wait for the disk that `Data.write` includes.
func overwrite(_ file: URL, with data: Data) throws {
  let handle = try FileHandle(forWritingTo: file)
  try handle.truncate(atOffset: 0)
  try handle.write(contentsOf: data)
  try handle.close()
}

/// Loads `text` as a recipe called `r`, against the shipped schema unless another is given.
func loadRecipe(
  _ text: String, set overrides: [String] = [], schema: RecipeSchema? = nil
) throws -> Recipe {
  let schema = try schema ?? shippedSchema()
  return try withFile(named: "r.yaml", holding: Data(text.utf8)) { file in
    try Recipe(
      contentsOf: file, schema: schema, stageNames: stageNames,
      sectionsOfStage: { sectionsOfStage[$0] ?? [] }, overrides: overrides)
  }
}

/// The message with which `text` is refused, folders left out of its paths; "loads" where it is not.
func refusal(of text: String, set overrides: [String] = []) throws -> String {
  do {
    _ = try loadRecipe(text, set: overrides)
    return "loads"
  } catch let error as RecipeError {
    return withoutFolders(error.description)
  }
}

/// The message with which `text` is refused as a schema; "loads" where it is not.
func schemaRefusal(of text: String) throws -> String {
  try withFile(named: "s.yaml", holding: Data(text.utf8)) { file in
    do {
      _ = try RecipeSchema(contentsOf: file)
      return "loads"
    } catch let error as RecipeSchemaError {
      return withoutFolders(error.description)
    }
  }
}

func withoutFolders(_ message: String) -> String {
  message.replacing(/\/[^ :]*\/(?=[a-z]+\.yaml)/, with: "")
}
