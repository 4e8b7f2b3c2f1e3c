import Foundation

/// The weights of a run's most recently finished training.
public struct TrainedRun: Sendable {
  public let run: String
  public let step: String
  private let folder: URL
  private let files: [String]

  /// The output under which a stage publishes weights.
  private static let output = "checkpoints"

  /// Nil if no training of the run has finished.
  public init?(_ run: RunFolder, in project: Project) {
    let steps = run.linkedSteps.compactMap { step -> (String, Manifest)? in
      guard let manifest = run.linkedManifest(of: step),
        manifest.outputs.contains(where: { $0.name == Self.output })
      else { return nil }
      return (step, manifest)
    }
    let last = steps.max { ($0.1.created, $0.0) < ($1.1.created, $1.0) }
    guard let (step, manifest) = last else { return nil }
    self.run = run.name
    self.step = step
    folder = project.url(project.artefactPath(stage: manifest.stage, key: manifest.key))
    files = manifest.outputs.filter { $0.name == Self.output }.flatMap(\.files).map(\.file)
  }

  /// The weights of the run `name`, or, if that is nil, of the latest run that has any.
  public static func named(_ name: String?, in project: Project) throws(PlanningError) -> TrainedRun
  {
    let run = try RunFolder.named(name, in: project)
    if let damaged = run.linkedSteps.first(where: { isDamagedTraining($0, of: run) }) {
      _ = try run.validArtefact(of: damaged)
    }
    if let trained = TrainedRun(run, in: project) { return trained }
    if name == nil,
      let other = RunFolder.latest(in: project, where: { TrainedRun($0, in: project) != nil }),
      let trained = TrainedRun(other, in: project)
    {
      return trained
    }
    throw .nothingTrained(run: run.name, command: run.command)
  }

  private static func isDamagedTraining(_ step: String, of run: RunFolder) -> Bool {
    guard let artefact = run.linkedArtefact(of: step), artefact.validManifest == nil else {
      return false
    }
    return artefact.manifest?.outputs.contains { $0.name == output } ?? true
  }

  /// The file of a checkpoint: best, last, or epoch-160.
  public func checkpoint(named name: String) throws(PlanningError) -> URL {
    let known = files.map { file in
      file.hasSuffix(Self.suffix) ? String(file.dropLast(Self.suffix.count)) : file
    }
    guard let found = known.firstIndex(where: { Self.isSame($0, name) }) else {
      throw .noCheckpoint(name: name, step: step, run: run, known: known)
    }
    return folder.appendingPathComponent(files[found])
  }
  private static let suffix = ".safetensors"

  /// Epochs are numbers: epoch-7 is epoch-007.
  private static func isSame(_ file: String, _ name: String) -> Bool {
    func epoch(_ text: String) -> Int? {
      text.hasPrefix("epoch-") ? Int(text.dropFirst("epoch-".count)) : nil
    }
    return file == name || epoch(file).map { $0 == epoch(name) } ?? false
  }
}
