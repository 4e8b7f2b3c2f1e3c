import Foundation
import TensorFiles

/// A user's declaration that a code change does not affect an artefact: it is published again
/// under the key of the current code, with the declaration in its manifest.
public struct Acceptance {
  private let planned: PlannedStep
  private let artefact: Artefact
  private let old: Manifest
  private let key: CacheKey
  private let project: Project

  /// - Throws: `PlanningError` if the artefact is up to date or missing, if an input is out
  ///   of date, or if more than the code has changed.
  public init(
    of name: String, in plan: RunPlan, project: Project
  ) throws(PlanningError) {
    let run = plan.request.run
    planned = try plan.step(named: name)
    self.project = project
    switch planned.state {
    case .due(let key): self.key = key
    case .waiting(let producers):
      throw .nothingToAccept(
        step: name, run: run,
        reason: "accept or run \(producers.joined(separator: " and ")) first")
    case .current:
      throw .nothingToAccept(step: name, run: run, reason: "it is up to date")
    case .outdated, .absent:
      preconditionFailure("a plan of the whole run selects every step")
    }
    guard planned.linked != nil else {
      throw .nothingToAccept(step: name, run: run, reason: "it has no result yet; run it")
    }
    (artefact, old) = try plan.folder.validArtefact(of: name)
    let others = (planned.changes ?? []).filter { $0.kind != .code }
    if let other = others.first {
      throw .notOnlyCode(
        step: name, run: run, change: other.text(schema: project.schema))
    }
  }

  /// The files whose code is accepted, in words.
  public var codeDifference: String {
    CodeDifference(from: old.codeFiles, to: planned.codeFiles).text
  }

  /// Publishes the artefact under the new key and links the run to it.
  ///
  /// - Parameter user: The user who accepts the change.
  public func publish(by user: String, folder: RunFolder) throws {
    let files = FileManager.default
    let stage = old.stage
    let new = try project.writableFolder("data/cache/\(stage)/.new-\(key.text)")
    if files.fileExists(atPath: new.path) { try files.removeItem(at: new) }
    try files.createDirectory(at: new, withIntermediateDirectories: true)
    let source = project.url(project.artefactPath(stage: stage, key: old.key))
    // Records that were altered are not copied.
    let altered = Set(artefact.remarks.map(\.file))
    let present = try files.contentsOfDirectory(atPath: source.path)
    for name in present where name != Manifest.fileName && !altered.contains(name) {
      try files.linkItem(
        at: source.appendingPathComponent(name), to: new.appendingPathComponent(name))
    }
    var manifest = old
    manifest.key = key.text
    manifest.parts = key.parts
    manifest.codeFiles = planned.codeFiles
    manifest.accepted.append(
      Manifest.Acceptance(
        by: user, time: Timestamp.now, oldKey: old.key, oldCode: old.code, newCode: manifest.code))
    manifest.warnings.append(
      "not run with the present code: \(codeDifference) accepted as harmless by \(user)")
    manifest.format = Manifest.newestFormat
    manifest.records = manifest.records?.filter { !altered.contains($0.file) }
    try AtomicFile.write(try manifest.sealed(), to: new.appendingPathComponent(Manifest.fileName))
    _ = try ArtefactFolder.publish(new, stage: stage, key: key.text, in: project)
    try folder.link(planned.name, toKey: key.text, ofStage: stage)
  }
}
