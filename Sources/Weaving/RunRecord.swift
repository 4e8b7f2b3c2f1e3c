import Foundation
import Planning
import Recipes
import TensorFiles

/// All that a page shows about a run, read from the project: its plan, artefacts and chapters.
struct RunRecord {
  /// One step of the recipe.
  struct Chapter {
    let planned: PlannedStep
    /// The manifest of the run's valid artefact, even if the recipe has changed since.
    let manifest: Manifest?
    let cells: [WovenCell]
    /// Outputs that belong to no cell: warnings.
    let general: [StageOutput]
    /// The first step of the same stage, whose chapter has the prose; nil for that step itself.
    let first: String?

    var name: String { planned.name }
    var stage: String { planned.step.stage.name }
  }

  let project: Project
  let plan: RunPlan
  let chapters: [Chapter]

  var name: String { plan.request.run }

  init(_ plan: RunPlan, in project: Project) throws {
    self.project = project
    self.plan = plan
    var chapters: [Chapter] = []
    for planned in plan.steps {
      let stage = planned.step.stage.name
      let source = try Self.text("stages/\(stage)/main.swift", in: project)
      let artefact = plan.folder.linkedArtefact(of: planned.name)
      let copy = artefact?.record("main.swift").flatMap {
        try? String(contentsOf: $0, encoding: .utf8)
      }
      let woven = WovenCell.cells(
        of: StageSource(source), ranFrom: copy.map { StageSource($0) },
        outputs: artefact?.record("cells.jsonl").map { StageOutput.records(inFile: $0) } ?? [])
      chapters.append(
        Chapter(
          planned: planned, manifest: artefact?.validManifest, cells: woven.cells,
          general: woven.general + Self.faults(of: artefact),
          first: chapters.first { $0.stage == stage && $0.first == nil }?.name))
    }
    self.chapters = chapters
  }

  /// The parts of an artefact that are not as recorded, and therefore not on the page.
  private static func faults(of artefact: Artefact?) -> [StageOutput] {
    guard let artefact else { return [] }
    let lines =
      artefact.faults.map { "This result is not valid: \($0)." }
      + artefact.remarks.map { "Not used, since it is not as recorded: \($0)." }
    return lines.map { StageOutput(line: 0, content: .warning($0)) }
  }

  private static func text(_ path: String, in project: Project) throws(PlanningError) -> String {
    do {
      return try String(contentsOf: project.url(path), encoding: .utf8)
    } catch {
      throw .unreadable(file: path, reason: error.localizedDescription, repair: "restore it")
    }
  }
}

// MARK: - Links

extension RunRecord {
  /// The folder of an artefact.
  func folder(of manifest: Manifest) -> URL {
    project.url(project.artefactPath(stage: manifest.stage, key: manifest.key))
  }

  /// The link from the page to a file of a step: to the published copy in the page's folder if
  /// there is one, otherwise to the file in the run's folder.
  func link(toFile file: String, of chapter: Chapter) -> String {
    let name = file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? file
    let folder = chapter.name == chapter.stage ? "" : "\(chapter.name)/"
    let copy = project.url(Weaver.path(ofRun: self.name)).deletingLastPathComponent()
      .appendingPathComponent(folder + file)
    if chapter.planned.step.stage.publishingFolder != nil,
      chapter.manifest?.has(file: file) == true,
      FileManager.default.fileExists(atPath: copy.path)
    {
      return folder + name
    }
    return "\(link(toFolderOf: chapter))\(name)"
  }

  /// From the page to the folder of a step's results.
  func link(toFolderOf chapter: Chapter) -> String { "../../\(plan.folder.path)/\(chapter.name)/" }
}
