import Foundation
import TensorFiles

/// What stands, made visible: the links of a run and the copies that are meant to be looked at.
public struct Publication {
  private let plan: RunPlan
  private let project: Project

  public init(_ plan: RunPlan, in project: Project) {
    self.plan = plan
    self.project = project
  }

  /// Points the run's links at all artefacts that stand, and restores the copies of those whose stage
  /// publishes.
  ///
  /// What the run is asked for is remembered too, but not where an outdated artefact is taken: then
  /// the run as a whole is not what the recipe says.
  ///
  /// - Parameter replacingEdited: Replace copies that were edited, which are kept otherwise.
  /// - Returns: A line for each edited copy.
  public func publish(remembering: Bool, replacingEdited: Bool) throws -> [String] {
    if remembering, !plan.takesOutdated {
      try plan.folder.remember(plan.request, recipe: plan.recipe, isComplete: plan.isComplete)
    }
    var lines: [String] = []
    for planned in plan.instances {
      guard case .current(let manifest) = planned.state else { continue }
      let old = plan.folder.linkedManifest(of: planned.name)
      try plan.folder.link(planned.name, toKey: manifest.key, ofStage: manifest.stage)
      guard let path = publishedFolder(of: planned) else { continue }
      var copies = PublishedCopies(folder: try project.writableFolder(path))
      let edited = try copies.update(
        to: digests(of: manifest), earlier: old.map(digests) ?? [:],
        from: project.url(project.artefactPath(stage: manifest.stage, key: manifest.key)),
        replacingEdited: replacingEdited)
      lines += edited.map { line(for: $0, in: path) }
    }
    return lines
  }

  private func line(for edited: PublishedCopies.Edited, in path: String) -> String {
    let kept = "\(path)/\(edited.file) was edited and is kept"
    guard let newFile = edited.newFile else { return kept }
    return kept + "; results have changed since: the new one is \(path)/\(newFile); "
      + "./pipeline.sh plot \(plan.request.run) --force replaces yours"
  }

  /// Name and SHA-256 of the outputs; a tensor file of an old manifest has none and counts as edited.
  private func digests(of manifest: Manifest) -> [String: String] {
    Dictionary(
      manifest.outputs.flatMap(\.files).map { ($0.file, $0.sha256 ?? $0.digest) }
    ) { first, _ in first }
  }

  /// The folder of an instance's published copies, as a path in the project: `plots/RUN`, or
  /// `plots/RUN/NAME` for an instance that is not named for its stage. Nil where nothing is published.
  public func publishedFolder(of planned: PlannedInstance) -> String? {
    guard let folder = planned.instance.stage.publishingFolder else { return nil }
    let own = planned.name == planned.instance.stage.name ? "" : "/\(planned.name)"
    return "\(folder)/\(plan.request.run)\(own)"
  }

  /// The files and folders that a reader will want to open, as paths in the project, with a word on
  /// each; of the instances that stand.
  public var highlights: [(instance: String, path: String, note: String)] {
    plan.instances.flatMap { planned -> [(instance: String, path: String, note: String)] in
      guard case .current(let manifest) = planned.state else { return [] }
      let files = manifest.outputs.flatMap(\.files).map(\.file)
      if let folder = publishedFolder(of: planned) {
        let kinds = Dictionary(grouping: files) { URL(fileURLWithPath: $0).pathExtension }
        let note = kinds.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }
        return [(planned.name, folder + "/", note.joined(separator: ", "))]
      }
      let shown = files.filter { file in
        planned.instance.stage.highlights.contains { $0.matches(file) }
      }
      return shown.map { (planned.name, "\(plan.folder.path)/\(planned.name)/\($0)", "") }
    }
  }
}
