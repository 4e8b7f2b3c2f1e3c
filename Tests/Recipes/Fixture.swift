import Declarations
import Foundation
import Models
import Recipes
import Training

/// The repository, located relative to this file.
let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

let shippedSchemaFile = repository.appendingPathComponent("stages/schema.yaml")

/// The project's schema, with these declared keys.
func shippedSchema(
  declared: [DeclaredSetting] = DeclaredKeys.all()
) throws -> RecipeSchema {
  try RecipeSchema(contentsOf: shippedSchemaFile, declared: declared)
}

/// Six stages and the sections that they read; `ShippedRecipeTests` takes those of `stages/graph.yaml`.
let sectionsOfStage: [String: [String]] = [
  "fetch-and-parse": ["dataset"], "compute-stats": [],
  "preprocess-and-split": ["split", "preprocess"], "train": ["train"], "evaluate": ["evaluate"],
  "plot": ["plot"],
]
let stageNames = [
  "fetch-and-parse", "compute-stats", "preprocess-and-split", "train", "evaluate", "plot",
]

/// Calls `body` with a file that contains `data`, in a temporary folder.
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

/// Replaces the contents of `file`, without waiting for the disk as `Data.write` does.
func overwrite(_ file: URL, with data: Data) throws {
  let handle = try FileHandle(forWritingTo: file)
  try handle.truncate(atOffset: 0)
  try handle.write(contentsOf: data)
  try handle.close()
}

/// Loads `text` as the recipe `r`, with the project's schema unless another is given.
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

/// The error for `text`, with paths without folders; "loads" if there is none.
func refusal(of text: String, set overrides: [String] = []) throws -> String {
  do {
    _ = try loadRecipe(text, set: overrides)
    return "loads"
  } catch let error as RecipeError {
    return withoutFolders(error.description)
  }
}

/// The error for `text` as a schema; "loads" if there is none.
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
