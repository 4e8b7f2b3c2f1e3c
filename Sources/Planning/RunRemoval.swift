import Foundation

/// Removes a run: its folder under `data/runs`, its published copies, and its evaluations on other
/// data. Artefacts stay, since other runs may use them.
public struct RunRemoval {
  private let folder: RunFolder
  private let project: Project

  public init(of folder: RunFolder, in project: Project) {
    self.folder = folder
    self.project = project
  }

  /// Removes the run. The caller must hold the project's lock exclusively.
  ///
  /// - Parameter pages: Files in `plots/RUN` that this program wrote besides published copies.
  /// - Returns: Files of `plots/RUN` that belong to the user and stay, as paths in the project.
  public func remove(pages: [String]) throws -> [String] {
    let runFolder = try project.writableFolder(folder.path)
    var kept: [String] = []
    for publishing in Set(project.graph.stages.compactMap(\.publishingFolder)).sorted() {
      let path = "\(publishing)/\(folder.name)"
      kept += try removeCopies(in: path, pages: pages)
    }
    let evaluations = try project.writableFolder(project.evaluationsPath(run: folder.name))
    try? FileManager.default.removeItem(at: evaluations)
    return kept + (try removeFolder(runFolder))
  }

  /// Removes what this program writes into a run's folder, and the folder if nothing else is in it.
  private func removeFolder(_ place: URL) throws -> [String] {
    let files = FileManager.default
    let own = ["run.json", "recipe.yaml", "journal.jsonl", ".report"] + folder.linkedSteps
    for name in own { unlink(place.appendingPathComponent(name).path) }
    let rest = try files.contentsOfDirectory(atPath: place.path).sorted()
    if rest.isEmpty { try files.removeItem(at: place) }
    return rest.map { "\(folder.path)/\($0)" }
  }

  private func removeCopies(in path: String, pages: [String]) throws -> [String] {
    let files = FileManager.default
    let place = try project.writableFolder(path)
    guard let names = try? files.contentsOfDirectory(atPath: place.path) else { return [] }
    var kept: [String] = []
    for name in names.sorted() {
      var isFolder: ObjCBool = false
      let file = place.appendingPathComponent(name)
      if FileStamp(ofFile: file.path) == nil,
        files.fileExists(atPath: file.path, isDirectory: &isFolder),
        isFolder.boolValue
      {
        kept += try removeCopies(in: "\(path)/\(name)", pages: [])
      }
    }
    for file in try PublishedCopies(folder: place).unedited() { try files.removeItem(at: file) }
    for page in pages { unlink(place.appendingPathComponent(page).path) }
    let rest = ((try? files.contentsOfDirectory(atPath: place.path)) ?? []).sorted()
    if rest.isEmpty { try files.removeItem(at: place) }
    return kept
      + rest.filter { FileStamp(ofFile: place.appendingPathComponent($0).path) != nil }
      .map { "\(path)/\($0)" }
  }
}
