import Foundation

/// File names without a path, which can't lead to another folder.
enum PlainName {
  /// Whether `name` has no slash, begins with no full stop and holds only printable characters.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && !name.contains("/") && name.utf8.count <= 255
      && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}

/// Folders of the project that are written to. `data` and `plots` may be links that the user made; whatever
/// lies below may come from a stranger, so links there are not followed.
enum ProjectFolder {
  /// The first link among the components of `path` after the first; nil if there is none.
  ///
  /// - Parameter path: Relative to the project: `data/cache/train/KEY`.
  static func firstLink(in path: String, of root: URL) -> String? {
    let components = path.split(separator: "/").map(String.init)
    for count in components.indices.dropFirst() {
      let partial = components[...count].joined(separator: "/")
      var status = stat()
      guard lstat(root.appendingPathComponent(partial).path, &status) == 0 else { return nil }
      if status.st_mode & S_IFMT == S_IFLNK { return partial }
    }
    return nil
  }
}

extension Project {
  /// The URL of a folder to write to.
  ///
  /// - Throws: `PlanningError.linkInTheWay`.
  public func writableFolder(_ path: String) throws(PlanningError) -> URL {
    if let link = ProjectFolder.firstLink(in: path, of: root) { throw .linkInTheWay(path: link) }
    return url(path)
  }
}
