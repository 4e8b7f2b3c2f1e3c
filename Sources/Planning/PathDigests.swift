import Foundation
import TensorFiles

/// The content digests of the files and folders that recipes name by path. Symbolic links are
/// followed.
struct PathDigests {
  private let memoryFolder: URL

  /// - Parameter memoryFolder: The folder of the files that remember digests.
  init(memoryFolder: URL) { self.memoryFolder = memoryFolder }

  /// The digest of a file's bytes, or of a folder's file
  /// names and digests.
  ///
  /// - Returns: Nil if `url` does not exist.
  func digest(of url: URL) throws -> String? {
    let target = url.resolvingSymlinksInPath()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: target.path, isDirectory: &isFolder) else {
      return nil
    }
    let name = ContentDigest.sha256Hex(Data(target.path.utf8)).prefix(32)
    var memory = DigestMemory(store: memoryFolder.appendingPathComponent("path-\(name).json"))
    defer { memory.save() }
    guard isFolder.boolValue else {
      return try memory.sha256(of: target, named: target.lastPathComponent)
    }
    let files = try FolderWalk.files(below: target)
    memory.keep(only: Set(files.map(\.path)))
    var lines: [String] = []
    for file in files {
      let digest = try memory.sha256(of: file.url, named: file.path)
      lines.append("\(digest) \(file.path.utf8.count):\(file.path)")
    }
    return ContentDigest.sha256Hex(Data(lines.joined(separator: "\n").utf8))
  }
}
