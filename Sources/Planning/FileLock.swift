import Foundation

/// A short lock for files that several commands write, such as the list of runs: `flock` on a file
/// of `data/locks`. The kernel releases it when the process ends, even by a signal.
public enum FileLock {
  /// Runs `body` while no other command holds the lock `name`; waits until it is free.
  ///
  /// - Throws: `PlanningError.unwritable` where the file can't be made or locked, and what `body` throws.
  public static func with<Result>(
    _ name: String, in project: Project, _ body: () throws -> Result
  ) throws -> Result {
    let descriptor = try open(name, in: project)
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure(name) }
    }
    return try body()
  }

  /// Runs `body` unless another command holds the lock called `name`.
  ///
  /// - Throws: `PlanningError.unwritable` where the file can't be made or locked, and what `body` throws.
  public static func ifFree(
    _ name: String, in project: Project, _ body: () throws -> Void
  ) throws {
    let descriptor = try open(name, in: project)
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw failure(name) }
      return
    }
    try body()
  }

  private static func open(_ name: String, in project: Project) throws -> CInt {
    let path = "\(LockHolder.folder)/\(name)"
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
    try FileManager.default.createDirectory(
      at: try project.writableFolder(parent), withIntermediateDirectories: true)
    let descriptor = Foundation.open(
      project.url(path).path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw failure(name) }
    return descriptor
  }

  private static func failure(_ name: String) -> PlanningError {
    .unwritable(file: "\(LockHolder.folder)/\(name)", reason: String(cString: strerror(errno)))
  }
}
