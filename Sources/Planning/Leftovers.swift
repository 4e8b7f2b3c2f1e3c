import Foundation

/// Files that a killed process may leave behind and nothing else removes: incomplete artefacts,
/// temporary files, and the state of a stage whose result is valid.
///
/// Only a command that holds the project's lock exclusively removes them: then no other process writes these
/// files or has a lock file open.
public struct Leftovers {
  private let project: Project

  public init(in project: Project) { self.project = project }

  /// - Parameter keepingWork: Keep the state of stages whose result is valid: a repeated `--force` resumes
  ///   from it.
  public func remove(keepingWork: Bool) throws(PlanningError) {
    for stage in try folders(in: "data/cache") {
      for name in names(in: stage) where name.hasPrefix(".new-") { try remove("\(stage)/\(name)") }
    }
    if names(in: "data/cache").contains(Self.oldMemory) {
      try remove("data/cache/\(Self.oldMemory)")
    }
    for kind in LockHolder.kinds {
      let folder = "\(LockHolder.folder)/\(kind)"
      for name in names(in: folder) { try removeFile(name, in: folder) }
    }
    let runs = try folders(in: "data/runs")
    for folder in runs + [ArtefactStore.memoryPath, "plots"] + (try folders(in: "plots")) {
      for name in names(in: folder) where Self.isTemporary(name) {
        try removeFile(name, in: folder)
      }
    }
    for stage in try folders(in: "data/work") {
      for folder in try folders(in: stage) {
        for name in names(in: folder) where Self.isTemporary(name) {
          try removeFile(name, in: folder)
        }
        let words = folder.split(separator: "/").map(String.init)
        let isValid = project.artefact(stage: words[2], key: words[3])?.validManifest != nil
        if isValid && !keepingWork || names(in: folder).isEmpty { try remove(folder) }
      }
    }
  }

  /// Whether a file has the name of an atomic write's temporary file, `.NAME.….tmp`, or of an unfinished
  /// link, `.STEP.link`.
  package static func isTemporary(_ name: String) -> Bool {
    // A regular expression would take a fifth of the time of a run with nothing to do.
    let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].isEmpty, let kind = parts.last else { return false }
    if kind.elementsEqual("link".utf8) { return parts.count == 3 && !parts[1].isEmpty }
    let random = parts[parts.count - 2]
    let hasName = parts.count > 4 || parts.count == 4 && !parts[1].isEmpty
    return kind.elementsEqual("tmp".utf8) && hasName && !random.isEmpty
      && random.allSatisfy(\.isSmallLetterOrDigit)
  }

  /// The file of remembered digests that earlier versions kept.
  private static let oldMemory = ".digests.json"

  /// The folders in a folder of the project, as paths in the project. Links are skipped.
  private func folders(in path: String) throws(PlanningError) -> [String] {
    _ = try project.writableFolder(path)
    return names(in: path).filter { !$0.hasPrefix(".") }.map { "\(path)/\($0)" }.filter { folder in
      var status = stat()
      return lstat(project.url(folder).path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
  }

  /// Removes a temporary file; a folder of such a name belongs to the user.
  private func removeFile(_ name: String, in path: String) throws(PlanningError) {
    unlink(try project.writableFolder(path).appendingPathComponent(name).path)
  }

  private func names(in path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: project.url(path).path)) ?? []).sorted()
  }

  private func remove(_ path: String) throws(PlanningError) {
    do {
      try FileManager.default.removeItem(at: try project.writableFolder(path))
    } catch let error as PlanningError {
      throw error
    } catch {
      throw .unwritable(file: path, reason: error.localizedDescription)
    }
  }
}
