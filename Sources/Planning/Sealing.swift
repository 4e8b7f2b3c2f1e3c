import Foundation
import Records
import TensorFiles

/// Turns a stage's output into an artefact: checks that all outputs are there, digests them,
/// adds the log and the source it ran from, writes the manifest last and renames the folder into
/// place.
public struct Sealing {
  private let project: Project
  /// The prepared folder.
  private let folder: URL
  private var manifest: Manifest

  /// - Parameter newFolder: The folder of a `Preparation`, as a path in the project.
  public init(newFolder: String, in project: Project) throws {
    self.project = project
    folder = try project.writableFolder(newFolder)
    let draft = folder.appendingPathComponent(Preparation.draftName)
    do {
      manifest = try Manifest.decode(try Data(contentsOf: draft))
    } catch {
      throw PlanningError.unreadable(
        file: "\(newFolder)/\(Preparation.draftName)", reason: "\(error.localizedDescription)",
        repair: "run the stage through pipeline.sh")
    }
  }

  /// Publishes the artefact and removes the work folder.
  ///
  /// - Parameter seconds: How long the stage ran.
  /// - Returns: The manifest as written, and notices: each file that was set aside, and the
  ///   warnings that the stage did not print itself.
  public mutating func publish(seconds: Double) throws -> (manifest: Manifest, notices: [String]) {
    guard let stage = project.graph.stage(named: manifest.stage) else {
      throw PlanningError.unreadable(
        file: folder.relativePath, reason: "'\(manifest.stage)' is no stage of stages/graph.yaml",
        repair: "run the recipe again")
    }
    let work = project.url(project.workPath(stage: stage.name, key: manifest.key))
    try checkInputs(work: work)
    try keepLog(of: work)
    for name in [Preparation.draftName, Preparation.inputFilesName] {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
    try digestFiles(of: stage)
    manifest.contentDigest = manifest.digestOfOutputs
    manifest.created = Timestamp.now
    manifest.seconds = (seconds * 1000).rounded() / 1000
    manifest.host = MachineName.current
    let facts = facts
    manifest.numerics = facts?["numerics"]
    let printed = printedWarnings
    manifest.warnings = warnings(facts: facts, printed) + undeclaredFiles(stage)
    manifest.dataStatus = dataStatus
    try AtomicFile.write(
      try manifest.sealed(), to: folder.appendingPathComponent(Manifest.fileName))
    let setAside = try ArtefactFolder.publish(
      folder, stage: stage.name, key: manifest.key, in: project)
    try FileManager.default.removeItem(at: work)
    return (manifest, setAside + manifest.warnings.filter { !printed.contains($0) })
  }

  /// The names in an artefact's folder that belong to every stage.
  private static let commonFiles = [
    Manifest.fileName, Preparation.settingsName, LogFilter.fileName, "cells.jsonl",
    Preparation.sourceName,
    "facts.json",
  ]

  /// If an input changed meanwhile, rejects the outputs and the stage's state.
  private func checkInputs(work: URL) throws {
    let file = folder.appendingPathComponent(Preparation.inputFilesName)
    guard let data = FileManager.default.contents(atPath: file.path),
      let inputs = try? JSONDecoder().decode(InputFiles.self, from: data)
    else {
      throw PlanningError.unreadable(
        file: "\(folder.relativePath)/\(Preparation.inputFilesName)",
        reason: "it is no list of files",
        repair: "run the recipe again")
    }
    if let changed = inputs.firstChanged(in: project) {
      try? FileManager.default.removeItem(at: work)
      throw PlanningError.inputChanged(stage: manifest.stage, file: changed)
    }
  }

  /// Moves the log to the folder of the outputs.
  private func keepLog(of work: URL) throws {
    let files = FileManager.default
    let log = work.appendingPathComponent(LogFilter.fileName)
    if files.fileExists(atPath: log.path) {
      try files.copyItem(at: log, to: folder.appendingPathComponent(LogFilter.fileName))
    }
  }

  // MARK: Outputs

  /// Adds all files to the manifest, and remembers their digests.
  private mutating func digestFiles(of stage: StageGraph.Stage) throws {
    let present = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let stamps = present.compactMap { FileStamp(ofFile: folder.appendingPathComponent($0).path) }
    if let time = stamps.compactMap(\.settlingTime).max() { Thread.sleep(forTimeInterval: time) }
    var memory = ArtefactStore.memory(stage: stage.name, key: manifest.key, root: project.root)
    manifest.outputs = try outputs(of: stage, among: present, &memory)
    let outputs = Set(manifest.outputs.flatMap(\.files).map(\.file))
    manifest.records = try present.filter { !outputs.contains($0) && !$0.hasPrefix(".") }
      .map { try recordFile(called: $0, &memory) }
    memory.keep(only: Set(present))
    memory.save()
  }

  private func outputs(
    of stage: StageGraph.Stage, among present: [String], _ memory: inout DigestMemory
  ) throws -> [Manifest.Output] {
    func isOutput(_ file: String) -> Bool {
      !file.hasPrefix(".") && !Self.commonFiles.contains(file)
        && !stage.records.contains { $0.matches(file) }
    }
    return try stage.outputs.map { output in
      for pattern in output.files where pattern.isName && !present.contains(pattern.text) {
        throw missing(output, pattern.text)
      }
      let matching = present.filter { file in
        isOutput(file) && output.files.contains { $0.matches(file) }
      }
      guard !matching.isEmpty else {
        throw missing(output, output.files.map(\.text).joined(separator: ", "))
      }
      let files = try matching.map { try outputFile(called: $0, &memory) }
      let digest =
        output.isSingleFile
        ? files[0].digest
        : ContentDigest.sha256Hex(
          Data(files.map { "\($0.digest) \($0.file)\n" }.joined().utf8))
      return Manifest.Output(name: output.name, digest: digest, files: files)
    }
  }

  private func missing(_ output: StageGraph.Output, _ file: String) -> PlanningError {
    .missingOutput(
      stage: manifest.stage, output: output.name, file: file, folder: folder.relativePath)
  }

  private func outputFile(
    called name: String, _ memory: inout DigestMemory
  ) throws -> Manifest.File {
    try file(called: name, content: { try ContentDigest.ofFile(at: $0) }, &memory)
  }

  private func recordFile(
    called name: String, _ memory: inout DigestMemory
  ) throws -> Manifest.File {
    try file(called: name, content: nil, &memory)
  }

  /// - Parameter content: Takes the content digest; where it is nil, the bytes are the content.
  private func file(
    called name: String, content: ((URL) throws -> String)?, _ memory: inout DigestMemory
  ) throws -> Manifest.File {
    let url = folder.appendingPathComponent(name)
    guard let stamp = FileStamp(ofFile: url.path) else {
      throw PlanningError.notAFile(stage: manifest.stage, file: name)
    }
    let bytes = try memory.sha256(of: url, named: name, rereading: true)
    return Manifest.File(
      file: name, digest: try content?(url) ?? bytes, bytes: Int(stamp.size), sha256: bytes)
  }

  // MARK: What the stage records about itself

  /// What differs from run to run, as the stage reports it; nil if it reports nothing.
  private var facts: JSONValue? {
    let data = try? Data(contentsOf: folder.appendingPathComponent("facts.json"))
    return data.flatMap { try? JSONDecoder().decode(JSONValue.self, from: $0) }
  }

  /// The warnings of `facts.json`, then those the stage printed, without repetitions.
  private func warnings(facts: JSONValue?, _ printed: [String]) -> [String] {
    var warnings: [String] = []
    func add(_ text: String) {
      if !warnings.contains(text) { warnings.append(text) }
    }
    if case .list(let stated) = facts?["warnings"] {
      for case .text(let text) in stated { add(text) }
    }
    for text in printed { add(text) }
    return warnings
  }

  /// The warnings that the stage has printed itself.
  private var printedWarnings: [String] {
    let cells = try? String(
      contentsOf: folder.appendingPathComponent("cells.jsonl"), encoding: .utf8)
    return (cells ?? "").split(separator: "\n").compactMap { line in
      let record = try? JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
      guard record?["kind"] == .text("warning"), case .text(let text) = record?["body"] else {
        return nil
      }
      return text
    }
  }

  private func undeclaredFiles(_ stage: StageGraph.Stage) -> [String] {
    let declared = stage.outputs.flatMap(\.files) + stage.records
    let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return present.sorted().filter { file in
      !file.hasPrefix(".") && !Self.commonFiles.contains(file)
        && !declared.contains { $0.matches(file) }
    }.map { "\(stage.name) wrote '\($0)', which stages/graph.yaml does not declare" }
  }

  /// The least trustworthy status of the outputs or, if they state none, of the inputs.
  private var dataStatus: String? {
    let own = manifest.outputs.flatMap(\.files).filter { $0.file.hasSuffix(".safetensors") }
      .compactMap { file in
        let tensors = try? TensorFile(contentsOf: folder.appendingPathComponent(file.file))
        return tensors?.metadata["data_status"]
      }
    let inherited = manifest.inputs.compactMap { input in
      project.artefact(stage: input.stage, key: input.key)?.manifest?.dataStatus
    }
    let stated = own.isEmpty ? inherited : own
    let known = stated.compactMap(DataStatus.init(rawValue:))
    return DataStatus.leastTrustworthy(of: known)?.rawValue ?? stated.first
  }
}
