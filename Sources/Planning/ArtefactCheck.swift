import Foundation
import TensorFiles

/// The comparison of one artefact's folder with its manifest.
struct ArtefactCheck {
  let stage: String
  let key: String
  let root: URL

  private var path: String { "data/cache/\(stage)/\(key)" }

  /// - Returns: Nil if the artefact has no folder, or an empty one.
  func run(_ rereading: Bool) -> Artefact? {
    let folder = root.appendingPathComponent(path)
    guard PlainName.isPlain(stage), PlainName.isPlain(key) else { return nil }
    if let link = ProjectFolder.firstLink(in: path, of: root) {
      return artefact(folder, [.folder(found: "the link \(link)")])
    }
    var status = stat()
    guard lstat(folder.path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFDIR,
      let present = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    else { return artefact(folder, [.folder(found: "what can't be read as a folder")]) }
    guard !present.isEmpty else { return nil }

    let manifest: Manifest
    switch Manifest.read(inFolder: folder) {
    case .success(let found): manifest = found
    case .failure(let fault): return artefact(folder, [fault])
    }
    if let fault = identityFault(of: manifest) { return artefact(folder, [fault]) }

    var memory = ArtefactStore.memory(stage: stage, key: key, root: root)
    let outputs = manifest.outputs.flatMap(\.files)
    var faults: [ArtefactFault] = []
    for file in outputs {
      if let fault = fault(of: file, in: folder, &memory, rereading) { faults.append(fault) }
    }
    var remarks: [ArtefactFault] = []
    for file in manifest.records ?? [] {
      if let fault = fault(of: file, in: folder, &memory, rereading) { remarks.append(fault) }
    }
    if let records = manifest.records {
      let known = Set((outputs + records).map(\.file) + [Manifest.fileName])
      remarks += present.sorted().filter { !known.contains($0) }.map { .unrecorded($0) }
    }
    memory.save()
    return Artefact(
      stage: stage, key: key, folder: folder, manifest: manifest, faults: faults, remarks: remarks)
  }

  private func artefact(_ folder: URL, _ faults: [ArtefactFault]) -> Artefact {
    Artefact(stage: stage, key: key, folder: folder, manifest: nil, faults: faults, remarks: [])
  }

  /// The fault of a manifest that was edited or belongs to another artefact; otherwise nil.
  private func identityFault(of manifest: Manifest) -> ArtefactFault? {
    guard manifest.stage == stage, manifest.key == key else {
      return .manifest(
        recorded: "\(stage) \(key)", found: "that of \(manifest.stage) \(manifest.key)")
    }
    let names = (manifest.outputs.flatMap(\.files) + (manifest.records ?? [])).map(\.file)
    if let name = names.first(where: { !PlainName.isPlain($0) }) {
      return .manifest(recorded: "plain file names", found: "'\(name)'")
    }
    guard CacheKey(parts: manifest.parts).text == key else {
      return .manifest(recorded: "the parts of key \(key)", found: "parts of another key")
    }
    guard manifest.digestOfOutputs == manifest.contentDigest else {
      return .manifest(recorded: "the digest of its outputs", found: "another")
    }
    return nil
  }

  private func fault(
    of file: Manifest.File, in folder: URL, _ memory: inout DigestMemory, _ rereading: Bool
  ) -> ArtefactFault? {
    let url = folder.appendingPathComponent(file.file)
    var status = stat()
    guard lstat(url.path, &status) == 0 else { return .missing(file) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .notAFile(file) }
    guard status.st_size == file.bytes else { return .size(file, found: Int64(status.st_size)) }
    do {
      if let recorded = file.sha256 {
        let found = try memory.sha256(of: url, named: file.file, rereading: rereading)
        return found == recorded ? nil : .bytes(file, recorded: recorded, found: found)
      }
      // Written before manifests recorded all bytes.
      let found = try memory.verifiedContent(of: url, named: file.file, rereading: rereading)
      return found == file.digest ? nil : .bytes(file, recorded: file.digest, found: found)
    } catch TensorFileError.wrongDigest(_, let expected, let found, _) {
      return .bytes(file, recorded: expected, found: found)
    } catch {
      return .unreadable(file, reason: "\(error)")
    }
  }
}
