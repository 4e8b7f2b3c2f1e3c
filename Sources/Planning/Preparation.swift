import Foundation
import Recipes
import TensorFiles

/// A stage about to run: its folders and its command line.
///
/// The parts of the key are recorded now, so that a source or recipe edited while the
/// stage runs does not enter its manifest.
public struct Preparation: Sendable {
  /// The stage's name, that of its executable.
  public let stage: String
  /// The folder that receives the outputs, as a path in the project.
  public let newFolder: String
  /// The folder of the resumable state, as a path in the project.
  public let workFolder: String
  /// Whether an earlier, interrupted run has left state there.
  public let resumes: Bool
  /// The executable's arguments.
  public let arguments: [String]
  /// A line for each file that was set aside.
  public let setAside: [String]

  /// The file that passes the manifest's first half to `Sealing`.
  static let draftName = ".prepared.json"

  /// Creates the folders of a step that is due, and writes its settings.
  ///
  /// - Precondition: the step is due.
  public init(
    _ planned: PlannedStep, in plan: RunPlan, project: Project, threads: Int
  ) throws {
    guard case .due(let key) = planned.state else {
      preconditionFailure("\(planned.name) is not due")
    }
    let stage = planned.step.stage
    self.stage = stage.name
    newFolder = "data/cache/\(stage.name)/.new-\(key.text)"
    workFolder = project.workPath(stage: stage.name, key: key.text)
    let files = FileManager.default
    let folder = try project.writableFolder(newFolder)
    if files.fileExists(atPath: folder.path) { try files.removeItem(at: folder) }
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    let work = try project.writableFolder(workFolder)
    let state = (try? files.contentsOfDirectory(atPath: work.path)) ?? []
    for name in state where FileStamp(ofFile: work.appendingPathComponent(name).path) == nil {
      throw PlanningError.linkInTheWay(path: "\(workFolder)/\(name)")
    }
    resumes = state.contains { !$0.hasPrefix(".") && $0 != LogFilter.fileName }
    try files.createDirectory(at: work, withIntermediateDirectories: true)
    setAside = try Self.clearInputs(of: planned, in: project)
    try files.copyItem(
      at: project.url("stages/\(stage.name)/main.swift"),
      to: folder.appendingPathComponent(Self.sourceName))
    let inputFiles = InputFiles(readBy: planned.inputs, in: project)
    try JSONEncoder().encode(inputFiles).write(
      to: folder.appendingPathComponent(Self.inputFilesName))

    let draft = Manifest(
      stage: stage.name, step: planned.name, run: plan.request.run, key: key,
      codeFiles: planned.codeFiles, inputs: planned.inputs)
    var prepared = draft
    prepared.isResumed = resumes
    prepared.threads = threads
    try prepared.encoded().write(to: folder.appendingPathComponent(Self.draftName))
    let settings = plan.recipe.settings(matching: stage.reads, step: planned.name)
    try Data((settings.json + "\n").utf8).write(
      to: folder.appendingPathComponent(Self.settingsName))

    var arguments = ["--settings", "\(newFolder)/\(Self.settingsName)"]
    for input in planned.inputs {
      let artefact = project.artefactPath(stage: input.stage, key: input.key)
      let binding = planned.step.bindings.first { $0.input == input.name }
      let file = binding.flatMap { $0.output.isSingleFile ? $0.output.files.first?.text : nil }
      arguments += ["--input", "\(input.name)=\(artefact)" + (file.map { "/\($0)" } ?? "")]
    }
    arguments += ["--output", newFolder, "--work", workFolder, "--threads", String(threads)]
    self.arguments = arguments
  }

  /// Moves unlisted files out of the input folders: a stage that reads an output of several files lists the
  /// artefact's folder, and would take another file for one of them.
  private static func clearInputs(
    of planned: PlannedStep, in project: Project
  ) throws(PlanningError) -> [String] {
    var lines: [String] = []
    for input in planned.inputs {
      guard let output = planned.step.bindings.first(where: { $0.input == input.name })?.output,
        !output.isSingleFile, let artefact = project.artefact(stage: input.stage, key: input.key)
      else { continue }
      let strangers = artefact.remarks.filter { remark in
        remark.isUnrecorded && output.files.contains { $0.matches(remark.file) }
      }
      for stranger in strangers {
        let line = try SetAside(in: project).remove(stranger.file, from: artefact)
        if let line { lines.append(line) }
      }
      if !strangers.isEmpty { project.forgetArtefact(stage: input.stage, key: input.key) }
    }
    return lines
  }

  /// The stage's source as it is when the stage begins, kept with the artefact.
  static let sourceName = "main.swift"
  /// The file that passes the stamps of all input files to `Sealing`.
  static let inputFilesName = ".inputs.json"
  /// The settings file, kept with the artefact.
  static let settingsName = "settings.json"
}
