import Foundation

/// The regular files below a folder. Symbolic links are followed.
///
/// Hidden names (`.DS_Store`, `._name`, `.nfs…`), broken links, pipes, sockets and devices are
/// skipped.
public enum FolderWalk {
  public struct File: Sendable, Equatable {
    /// Relative to the folder.
    public let path: String
    /// The file itself, with links resolved.
    public let url: URL
  }

  /// - Parameter folder: A folder, or a link to one.
  /// - Returns: The files in the order of their paths' bytes.
  /// - Throws: An error if a folder can't be read.
  public static func files(below folder: URL) throws -> [File] {
    var files: [File] = []
    try walk(folder.resolvingSymlinksInPath(), prefix: "", ancestors: [], into: &files)
    return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func walk(
    _ folder: URL, prefix: String, ancestors: [String], into files: inout [File]
  ) throws {
    // A link to an enclosing folder would lead to an endless recursion.
    guard !ancestors.contains(folder.path) else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where !name.hasPrefix(".") {
      var url = folder.appending(path: name, directoryHint: .notDirectory)
      var status = stat()
      guard lstat(url.path, &status) == 0 else { continue }
      // The folder's own path is resolved, and resolving one takes longer than all else here.
      if status.st_mode & S_IFMT == S_IFLNK {
        url = url.resolvingSymlinksInPath()
        guard stat(url.path, &status) == 0 else { continue }
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG: files.append(File(path: prefix + name, url: url))
      case S_IFDIR:
        try walk(
          url, prefix: prefix + name + "/", ancestors: ancestors + [folder.path], into: &files)
      default: continue
      }
    }
  }
}
