import Foundation
import Recipes
import TensorFiles

/// The folder of a run, `data/runs/RUN/`: its request (`run.json`, `recipe.yaml`), a link to
/// the artefact of each step, and the journal of how these links have changed.
public struct RunFolder: Sendable {
  public let name: String
  let project: Project

  public init(_ name: String, in project: Project) {
    self.name = name
    self.project = project
  }

  /// The run that was requested last, of those that are wanted; nil if there is none.
  public static func latest(
    in project: Project, where isWanted: (RunFolder) -> Bool = { _ in true }
  ) -> RunFolder? {
    let folders = project.runNames.map { RunFolder($0, in: project) }.filter(isWanted)
    return folders.max { ($0.requestTime, $0.name) < ($1.requestTime, $1.name) }
  }

  /// The run called `name`; the latest if that is nil.
  public static func named(_ name: String?, in project: Project) throws(PlanningError) -> RunFolder
  {
    guard let name else {
      guard let latest = latest(in: project) else { throw .noRun }
      return latest
    }
    let names = project.runNames
    guard names.contains(name) else {
      throw .unknownRun(name: name, suggestion: nearest(to: name, among: names), known: names)
    }
    return RunFolder(name, in: project)
  }

  /// The folder, as a path in the project.
  public var path: String { project.runPath(name) }
  private func url(_ name: String) -> URL { project.url(path).appendingPathComponent(name) }
}

// MARK: - Request

extension RunFolder {
  private struct Request: Codable {
    let request: RunRequest
    /// When the run last completed; nil if it never has.
    let time: Date?
  }

  private var storedRequest: Request? {
    guard let data = try? Data(contentsOf: url("run.json")),
      let stored = try? JSONDecoder().decode(Request.self, from: data), stored.request.run == name
    else { return nil }
    return stored
  }

  /// Whether the run has stored a request, so that a command repeats it.
  public var hasRequest: Bool { FileStamp(ofFile: project.url("\(path)/run.json").path) != nil }

  /// A run that has never completed counts as older than all others.
  private var requestTime: Date { storedRequest?.time ?? .distantPast }

  /// The run's last request.
  public var request: RunRequest {
    get throws(PlanningError) {
      guard let stored = storedRequest else {
        throw .unreadable(
          file: "\(path)/run.json", reason: "it does not hold the request of a run '\(name)'",
          repair: "run the recipe again")
      }
      return stored.request
    }
  }

  /// The command that repeats the run.
  var command: String { (try? request.command) ?? "./pipeline.sh run RECIPE --as \(name)" }

  /// Stores the run's request, and the recipe with every value filled in.
  ///
  /// - Parameter isComplete: Whether the run has completed, which makes it the latest.
  public func remember(_ request: RunRequest, recipe: Recipe, isComplete: Bool) throws {
    try FileManager.default.createDirectory(
      at: try project.writableFolder(path), withIntermediateDirectories: true)
    let text = Data(recipe.resolvedYAML().utf8)
    if (try? Data(contentsOf: url("recipe.yaml"))) != text {
      try AtomicFile.write(text, to: url("recipe.yaml"))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let stored = Request(request: request, time: isComplete ? Date() : storedRequest?.time)
    try AtomicFile.write(try encoder.encode(stored) + Data("\n".utf8), to: url("run.json"))
  }
}

// MARK: - Links and journal

extension RunFolder {
  /// A line of the journal: the old and the new artefact of a step's link, and the time.
  public struct JournalEntry: Sendable, Equatable, Codable {
    public let time: String
    public let instance: String
    public let stage: String
    public let old: String?
    public let new: String
  }

  /// The target of the link of `instance`: the stage and the key of an artefact; nil if there is no
  /// link, or if it does not lead into the cache.
  public func linkedPlace(of instance: String) -> (stage: String, key: String)? {
    PlainName.isPlain(instance) ? Self.place(ofLink: url(instance)) : nil
  }

  /// The target of a link in the form that this program writes.
  static func place(ofLink link: URL) -> (stage: String, key: String)? {
    guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link.path) else {
      return nil
    }
    let words = target.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 5, Array(words[..<3]) == wayToCache, PlainName.isPlain(words[3]),
      PlainName.isPlain(words[4])
    else { return nil }
    return (words[3], words[4])
  }

