import Foundation

/// Publishes artefacts atomically.
enum ArtefactFolder {
  /// Makes `new` the artefact of `stage` and `key` atomically: the place always holds either
  /// the old artefact or the new one. Files and folders are synced first.
  ///
  /// The old artefact is then removed, except for altered files: these are
  /// set aside.
  ///
  /// - Parameter new: A folder beside the artefact's.
  /// - Returns: A line for each file that was set aside.
  static func publish(
    _ new: URL, stage: String, key: String, in project: Project
  ) throws(PlanningError) -> [String] {
    let path = try project.writableFolder(project.artefactPath(stage: stage, key: key))
    for name in (try? FileManager.default.contentsOfDirectory(atPath: new.path)) ?? [] {
      try sync(new.appendingPathComponent(name))
    }
    try sync(new)
    var setAside: [String] = []
    if let old = project.artefact(stage: stage, key: key) {
      setAside = try SetAside(in: project).keepAltered(of: old)
    }
    if rename(new.path, path.path) != 0 {
      if errno == ENOTDIR {
        // There is a file instead of a folder.
        guard unlink(path.path) == 0, rename(new.path, path.path) == 0 else { throw failure(path) }
      } else {
        guard errno == ENOTEMPTY || errno == EEXIST else { throw failure(path) }
        try exchange(new, path)
        do {
          try FileManager.default.removeItem(at: new)
        } catch {
          throw .unwritable(file: new.path, reason: error.localizedDescription)
        }
      }
    }
    try sync(path.deletingLastPathComponent())
    project.forgetArtefact(stage: stage, key: key)
    return setAside
  }

  private typealias RenameAt2 =
    @convention(c) (
      CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt
    ) -> CInt

  /// Linux's `renameat2`, which its headers show to GNU sources only.
  private static let renameAt2: RenameAt2? = dlsym(nil, "renameat2").map {
    unsafeBitCast($0, to: RenameAt2.self)
  }
  private static let renameExchange: CUnsignedInt = 2

  /// Swaps two folders. A file system that can't do that in one step (NFS)
  /// does it in two: a power cut between them costs a rerun.
  private static func exchange(_ new: URL, _ path: URL) throws(PlanningError) {
    if let renameAt2, renameAt2(AT_FDCWD, new.path, AT_FDCWD, path.path, renameExchange) == 0 {
      return
    }
    let aside = new.path + "-old"
    guard rename(path.path, aside) == 0, rename(new.path, path.path) == 0,
      rename(aside, new.path) == 0
    else { throw failure(path) }
  }

  /// Flushes a file or folder to disk. File systems that cannot sync
  /// a folder answer EINVAL.
  private static func sync(_ url: URL) throws(PlanningError) {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(url) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(url) }
  }

  private static func failure(_ url: URL) -> PlanningError {
    .unwritable(file: url.path, reason: String(cString: strerror(errno)))
  }
}
