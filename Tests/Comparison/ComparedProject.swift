import Comparison
import Foundation
import Planning
import TensorFiles
import TestSupport

/// A project with artificial runs, whose artefacts are written here. Its stages have other names
/// than usual, since comparisons identify steps by their outputs.
struct ComparedProject {
  let folder: TemporaryFolder
  let project: Project

  init() throws {
    folder = try TemporaryFolder()
    for (name, text) in [
      ("stages/graph.yaml", Self.graph), ("stages/schema.yaml", Self.schema),
      ("stages/recipes/plain.yaml", "about: learns once\nlearn:\n  epochs: 3\n"),
      ("stages/recipes/twice.yaml", "about: learns twice\nsteps: [learn, again: learn, judge]\n"),
    ] { try Self.write(text, to: folder.file(name)) }
    project = try Project(root: URL(fileURLWithPath: folder.url.path, isDirectory: true))
  }

  private static let graph = """
    format: 1
    stages:
      learn:
        reads: [learn]
        outputs: {history: history.csv}
        records: [timing.csv]
      judge:
        inputs: {history: learn.history}
        outputs: {metrics: metrics.json}
    """

  private static let schema = """
    format: 1
    keys:
      learn.network: {type: text, default: tiny, about: "network"}
      learn.epochs: {type: integer, default: 2, about: "epochs"}
    """

  private static func write(_ text: String, to url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// Registers a run without artefacts.
  @discardableResult
  func add(_ run: String, recipe: String = "plain") throws -> RunFolder {
    let request = try RunRequest(
      recipe: recipe, run: run, project: project, callerFolder: folder.url)
    let folder = RunFolder(run, in: project)
    try folder.remember(request, recipe: project.recipe(for: request), isComplete: true)
    return folder
  }

  /// The results of a run.
  func results(_ run: String) throws -> RunResults {
    RunResults(try RunFolder.named(run, in: project), in: project)
  }

  /// Adds an artefact for a step of a run.
  ///
  /// - Parameters:
  ///   - output: The name of the output and its file.
  ///   - settings: The recipe values of the step.
  ///   - inputs: The steps that it has read.
  func place(
    _ step: String, ofStage stage: String, in run: String, output: (name: String, file: String),
    files: [String: String], settings: [(String, String)] = [], reading inputs: [String] = []
  ) throws {
    // Every run has its own artefacts.
    let parts =
      [KeyPart(kind: .stage, name: "stage", value: "\(stage) of \(run) \(step)")]
      + settings.map { KeyPart(kind: .recipe, name: $0, value: $1) }
    let key = CacheKey(parts: parts).text
    let target = folder.file("data/cache/\(stage)/\(key)")
    for (name, text) in files { try Self.write(text, to: target.appending(path: name)) }
    let read = inputs.map { name in
      """
      {"name": "x", "instance": "\(name)", "output": "x", "stage": "x", "key": "k", "digest": "d"}
      """
    }
    let written = parts.map { part in
      """
      {"kind": "\(part.kind.rawValue)", "name": "\(part.name)", "value": "\(part.value)"}
      """
    }
    let text = files[output.file] ?? ""
    let digest = ContentDigest.sha256Hex(Data(text.utf8))
    let contentDigest = ContentDigest.sha256Hex(Data("\(output.name) \(digest)\n".utf8))
    try Self.write(
      """
      {"format": 1, "stage": "\(stage)", "instance": "\(step)", "run": "\(run)", "key": "\(key)",
       "parts": [\(written.joined(separator: ", "))], "code_files": [],
       "inputs": [\(read.joined(separator: ", "))],
       "outputs": [{"name": "\(output.name)", "digest": "\(digest)",
         "files": [{"file": "\(output.file)", "digest": "\(digest)", "bytes": \(text.utf8.count)}]}],
       "content_digest": "\(contentDigest)", "created": "", "seconds": 1, "is_resumed": false,
       "host": "", "threads": 1, "warnings": [], "accepted": []}
      """, to: target.appending(path: "manifest.json"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("data/runs/\(run)/\(step)").path,
      withDestinationPath: "../../cache/\(stage)/\(key)")
  }

  /// Adds a training whose first epoch is `first`, with one row of validation loss and top-1 for
  /// each epoch.
  func placeTraining(
    _ step: String = "learn", in run: String, first: Int = 1, rows: [(Double, Double)?],
    seconds: [Double]?, settings: [(String, String)]
  ) throws {
    let header =
      "epoch,learning_rate,train_loss,train_top1,train_top5,validation_loss,validation_top1,validation_top5\n"
    let lines = rows.enumerated().map { index, row in
      "\(first + index),0.1,1,50,90,\(row.map { "\($0.0),\($0.1)" } ?? ","),\n"
    }
    var files = ["history.csv": header + lines.joined()]
    if let seconds {
      files["timing.csv"] =
        "epoch,seconds,images_per_second\n"
        + seconds.enumerated().map { "\(first + $0.offset),\($0.element),5\n" }.joined()
    }
    try place(
      step, ofStage: "learn", in: run, output: ("history", "history.csv"), files: files,
      settings: settings)
  }

  func placeEvaluation(
    _ step: String = "judge", in run: String, top1: Double, on: String,
    selectedOnTest: Bool = false, reading: [String] = ["learn"]
  ) throws {
    try place(
      step, ofStage: "judge", in: run, output: ("metrics", "metrics.json"),
      files: [
        "metrics.json": """
        {"top1": \(top1), "count": 100, "on": "\(on)", "data_status": "official",
         "selected_on_test": \(selectedOnTest), "per_class": [], "macro": {}}
        """
      ], reading: reading)
  }
}
