import Foundation

/// Files in `data` that no run uses, for `gc`.
public struct UnusedData {
  /// A folder that may be removed.
  public struct Item: Sendable {
    /// As a path in the project.
    public let path: String
    public let bytes: Int
    public let reason: String
    /// The artefact, if the folder is one.
    let artefact: Artefact?
  }

  public let items: [Item]
  private let project: Project

  /// - Parameter planner: Plans every run, to find the unfinished work that would be resumed.
  public init(in project: Project, planner: inout Planner) {
    self.project = project
    let runs = project.runNames.map { RunFolder($0, in: project) }
    var used: Set<String> = []
    for run in runs {
      for step in run.linkedSteps {
        if let place = run.linkedPlace(of: step) { used.insert("\(place.stage)/\(place.key)") }
      }
    }
    var items: [Item] = []
    let stages = project.graph.stages.map(\.name)
    for stage in stages {
      for key in Self.keys(in: "data/cache/\(stage)", of: project)
      where !used.contains("\(stage)/\(key)") {
        let path = project.artefactPath(stage: stage, key: key)
        items.append(
          Item(
            path: path, bytes: Self.byteCount(of: project.url(path)),
            reason: Self.reason(project.artefact(stage: stage, key: key)),
            artefact: project.artefact(stage: stage, key: key)))
      }
    }
    let wanted = Self.wantedWork(of: runs, planner: &planner)
    for stage in stages where !wanted.unknown.contains(stage) {
      for key in Self.keys(in: "data/work/\(stage)", of: project)
      where !wanted.keys.contains("\(stage)/\(key)") {
        let path = project.workPath(stage: stage, key: key)
        items.append(
          Item(
            path: path, bytes: Self.byteCount(of: project.url(path)),
            reason: "unfinished, and no run's recipe asks for it now", artefact: nil))
      }
    }
    for stage in project.entries(of: SetAside.path) {
      for key in project.entries(of: "\(SetAside.path)/\(stage)") {
        let path = "\(SetAside.path)/\(stage)/\(key)"
        items.append(
          Item(
            path: path, bytes: Self.byteCount(of: project.url(path)),
            reason: "altered files, set aside when \(stage) was made again", artefact: nil))
      }
    }
    self.items = items
  }

  /// Removes all items. The caller must hold the project's lock exclusively.
  ///
  /// - Returns: A line for each file that was not as recorded and is set aside.
  public func remove() throws(PlanningError) -> [String] {
    var lines: [String] = []
    for item in items {
      if let artefact = item.artefact {
        lines += try SetAside(in: project).keepAltered(of: artefact)
      }
      do {
        try FileManager.default.removeItem(at: try project.writableFolder(item.path))
      } catch let error as PlanningError {
        throw error
      } catch {
        throw .unwritable(file: item.path, reason: error.localizedDescription)
      }
      if let artefact = item.artefact {
        let name = "\(artefact.stage)-\(artefact.key).json"
        unlink(try project.writableFolder("\(ArtefactStore.memoryPath)/\(name)").path)
      }
    }
    return lines
  }

  private static func reason(_ artefact: Artefact?) -> String {
    guard let artefact else { return "an empty folder" }
    guard let manifest = artefact.validManifest else {
      return "no run uses it, and it is not valid"
    }
    return "no run uses it; made \(Timestamp.local(manifest.created)) for \(manifest.run)"
  }

  /// The states that runs would resume, as STAGE/KEY, and the stages for which some run's next key is
  /// not known yet.
  private static func wantedWork(
    of runs: [RunFolder], planner: inout Planner
  ) -> (keys: Set<String>, unknown: Set<String>) {
    var keys: Set<String> = []
    var unknown: Set<String> = []
    for run in runs {
      guard let request = try? run.request, let plan = try? planner.plan(request) else {
        // An unreadable run may need any of the unfinished work.
        return ([], Set(run.project.graph.stages.map(\.name)))
      }
      for planned in plan.steps {
        let stage = planned.step.stage.name
        switch planned.state {
        case .due(let key): keys.insert("\(stage)/\(key.text)")
        case .waiting: unknown.insert(stage)
        case .current, .outdated, .absent: continue
        }
      }
    }
    return (keys, unknown)
  }

  /// The subfolders of a stage's folder that are named like keys; others belong to the user.
  private static func keys(in path: String, of project: Project) -> [String] {
    project.entries(of: path).filter { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil }
  }

  private static func byteCount(of folder: URL) -> Int {
    let files = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.fileSizeKey])
    var bytes = 0
    while let file = files?.nextObject() as? URL {
      bytes += (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
    }
    return bytes
  }
}
