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
  public func publish(remembering: Bool) throws {
    if remembering, !plan.takesOutdated {
      try plan.folder.remember(plan.request, recipe: plan.recipe)
    }
    for planned in plan.instances {
      guard case .current(let manifest) = planned.state else { continue }
      let old = planned.linked
      try plan.folder.link(planned.name, toKey: manifest.key, ofStage: manifest.stage)
      if let folder = publishedFolder(of: planned) {
        try copyOutputs(of: manifest, replacing: old, to: folder)
      }
    }
  }

  /// The folder of an instance's published copies, as a path in the project: `plots/RUN`, or
  /// `plots/RUN/NAME` for an instance that is not named for its stage. Nil where nothing is published.
  public func publishedFolder(of planned: PlannedInstance) -> String? {
    guard let folder = planned.instance.stage.publishingFolder else { return nil }
    let own = planned.name == planned.instance.stage.name ? "" : "/\(planned.name)"
    return "\(folder)/\(plan.request.run)\(own)"
  }

  /// Copies what is missing or differs, and removes what the artefact before had published and this
  /// one lacks. Other files of the folder are left alone.
  private func copyOutputs(of manifest: Manifest, replacing old: Manifest?, to path: String) throws {
    let files = FileManager.default
    let source = project.url(project.artefactPath(stage: manifest.stage, key: manifest.key))
    let folder = project.url(path)
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    let names = Set(manifest.outputs.flatMap(\.files).map(\.file))
    for name in names.sorted() {
      let (from, to) = (source.appendingPathComponent(name), folder.appendingPathComponent(name))
      guard !files.contentsEqual(atPath: from.path, andPath: to.path) else { continue }
      try AtomicFile.write(try Data(contentsOf: from), to: to)
    }
    for name in Set(old?.outputs.flatMap(\.files).map(\.file) ?? []).subtracting(names) {
      try? files.removeItem(at: folder.appendingPathComponent(name))
    }
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
