import Foundation
import TensorFiles

/// Publishes valid artefacts: as links in the run's folder, and as copies for people to look at.
public struct Publication {
  private let plan: RunPlan
  private let project: Project

  public init(_ plan: RunPlan, in project: Project) {
    self.plan = plan
    self.project = project
  }

  /// Points the run's links at all valid artefacts, and restores the copies of those whose stage
  /// publishes.
  ///
  /// The run's request is remembered too, unless an outdated artefact is used: then
  /// the run as a whole does not match the recipe.
  ///
  /// - Parameter replacingEdited: Replace edited copies, which are kept otherwise.
  /// - Returns: A line for each edited copy.
  public func publish(remembering: Bool, replacingEdited: Bool) throws -> [String] {
    if remembering, !plan.usesOutdated {
      try plan.folder.remember(plan.request, recipe: plan.recipe, isComplete: plan.isComplete)
    }
    var lines: [String] = []
    for planned in plan.steps {
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

  /// The folder of a step's published copies, as a path in the project: `plots/RUN`, or
  /// `plots/RUN/NAME` for a step that is not named after its stage. Nil if nothing is published.
  public func publishedFolder(of planned: PlannedStep) -> String? {
    guard let folder = planned.step.stage.publishingFolder else { return nil }
    let own = planned.name == planned.step.stage.name ? "" : "/\(planned.name)"
    return "\(folder)/\(plan.request.run)\(own)"
  }

  /// The files and folders that a reader will want to open, as paths in the project, with a note on
  /// each; only of valid steps.
  public var highlights: [(step: String, path: String, note: String)] {
    plan.steps.flatMap { planned -> [(step: String, path: String, note: String)] in
      guard case .current(let manifest) = planned.state else { return [] }
      let files = manifest.outputs.flatMap(\.files).map(\.file)
      if let folder = publishedFolder(of: planned) {
        let kinds = Dictionary(grouping: files) { URL(fileURLWithPath: $0).pathExtension }
        let note = kinds.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }
        return [(planned.name, folder + "/", note.joined(separator: ", "))]
      }
      let shown = files.filter { file in
        planned.step.stage.highlights.contains { $0.matches(file) }
      }
      return shown.map { (planned.name, "\(plan.folder.path)/\(planned.name)/\($0)", "") }
    }
  }
}
