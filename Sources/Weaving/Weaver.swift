import Comparison
import Foundation
import Gnuplot
import Planning
import Sweeps
import TensorFiles

/// Writes the pages of a project: one per run, and the list of all runs.
public struct Weaver {
  /// The outcome of a call.
  public enum Outcome: Sendable, Equatable {
    case written
    /// Nothing that the page shows has changed since it was written.
    case current
  }

  private let project: Project
  /// Identifies the build of this program.
  private let version: String

  /// - Parameter version: Pages that another version wrote are rewritten.
  public init(project: Project, version: String) {
    self.project = project
    self.version = version
  }

  /// The page of a run, as a path in the project.
  public static func path(ofRun run: String) -> String { "plots/\(run)/report.html" }
  /// The list of runs, as a path in the project.
  public static let indexPath = "plots/index.html"

  /// Writes the page of a run and the list of runs.
  ///
  /// - Parameter always: Write even if nothing has changed.
  /// - Throws: `ProseError`, or errors of planning and writing.
  public func weave(_ folder: RunFolder, always: Bool) throws -> Outcome {
    let page = project.url(Self.path(ofRun: folder.name))
    let index = project.url(Self.indexPath)
    let stamp = project.url("\(folder.path)/.report")
    let inputs = digestOfInputs(folder)
    let files = FileManager.default
    if !always, files.fileExists(atPath: page.path), files.fileExists(atPath: index.path),
      (try? String(contentsOf: stamp, encoding: .utf8)) == inputs
    {
      return .current
    }
    var planner = try Planner(project: project)
    let plan = try planner.plan(try folder.request)
    let document = try ReportPage(record: RunRecord(plan, in: project)).document()
    try files.createDirectory(
      at: try project.writableFolder("plots/\(folder.name)"), withIntermediateDirectories: true)
    try AtomicFile.write(Data(document.utf8), to: page)
    try writeIndex()
    try AtomicFile.write(Data(inputs.utf8), to: stamp)
    return .written
  }

  /// Writes a run as a notebook that Jupyter and GitHub show.
  ///
  /// - Returns: The notebook, as a path in the project.
  /// - Throws: Errors of planning and writing.
  public func notebook(_ folder: RunFolder) throws -> String {
    var planner = try Planner(project: project)
    let plan = try planner.plan(try folder.request)
    let data = try NotebookReport(record: RunRecord(plan, in: project)).data()
    let path = "plots/\(folder.name)/notebook.ipynb"
    try FileManager.default.createDirectory(
      at: try project.writableFolder("plots/\(folder.name)"), withIntermediateDirectories: true)
    try AtomicFile.write(data, to: project.url(path))
    return path
  }

  /// Writes the page that compares runs, with their curves, and the list of runs.
  ///
  /// - Returns: The page, as a path in the project.
  /// - Throws: Errors of drawing and writing.
  public func compare(_ folders: [RunFolder]) throws -> String {
    let comparison = RunComparison(folders.map { RunResults($0, in: project) })
    let path = "plots/compare/\(comparison.folderName)"
    let folder = try project.writableFolder(path)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let files =
      try comparison.figure.map {
        try Renderer().render($0, formats: PictureFormat.allCases, into: folder)
      } ?? []
    let page = ComparisonPage(comparison, of: folders, figureFiles: files, in: project)
    try AtomicFile.write(
      Data(page.document().utf8), to: folder.appendingPathComponent("report.html"))
    try writeIndex()
    return "\(path)/report.html"
  }

  /// Writes the figures, tables and page of a sweep into its folder.
  ///
  /// - Returns: The page, as a path in the project.
  /// - Throws: Errors of drawing and writing.
  public func weave(_ results: SweepResults, in folder: SweepFolder) throws -> String {
    let place = try project.writableFolder(folder.pagePath)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (name, text) in [
      ("runs.csv", results.runsCSV), ("settings.csv", results.settingsCSV),
      ("sweep.json", try results.json()),
    ] { try AtomicFile.write(Data(text.utf8), to: place.appendingPathComponent(name)) }
    let files = try [results.curves, results.effectsFigure].compactMap { $0 }.map {
      try Renderer().render($0, formats: PictureFormat.allCases, into: place)
    }
    let page = SweepPage(results: results, figureFiles: files, project: project)
    try AtomicFile.write(
      Data(page.document().utf8), to: place.appendingPathComponent("report.html"))
    try writeIndex()
    return "\(folder.pagePath)/report.html"
  }

  /// Writes the list of runs.
  public func writeIndex() throws {
    try FileManager.default.createDirectory(
      at: try project.writableFolder("plots"), withIntermediateDirectories: true)
    // Of two simultaneous commands, the later must list the other's run too.
    try FileLock.with("index", in: project) {
      try AtomicFile.write(
        Data(RunIndex(project: project).document().utf8), to: project.url(Self.indexPath))
    }
  }

  /// The digest of a page's contents: the run's artefacts, the stages' sources, the recipe.
  private func digestOfInputs(_ folder: RunFolder) -> String {
    var lines = [version]
    for stage in project.graph.stages {
      lines.append(fileDigest("stages/\(stage.name)/main.swift"))
    }
    lines.append(fileDigest("\(folder.path)/recipe.yaml"))
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: project.url(folder.path).path))
    for name in (names ?? []).sorted() {
      guard let place = folder.linkedPlace(of: name) else { continue }
      let artefact = project.artefact(stage: place.stage, key: place.key)
      let faults = (artefact?.faults ?? []) + (artefact?.remarks ?? [])
      lines.append(([name, place.key] + faults.map(\.description)).joined(separator: " "))
    }
    return ContentDigest.sha256Hex(Data(lines.joined(separator: "\n").utf8))
  }

  private func fileDigest(_ path: String) -> String {
    (try? ContentDigest.ofFile(at: project.url(path))) ?? "absent"
  }
}
