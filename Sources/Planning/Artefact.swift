import Foundation

/// The files of an artefact in the cache, compared with its manifest.
///
/// An artefact is *valid* if its manifest is intact and its own, and each output is there, byte
/// for byte as recorded. Only valid artefacts are read. Records (log, timing, cells) may differ: they
/// are then reported and ignored, but cause no rerun. The comparison finds accidents and stray
/// edits, not a deliberate rewrite of outputs and manifest together.
public struct Artefact: Sendable {
  public let stage: String
  public let key: String
  public let folder: URL
  /// The manifest as it was read; nil if it is damaged or belongs to another artefact. If `faults` is
  /// not empty, use it for explanations only.
  public let manifest: Manifest?
  /// Why the artefact is not valid; empty if it is.
  public let faults: [ArtefactFault]
  /// Altered records and files that the manifest does not list: reported and ignored.
  public let remarks: [ArtefactFault]

  /// The manifest of a valid artefact; otherwise nil.
  public var validManifest: Manifest? { faults.isEmpty ? manifest : nil }

  /// The artefact whose folder is `url` or contains it: in a project's
  /// `data/cache/STAGE/KEY`, or through its link `data/runs/RUN/STEP`.
  ///
  /// - Returns: Nil if `url` lies in no such folder.
  public static func around(_ url: URL) -> Artefact? {
    // `data` may be a link: first as it is written, then with links resolved.
    for path in [url.absoluteURL.standardizedFileURL, url.resolvingSymlinksInPath()] {
      let parts = path.pathComponents
      for end in [parts.count, parts.count - 1] where end > 5 && parts[end - 4] == "data" {
        let root = URL(fileURLWithPath: "/" + parts[1..<(end - 4)].joined(separator: "/"))
        var place = (stage: parts[end - 2], key: parts[end - 1])
        if parts[end - 3] == "runs" {
          if let project = try? Project(root: root),
            let artefact = RunFolder(place.stage, in: project).linkedArtefact(of: place.key)
          {
            return artefact
          }
          let link = root.appendingPathComponent("data/runs/\(place.stage)/\(place.key)")
          guard let target = RunFolder.place(ofLink: link) else { continue }
          place = target
        } else if parts[end - 3] != "cache" {
          continue
        }
        return ArtefactCheck(stage: place.stage, key: place.key, root: root).run(false)
      }
    }
    return nil
  }

  /// The same artefact, marked invalid for a reason outside its folder.
  func refused(_ fault: ArtefactFault) -> Artefact {
    Artefact(
      stage: stage, key: key, folder: folder, manifest: manifest, faults: [fault] + faults,
      remarks: remarks)
  }

  /// The URL of an unaltered record (`timing.csv`, `cells.jsonl`, …); otherwise nil.
  public func record(_ name: String) -> URL? {
    guard let manifest = validManifest, !remarks.contains(where: { $0.file == name }),
      manifest.records?.contains(where: { $0.file == name }) ?? true
    else { return nil }
    let url = folder.appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}

/// The artefacts of a project, each checked once per process.
///
/// `@unchecked Sendable`: the lock guards all access to the checked artefacts.
public final class ArtefactStore: @unchecked Sendable {
  private let root: URL
  private let lock = NSLock()
  private var checked: [String: Artefact?] = [:]

  init(root: URL) { self.root = root }

  /// The artefact in the cache; nil if it has no folder, or an empty one.
  ///
  /// - Parameter rereading: Read all bytes, also of files that seem unchanged since the last time.
  public func artefact(stage: String, key: String, rereading: Bool = false) -> Artefact? {
    let name = "\(stage)/\(key)"
    lock.lock()
    defer { lock.unlock() }
    if !rereading, let known = checked[name] { return known }
    let found = ArtefactCheck(stage: stage, key: key, root: root).run(rereading)
    checked[name] = .some(found)
    return found
  }

  /// Forgets an artefact that this program has just published.
  func forget(stage: String, key: String) {
    lock.lock()
    defer { lock.unlock() }
    checked["\(stage)/\(key)"] = nil
  }

  /// The remembered digests of an artefact.
  static func memory(stage: String, key: String, root: URL) -> DigestMemory {
    DigestMemory(
      store: root.appendingPathComponent(memoryPath).appendingPathComponent("\(stage)-\(key).json"))
  }

  /// The folder of all remembered digests, as a path in the project.
  static let memoryPath = "data/cache/.digests"
}
