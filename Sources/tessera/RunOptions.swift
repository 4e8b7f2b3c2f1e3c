import ArgumentParser
import CheckedNumbers
import Foundation
import Models
import Planning
import Sweeps
import TensorFiles
import Training

/// The arguments that request a run: a recipe, or the request of an earlier run, the
/// latest if neither is named.
struct RunOptions: ParsableArguments {
  @Argument(help: "A recipe of stages/recipes, or the path of a .yaml file.")
  var recipe: String?

  @Option(name: .customLong("as"), help: "The run's name; the recipe's where it is left out.")
  var name: String?

  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A value laid over the recipe.", valueName: "key=value"))
  var overrides: [String] = []

  @Option(name: .customLong("run"), help: "Repeat this run's last request.")
  var earlierRun: String?

  @Option(name: .customLong("sweep"), help: "With --run: what this sweep asks of that run.")
  var sweepName: String?

  @Option(
    help: ArgumentHelp(
      "The folder to which relative paths of the command line refer.", visibility: .hidden))
  var relativeTo: String?

  func validate() throws {
    guard recipe == nil || earlierRun == nil else {
      throw ValidationError("a recipe and --run exclude each other")
    }
  }

  /// Whether the run should store this request.
  var isNewRequest: Bool { recipe != nil || sweepName != nil }

  /// The request, checked as far as it can be without reading the recipe.
  func request(in project: Project) throws -> RunRequest {
    if let sweepName {
      return try SweepFolder.named(sweepName, in: project).request(ofRun: earlierRun ?? "")
    }
    guard let recipe else { return try RunFolder.named(earlierRun, in: project).request }
    let here = FileManager.default.currentDirectoryPath
    return try RunRequest(
      recipe: recipe, run: name, overrides: overrides, project: project,
      callerFolder: URL(fileURLWithPath: relativeTo ?? here))
  }
}

/// The arguments that select steps of a run.
struct SelectionOptions: ParsableArguments {
  @Option(help: "Only this step.")
  var only: String?

  @Option(help: "This step and all after it.")
  var from: String?

  @Option(help: "This step and all before it.")
  var until: String?

  @Flag(help: "The steps whose outputs are published.")
  var published = false

  @Flag(help: "The steps whose outputs are not published.")
  var unpublished = false

  @Flag(help: "Run the selected steps even if they are up to date.")
  var force = false

  @Option(help: "A step that --force has already run.")
  var done: [String] = []

  func validate() throws {
    guard [only, from, until].count(where: { $0 != nil }) + (published ? 1 : 0) <= 1 else {
      throw ValidationError("--only, --from and --until exclude each other")
    }
  }

  var selection: Selection {
    if published { return .published }
    if unpublished { return .unpublished }
    if let only { return .only(only) }
    if let from { return .from(from) }
    return until.map { .until($0) } ?? .all
  }

  func isForced(_ step: String) -> Bool { force && !done.contains(step) }
}

extension Project {
  /// The project in whose folder the tool runs.
  static func here() throws -> Project {
    try Project(
      root: URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
      declared: DeclaredKeys.all())
  }
}

/// A duration for people.
func readable(seconds: Double) -> String { NumberText.duration(seconds: seconds) }

/// A size for people.
func readable(bytes: Int) -> String { NumberText.size(bytes: bytes) }

/// Rows as aligned columns, two spaces apart.
///
/// - Parameters:
///   - rightAligned: Columns that are right-aligned.
///   - width: Width of the terminal in characters: the last cell of a wider row wraps in its column. Nil
/// for
///     no limit.
func columns(
  _ rows: [[String]], indent: String = "  ", rightAligned: Set<Int> = [], width: Int? = nil
) -> [String] {
  let rows = rows.map { row in row.map { PrintableText.escaped($0, limit: .max) } }
  let count = rows.map(\.count).max() ?? 0
  // Nothing follows a row's last cell, so its length does not matter.
  let widths = (0..<count).map { column in
    rows.filter { column < $0.count - 1 || column < $0.count && rightAligned.contains(column) }
      .map { PrintableText.width(of: $0[column]) }.max() ?? 0
  }
  return rows.flatMap { row in
    let cells = row.enumerated().map { column, cell in
      let space = String(
        repeating: " ", count: max(widths[column] - PrintableText.width(of: cell), 0))
      if rightAligned.contains(column) { return space + cell }
      return column == row.count - 1 ? cell : cell + space
    }
    let line = indent + cells.joined(separator: "  ")
    guard let width, PrintableText.width(of: line) > width, let last = row.last else {
      return [line]
    }
    let margin = indent.count + widths.prefix(row.count - 1).reduce(0) { $0 + $1 + 2 }
    let parts = wrapped(last, width: max(width - margin, 20))
    let start = indent + cells.dropLast().map { $0 + "  " }.joined()
    return parts.enumerated().map { index, part in
      (index == 0 ? start : String(repeating: " ", count: margin)) + part
    }
  }
}
