import Foundation

/// Keeps replaced files: whatever was altered or added in an artefact's folder is
/// moved to `data/set-aside/STAGE/KEY/` when the artefact is recomputed.
struct SetAside {
  private let project: Project

  init(in project: Project) { self.project = project }

  /// Keeps every file of an artefact that is not as its manifest records it.
  ///
  /// The files are linked, so that the artefact's folder does not change until it is replaced.
  ///
  /// - Returns: A line for each kept file.
  func keepAltered(of artefact: Artefact) throws(PlanningError) -> [String] {
    let names: [String]
    if artefact.manifest == nil {
      // Without the manifest, any file may have been altered.
      names = ((try? FileManager.default.contentsOfDirectory(atPath: artefact.folder.path)) ?? [])
        .sorted()
    } else {
      names = (artefact.faults + artefact.remarks).map(\.file)
    }
    var lines: [String] = []
    if FileStamp(ofFile: artefact.folder.path) != nil {
      // A file lies where the folder should.
      let kept = try keep(artefact.folder, artefact.key, of: artefact)
      if let kept {
        lines.append("\(artefact.stage): a file lay in the result's place; it is kept as \(kept)")
      }
    }
    for name in names where name != "." {
      let kept = try keep(artefact.folder.appendingPathComponent(name), name, of: artefact)
      if let kept {
        lines.append("\(artefact.stage): '\(name)' was not as recorded; it is kept as \(kept)")
      }
    }
    return lines
  }

  /// Moves a file that is not part of the artefact out of its folder.
  ///
  /// - Returns: A line about the moved file; nil if another command has just moved it.
  func remove(_ name: String, from artefact: Artefact) throws(PlanningError) -> String? {
    let source = artefact.folder.appendingPathComponent(name)
    let place = try freePlace(for: name, of: artefact)
    guard rename(source.path, project.url(place).path) == 0 else {
      if errno == ENOENT { return nil }
      throw .unwritable(file: place, reason: String(cString: strerror(errno)))
    }
    return "\(artefact.stage): '\(name)' is no file of this result; it is kept as \(place)"
  }

  /// - Returns: The file's new path in the project; nil if there is no file.
  private func keep(
    _ file: URL, _ name: String, of artefact: Artefact
  ) throws(PlanningError) -> String? {
    var status = stat()
    guard lstat(file.path, &status) == 0 else { return nil }
    let place = try freePlace(for: name, of: artefact)
    // A folder can't be linked.
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    let target = project.url(place).path
    guard (isFolder ? rename(file.path, target) : link(file.path, target)) == 0 else {
      throw .unwritable(file: place, reason: String(cString: strerror(errno)))
    }
    return place
  }

  /// An unused name in the set-aside folder.
  private func freePlace(for name: String, of artefact: Artefact) throws(PlanningError) -> String {
    let path = "\(Self.path)/\(artefact.stage)/\(artefact.key)"
    let folder = try project.writableFolder(path)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(file: path, reason: error.localizedDescription)
    }
    var place = "\(path)/\(name)"
    var number = 2
    var status = stat()
    while lstat(project.url(place).path, &status) == 0 {
      place = "\(path)/\(name).\(number)"
      number += 1
    }
    return place
  }

  /// The folder of all files set aside, as a path in the project.
  static let path = "data/set-aside"
}
