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
    public let step: String
    public let stage: String
    public let old: String?
    public let new: String

    private enum CodingKeys: String, CodingKey {
      case time
      case step = "instance"
      case stage, old, new
    }
  }

  /// The target of the link of `step`: the stage and the key of an artefact; nil if there is no
  /// link, or if it does not lead into the cache.
  public func linkedPlace(of step: String) -> (stage: String, key: String)? {
    PlainName.isPlain(step) ? Self.place(ofLink: url(step)) : nil
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

  /// The key of the artefact to which the link of `step` points, or nil if there is no link.
  public func linkedKey(of step: String) -> String? { linkedPlace(of: step)?.key }

  /// The names of the steps that have links, sorted.
  public var linkedSteps: [String] {
    project.entries(of: path).filter { linkedPlace(of: $0) != nil }
  }

  /// The artefact that the link of `step` points to; nil if there is no link or no artefact. A
  /// link to the artefact of another stage is a fault and is not read.
  public func linkedArtefact(of step: String) -> Artefact? {
    guard let place = linkedPlace(of: step),
      let artefact = project.artefact(stage: place.stage, key: place.key)
    else { return nil }
    guard let stage = stage(of: step, linkedTo: place.stage) else { return artefact }
    return artefact.refused(
      .folder(recorded: "an artefact of \(stage)", found: "one of \(place.stage)"))
  }

  /// The stage of `step`, if it is not `linked`, the stage of the artefact that its link leads to.
  ///
  /// Recipe and graph define it. If the recipe can't be read any more, only a step named after a
  /// stage has a known stage.
  private func stage(of step: String, linkedTo linked: String) -> String? {
    guard linked != step else { return nil }
    let listed = (try? request).flatMap { try? project.recipe(for: $0).steps }
    let steps = listed.flatMap { try? project.graph.steps(for: $0) }
    let stage =
      steps?.first { $0.name == step }?.stage.name
      ?? project.graph.stage(named: step)?.name
    return stage == linked ? nil : stage
  }

  /// The manifest of the valid artefact of `step`, or nil.
  public func linkedManifest(of step: String) -> Manifest? {
    linkedArtefact(of: step)?.validManifest
  }

  /// The valid artefact of `step`.
  ///
  /// - Throws: `PlanningError.damaged` if its files are not as recorded, `noResult` if there
  ///   is none.
  public func validArtefact(
    of step: String
  ) throws(PlanningError) -> (artefact: Artefact, manifest: Manifest) {
    guard let artefact = linkedArtefact(of: step) else {
      throw .noResult(step: step, run: name, command: command)
    }
    guard let manifest = artefact.validManifest else {
      throw .damaged(
        step: step, run: name, fault: artefact.faults[0], command: command)
    }
    return (artefact, manifest)
  }

  /// Points the link of `step` at an artefact, atomically, and records the change in the journal.
  func link(_ step: String, toKey key: String, ofStage stage: String) throws {
    let old = linkedKey(of: step)
    guard old != key else { return }
    try FileManager.default.createDirectory(
      at: try project.writableFolder(path), withIntermediateDirectories: true)
    let entry = JournalEntry(
      time: Timestamp.now, step: step, stage: stage, old: old, new: key)
    try append(entry)
    let temporary = url(".\(step).link").path
    unlink(temporary)
    guard symlink("../../cache/\(stage)/\(key)", temporary) == 0,
      rename(temporary, url(step).path) == 0
    else {
      throw PlanningError.unwritable(
        file: "\(path)/\(step)", reason: String(cString: strerror(errno)))
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
