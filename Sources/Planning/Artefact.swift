import Foundation

/// What lies at an artefact's place in the cache, compared with its manifest.
///
/// An artefact *stands* where its manifest is its own and whole, and each of its outputs is there, byte
/// for byte as recorded. Only then is anything read from it. Records (log, timing, cells) may differ: they
/// are then named and not used, but nothing runs again for them. The comparison finds accidents and stray
/// edits, not somebody who rewrites outputs and manifest together.
public struct Artefact: Sendable {
  public let stage: String
  public let key: String
  public let folder: URL
  /// The manifest as it was read; nil where it is not this artefact's own, or not whole. Of use for
  /// explanations only where `faults` is not empty.
  public let manifest: Manifest?
  /// Why the artefact does not stand; empty where it does.
  public let faults: [ArtefactFault]
  /// Differences of records and files that are in no record: named, and not used.
  public let remarks: [ArtefactFault]

  /// The manifest, where the artefact stands.
  public var standing: Manifest? { faults.isEmpty ? manifest : nil }

  /// The artefact in whose folder a file lies, or which `url` itself is: in a project's
  /// `data/cache/STAGE/KEY`, or behind its link `data/runs/RUN/STEP`.
  ///
  /// - Returns: Nil where `url` lies in no such folder.
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

  /// The artefact as one that does not stand, for a reason that lies outside its folder.
  func refused(_ fault: ArtefactFault) -> Artefact {
    Artefact(
      stage: stage, key: key, folder: folder, manifest: manifest, faults: [fault] + faults,
      remarks: remarks)
  }

  /// The place of a record (`timing.csv`, `cells.jsonl`, …) that is as it was recorded; nil otherwise.
  public func record(_ name: String) -> URL? {
    guard let manifest = standing, !remarks.contains(where: { $0.file == name }),
      manifest.records?.contains(where: { $0.file == name }) ?? true
    else { return nil }
    let url = folder.appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}

/// The artefacts of a project, each checked once in a program's life.
///
/// `@unchecked Sendable`: all access to what has been checked goes through the lock.
public final class ArtefactStore: @unchecked Sendable {
  private let root: URL
  private let lock = NSLock()
  private var checked: [String: Artefact?] = [:]

  init(root: URL) { self.root = root }

  /// What lies at an artefact's place; nil where nothing does, or only an empty folder.
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

  /// The memory of an artefact's digests.
  static func memory(stage: String, key: String, root: URL) -> DigestMemory {
    DigestMemory(
      store: root.appendingPathComponent(memoryPath).appendingPathComponent("\(stage)-\(key).json"))
  }

  /// The folder of all memories of digests, as a path in the project.
  static let memoryPath = "data/cache/.digests"
}
