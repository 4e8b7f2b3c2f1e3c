import Foundation
import Gnuplot
import Planning
import Recipes
import TensorFiles

/// The folder of a sweep, `data/sweeps/NAME/`: the request (`sweep.json`), the runs' logs, and the
/// copies of sources and binaries from which they run.
public struct SweepFolder: Sendable {
  public let name: String
  public let project: Project

  public init(_ name: String, in project: Project) {
    self.name = name
    self.project = project
  }

  static let parent = "data/sweeps"
  /// The folder, as a path in the project.
  public var path: String { "\(Self.parent)/\(name)" }
  /// The log of a run, as a path in the project.
  public func logPath(ofRun run: String) -> String { "\(path)/logs/\(run).txt" }
  /// The list of remaining work for pipeline.sh, as a path in the project.
  public var todoPath: String { "\(path)/todo.txt" }
  /// The folder of the page, as a path in the project.
  public var pagePath: String { "plots/sweeps/\(name)" }

  /// The names of all sweeps, sorted.
  public static func names(in project: Project) -> [String] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: project.url(parent).path)) ?? []
    return names.filter { name in
      Sweep.isName(name)
        && FileManager.default.fileExists(atPath: project.url("\(parent)/\(name)/sweep.json").path)
    }.sorted()
  }

  /// The folder of the sweep `name`.
  ///
  /// - Throws: `SweepError.unknownSweep`.
  public static func named(_ name: String, in project: Project) throws(SweepError) -> SweepFolder {
    let names = names(in: project)
    guard names.contains(name) else {
      throw .unknownSweep(name: name, suggestion: nearest(to: name, among: names), known: names)
    }
    return SweepFolder(name, in: project)
  }

  /// The latest request of the sweep.
  public func sweep() throws(SweepError) -> Sweep {
    let file = "\(path)/sweep.json"
    let url = project.url(file)
    // Even the largest sweep is far below this size.
    guard let handle = try? FileHandle(forReadingFrom: url),
      let data = try? handle.read(upToCount: 4 << 20)
    else { throw .unreadable(file: file, reason: "it can't be read") }
    try? handle.close()
    guard let sweep = Self.sweep(in: data), sweep.name == name else {
      throw .unreadable(file: file, reason: "it does not hold the sweep '\(name)'")
    }
    return sweep
  }

  /// The sweep in a `sweep.json`; nil if it is invalid or out of bounds.
  package static func sweep(in data: Data) -> Sweep? {
    let sweep = try? JSONDecoder().decode(Sweep.self, from: data)
    return sweep.flatMap { $0.isInBounds ? $0 : nil }
  }

  /// Saves the request of the sweep.
  public func remember(_ sweep: Sweep) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try write(String(decoding: try encoder.encode(sweep), as: UTF8.self) + "\n", to: "sweep.json")
  }

  /// Writes a file of the folder atomically.
  public func write(_ text: String, to name: String) throws {
    let file = try project.writableFolder("\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write(Data(text.utf8), to: file)
  }

  /// The files that are written to the folder of the page.
  public static let pageFiles =
    ["report.html", "runs.csv", "settings.csv", "sweep.json"]
    + ["curves", "effects"].flatMap(Renderer.files(of:))

  /// Removes the folder, and the page with its files. The caller must hold the project's exclusive
  /// lock.
  ///
  /// - Returns: Other files that remain in the page's folder, as paths in the project.
  public func remove() throws -> [String] {
    let files = FileManager.default
    try files.removeItem(at: try project.writableFolder(path))
    let page = try project.writableFolder(pagePath)
    for name in Self.pageFiles { unlink(page.appendingPathComponent(name).path) }
    let rest = ((try? files.contentsOfDirectory(atPath: page.path)) ?? []).sorted()
    if rest.isEmpty { try? files.removeItem(at: page) }
    return rest.map { "\(pagePath)/\($0)" }
  }

  /// The request of one run of the sweep.
  public func request(ofRun run: String) throws(SweepError) -> RunRequest {
    let sweep = try sweep()
    guard let found = sweep.runs(of: sweep.points).first(where: { $0.name == run }) else {
      throw .unknownRun(name: run, sweep: name)
    }
    return found.request
  }

  /// The names of all runs that belong to a sweep.
  public static func runNames(in project: Project) -> Set<String> {
    var runs: Set<String> = []
    for name in names(in: project) {
      guard let sweep = try? SweepFolder(name, in: project).sweep() else { continue }
      runs.formUnion(sweep.runs(of: sweep.points).map(\.name))
    }
    return runs
  }
}
