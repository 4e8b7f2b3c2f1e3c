import Foundation
import TensorFiles

/// Turns what a stage has written into an artefact: checks that all outputs are there, digests them,
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
    folder = project.url(newFolder)
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
  /// - Returns: The manifest as written.
  public mutating func publish(seconds: Double) throws -> Manifest {
    guard let stage = project.graph.stage(named: manifest.stage) else {
      preconditionFailure("'\(manifest.stage)' was prepared and is no stage")
    }
    let work = project.url(project.workPath(stage: stage.name, key: manifest.key))
    try keepBesides(work: work)
    manifest.outputs = try outputs(of: stage)
    manifest.contentDigest = ContentDigest.sha256Hex(
      Data(manifest.outputs.map { "\($0.name) \($0.digest)\n" }.joined().utf8))
    manifest.created = Timestamp.now
    manifest.seconds = (seconds * 1000).rounded() / 1000
    manifest.host = Self.hostName
    let facts = facts
    manifest.numerics = facts?["numerics"]
    manifest.warnings = warnings(facts: facts) + undeclaredFiles(stage)
    manifest.dataStatus = dataStatus
    try FileManager.default.removeItem(at: folder.appendingPathComponent(Preparation.draftName))
    try AtomicFile.write(try manifest.encoded(), to: folder.appendingPathComponent(Manifest.fileName))
    let path = project.artefactPath(stage: stage.name, key: manifest.key)
    try ArtefactFolder.publish(folder, at: project.url(path))
    try FileManager.default.removeItem(at: work)
    return manifest
  }

  /// The names in an artefact's folder that belong to every stage.
  private static let commonFiles = [
    Manifest.fileName, Preparation.settingsName, LogFilter.fileName, "cells.jsonl", "main.swift",
    "facts.json",
  ]

  /// Puts the log and the source beside the outputs.
  private func keepBesides(work: URL) throws {
    let files = FileManager.default
    let log = work.appendingPathComponent(LogFilter.fileName)
    if files.fileExists(atPath: log.path) {
      try files.copyItem(at: log, to: folder.appendingPathComponent(LogFilter.fileName))
    }
    let source = project.url("stages/\(manifest.stage)/main.swift")
    try files.copyItem(at: source, to: folder.appendingPathComponent("main.swift"))
  }

  // MARK: Outputs

  private func outputs(of stage: StageGraph.Stage) throws -> [Manifest.Output] {
    let present = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
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
      let files = try matching.map(file(called:))
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

  private func file(called name: String) throws -> Manifest.File {
    let url = folder.appendingPathComponent(name)
    let bytes = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    return Manifest.File(file: name, digest: try ContentDigest.ofFile(at: url), bytes: bytes)
  }

  // MARK: What the stage tells of itself

  /// What the stage says differs from run to run; nil where it says nothing.
  private var facts: JSONValue? {
    let data = try? Data(contentsOf: folder.appendingPathComponent("facts.json"))
    return data.flatMap { try? JSONDecoder().decode(JSONValue.self, from: $0) }
  }

  /// The warnings of `facts.json`, then those the stage printed, each once.
  private func warnings(facts: JSONValue?) -> [String] {
    var warnings: [String] = []
    func add(_ value: JSONValue?) {
      if case .text(let text) = value, !warnings.contains(text) { warnings.append(text) }
    }
    if case .list(let stated) = facts?["warnings"] { stated.forEach { add($0) } }
    let cells = try? String(
      contentsOf: folder.appendingPathComponent("cells.jsonl"), encoding: .utf8)
    for line in (cells ?? "").split(separator: "\n") {
      let record = try? JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
      if record?["kind"] == .text("warning") { add(record?["body"]) }
    }
    return warnings
  }

  private func undeclaredFiles(_ stage: StageGraph.Stage) -> [String] {
    let declared = stage.outputs.flatMap(\.files) + stage.records
    let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return present.sorted().filter { file in
      !file.hasPrefix(".") && !Self.commonFiles.contains(file)
        && !declared.contains { $0.matches(file) }
    }.map { "\(stage.name) wrote '\($0)', which stages/graph.yaml does not declare" }
  }

  /// The least trustworthy status among the outputs and, where they state none, the inputs.
  private var dataStatus: String? {
    let own = manifest.outputs.flatMap(\.files).filter { $0.file.hasSuffix(".safetensors") }
      .compactMap { file in
        try? TensorFile(contentsOf: folder.appendingPathComponent(file.file)).metadata["data_status"]
      }
    let inherited = manifest.inputs.compactMap { input in
      let path = project.artefactPath(stage: input.stage, key: input.key)
      return Manifest(inFolder: project.url(path))?.dataStatus
    }
    let stated = own.isEmpty ? inherited : own
    return ["unverified", "generated", "official"].first { stated.contains($0) } ?? stated.first
  }

  private static var hostName: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
