import Foundation
import TensorFiles

/// The copies of an artefact's outputs in a folder that people look into and edit, such as `plots/RUN`.
///
/// The folder remembers, in `.published.json`, what was copied into it. A file that differs from that
/// was edited: it is kept, and what would have replaced it is written beside it.
struct PublishedCopies {
  /// A copy that the user has edited.
  struct Edited: Equatable {
    let file: String
    /// The present output, beside the edited copy; nil where the copy was made from that very output.
    let newFile: String?
  }

  private let folder: URL
  private let memory: URL
  /// Name and SHA-256 of what was copied.
  private var published: [String: String]

  /// - Parameter folder: Where the copies lie; made where it is missing.
  init(folder: URL) {
    self.folder = folder
    memory = folder.appendingPathComponent(".published.json")
    let data = FileManager.default.contents(atPath: memory.path)
    published = data.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
  }

  /// Copies what is missing or older, and removes what was published before and is no output any more.
  /// Files that were never published are left alone.
  ///
  /// - Parameters:
  ///   - outputs: Name and SHA-256 of the outputs.
  ///   - earlier: Those of the artefact that was published before, for a folder without a memory.
  ///   - source: The artefact's folder.
  ///   - replacingEdited: Replace edited copies too.
  /// - Returns: The edited copies that were kept.
  mutating func update(
    to outputs: [String: String], earlier: [String: String], from source: URL, replacingEdited: Bool
  ) throws -> [Edited] {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let before = published
    var edited: [Edited] = []
    for (name, digest) in outputs.sorted(by: { $0.key < $1.key }) {
      let copy = folder.appendingPathComponent(name)
      let beside = Self.nameBeside(name)
      let known = published[name] ?? earlier[name]
      let found = try digestOfCopy(copy)
      if let found, found != digest, found != known, !replacingEdited {
        // What was copied last, and not edited since, stays known as the edited copy's origin.
        published[name] = known ?? ""
        if known == digest {
          remove(beside)
          edited.append(Edited(file: name, newFile: nil))
        } else {
          try write(source.appendingPathComponent(name), to: folder.appendingPathComponent(beside))
          edited.append(Edited(file: name, newFile: beside))
        }
        continue
      }
      if found != digest { try write(source.appendingPathComponent(name), to: copy) }
      published[name] = digest
      remove(beside)
    }
    for name in Set(published.keys).union(earlier.keys).subtracting(outputs.keys).sorted() {
      let known = published.removeValue(forKey: name) ?? earlier[name]
      if try digestOfCopy(folder.appendingPathComponent(name)) == known { remove(name) }
      remove(Self.nameBeside(name))
    }
    if published != before {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try AtomicFile.write(try encoder.encode(published) + Data("\n".utf8), to: memory)
    }
    return edited
  }

  /// The published copies that nobody has edited, and the memory: what may be removed with the run.
  func unedited() throws -> [URL] {
    var files = try published.keys.sorted().filter { name in
      try digestOfCopy(folder.appendingPathComponent(name)) == published[name]
    }
    files += published.keys.sorted().map(Self.nameBeside) + [memory.lastPathComponent]
    return files.map { folder.appendingPathComponent($0) }
      .filter { FileStamp(ofFile: $0.path) != nil }
  }

  /// `loss.gp` → `loss.new.gp`.
  private static func nameBeside(_ name: String) -> String {
    let url = URL(fileURLWithPath: name)
    let stem = url.deletingPathExtension().lastPathComponent
    return url.pathExtension.isEmpty ? "\(stem).new" : "\(stem).new.\(url.pathExtension)"
  }

  /// - Returns: Nil where there is no such file; a digest of nothing where it is a link or a folder, so
  ///   that it counts as edited.
  private func digestOfCopy(_ url: URL) throws -> String? {
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG else { return "" }
    return try ContentDigest.ofBytes(at: url)
  }

  private func write(_ source: URL, to target: URL) throws {
    try AtomicFile.write(try Data(contentsOf: source), to: target)
  }

  private func remove(_ name: String) {
    unlink(folder.appendingPathComponent(name).path)
  }
}