  private static let wayToCache = ["..", "..", "cache"]

  /// The key of the artefact to which the link of `instance` points, or nil if there is no link.
  public func linkedKey(of instance: String) -> String? { linkedPlace(of: instance)?.key }

  /// The names of the steps that have links, sorted.
  public var linkedInstances: [String] {
    project.entries(of: path).filter { linkedPlace(of: $0) != nil }
  }

  /// The artefact that the link of `instance` points to; nil if there is no link or no artefact. A
  /// link to the artefact of another stage is a fault and is not read.
  public func linkedArtefact(of instance: String) -> Artefact? {
    guard let place = linkedPlace(of: instance),
      let artefact = project.artefact(stage: place.stage, key: place.key)
    else { return nil }
    guard let stage = stage(of: instance, linkedTo: place.stage) else { return artefact }
    return artefact.refused(
      .folder(recorded: "an artefact of \(stage)", found: "one of \(place.stage)"))
  }

  /// The stage of `instance`, if it is not `linked`, the stage of the artefact that its link leads to.
  ///
  /// Recipe and graph define it. If the recipe can't be read any more, only a step named after a
  /// stage has a known stage.
  private func stage(of instance: String, linkedTo linked: String) -> String? {
    guard linked != instance else { return nil }
    let steps = (try? request).flatMap { try? project.recipe(for: $0).steps }
    let instances = steps.flatMap { try? project.graph.instances(for: $0) }
    let stage =
      instances?.first { $0.name == instance }?.stage.name
      ?? project.graph.stage(named: instance)?.name
    return stage == linked ? nil : stage
  }

  /// The manifest of the valid artefact of `instance`, or nil.
  public func linkedManifest(of instance: String) -> Manifest? {
    linkedArtefact(of: instance)?.standing
  }

  /// The valid artefact of `instance`.
  ///
  /// - Throws: `PlanningError.damaged` if its files are not as recorded, `nothingStands` if there
  ///   is none.
  public func standingArtefact(
    of instance: String
  ) throws(PlanningError) -> (artefact: Artefact, manifest: Manifest) {
    guard let artefact = linkedArtefact(of: instance) else {
      throw .nothingStands(instance: instance, run: name, command: command)
    }
    guard let manifest = artefact.standing else {
      throw .damaged(
        instance: instance, run: name, fault: artefact.faults[0], command: command)
    }
    return (artefact, manifest)
  }

  /// Points the link of `instance` at an artefact, in one step, and records the change in the journal.
  func link(_ instance: String, toKey key: String, ofStage stage: String) throws {
    let old = linkedKey(of: instance)
    guard old != key else { return }
    try FileManager.default.createDirectory(
      at: try project.writableFolder(path), withIntermediateDirectories: true)
    let entry = JournalEntry(
      time: Timestamp.now, instance: instance, stage: stage, old: old, new: key)
    try append(entry)
    let temporary = url(".\(instance).link").path
    unlink(temporary)
    guard symlink("../../cache/\(stage)/\(key)", temporary) == 0,
      rename(temporary, url(instance).path) == 0
    else {
      throw PlanningError.unwritable(
        file: "\(path)/\(instance)", reason: String(cString: strerror(errno)))
    }
  }

  /// The journal, oldest first. Unreadable lines are skipped: a power cut may leave half a
  /// line.
  public var journal: [JournalEntry] {
    guard let text = try? String(contentsOf: url("journal.jsonl"), encoding: .utf8) else {
      return []
    }
    return text.split(separator: "\n").compactMap { line in
      try? JSONDecoder().decode(JournalEntry.self, from: Data(line.utf8))
    }
  }

  private func append(_ entry: JournalEntry) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = try encoder.encode(entry) + Data("\n".utf8)
    let file = url("journal.jsonl")
    // Rewritten as a whole, so that half a line left by a power cut does not join the next.
    let old = FileManager.default.contents(atPath: file.path) ?? Data()
    let end = old.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? old.startIndex
    try AtomicFile.write(old[..<end] + line, to: file)
  }
}
