import Foundation
import TensorFiles

/// The copies of an artefact's outputs in a folder that people read and edit, such as `plots/RUN`.
///
/// `.published.json` in the folder records the copied files. A file that differs from its record
/// was edited: it is kept, and the new version is written next to it.
struct PublishedCopies {
  /// A copy that the user has edited.
  struct Edited: Equatable {
    let file: String
    /// The current output, beside the edited copy; nil if the copy was made from that output.
    let newFile: String?
  }

  private let folder: URL
  private let memory: URL
  /// Name and SHA-256 of what was copied.
  private var published: [String: String]

  /// - Parameter folder: The folder of the copies; created if it is missing.
  init(folder: URL) {
    self.folder = folder
    memory = folder.appendingPathComponent(".published.json")
    let data = FileManager.default.contents(atPath: memory.path)
    let stored = data.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) }
    published = (stored ?? [:]).filter { PlainName.isPlain($0.key) }
  }

  /// Copies missing and outdated files, and removes published files that are no longer outputs.
  /// Files that were never published are left alone.
  ///
  /// - Parameters:
  ///   - outputs: Name and SHA-256 of the outputs.
  ///   - earlier: Those of the artefact that was published before, for a folder without a record.
  ///   - source: The artefact's folder.
  ///   - replacingEdited: Replace edited copies too.
  /// - Returns: The edited copies that were kept.
  mutating func update(
    to outputs: [String: String], earlier: [String: String], from source: URL, replacingEdited: Bool
  ) throws -> [Edited] {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let before = published
    var edited: [Edited] = []
    var wanted = Set(outputs.keys)
    for (name, digest) in outputs.sorted(by: { $0.key < $1.key }) {
      let known = published[name] ?? earlier[name]
      let found = try digestOfCopy(name)
      guard let found, found != digest, found != known, !replacingEdited else {
        if found != digest { try write(source.appendingPathComponent(name), to: name) }
        published[name] = digest
        continue
      }
      // Keeps the digest from which the edited copy was made.
      published[name] = known ?? Self.unknown
      guard known != digest else {
        edited.append(Edited(file: name, newFile: nil))
        continue
      }
      let beside = try nameBeside(name)
      if try digestOfCopy(beside) != digest {
        try write(source.appendingPathComponent(name), to: beside)
      }
      published[beside] = digest
      wanted.insert(beside)
      edited.append(Edited(file: name, newFile: beside))
    }
    for name in Set(published.keys).union(earlier.keys).subtracting(wanted).sorted() {
      let known = published.removeValue(forKey: name) ?? earlier[name]
      if try digestOfCopy(name) == known { unlink(folder.appendingPathComponent(name).path) }
    }
    if published != before {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try AtomicFile.write(try encoder.encode(published) + Data("\n".utf8), to: memory)
    }
    return edited
  }

  /// The unedited copies and the record: these may be removed with the run.
  func unedited() throws -> [URL] {
    let files = try published.keys.sorted().filter { try digestOfCopy($0) == published[$0] }
    return (files + [memory.lastPathComponent]).map { folder.appendingPathComponent($0) }
      .filter { FileStamp(ofFile: $0.path) != nil }
  }

  /// `loss.gp` → `loss.new.gp`, or `loss.new-2.gp` if that is the user's own, and so on.
  private func nameBeside(_ name: String) throws -> String {
    let url = URL(fileURLWithPath: name)
    let stem = url.deletingPathExtension().lastPathComponent
    let end = url.pathExtension.isEmpty ? "" : ".\(url.pathExtension)"
    var beside = "\(stem).new\(end)"
    var number = 2
    while let found = try digestOfCopy(beside), found != published[beside] {
      beside = "\(stem).new-\(number)\(end)"
      number += 1
    }
    return beside
  }

  private static let unknown = "unknown"
  private static let noFile = "no file"

  /// - Returns: Nil if there is no such file; no digest if it is a link or a folder, so that it
  ///   counts as edited.
  private func digestOfCopy(_ name: String) throws -> String? {
    let url = folder.appendingPathComponent(name)
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG else { return Self.noFile }
    return try ContentDigest.ofBytes(at: url)
  }

  private func write(_ source: URL, to name: String) throws {
    try AtomicFile.write(
      try Data(contentsOf: source), to: folder.appendingPathComponent(name))
  }
}
