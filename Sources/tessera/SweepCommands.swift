import ArgumentParser
import Foundation
import Planning
import Preflight
import Sweeps
import TensorFiles
import Terminals
import Weaving

/// `tessera sweep`: runs a recipe with many settings and seeds.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Plan many runs, and tell what they have come to.",
    subcommands: [SweepPlanCommand.self, SweepReportCommand.self, SweepStatusCommand.self])
}

/// The steps of each run that a sweep includes.
struct SweepSelection: ParsableArguments {
  @Flag(help: "Figures and pages of each run too.")
  var figures = false

  var selection: Selection { figures ? .all : .unpublished }

  /// Plans all runs, and checks one per setting for values that a stage would reject.
  func plan(_ sweep: Sweep, in project: Project, isChecked: Bool) throws -> SweepPlan {
    var planner = try Planner(project: project)
    return try SweepPlan(sweep, selection: selection, planner: &planner) { plan in
      if isChecked { try RecipeCheck(plan, in: project).check() }
    }
  }
}

struct SweepPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Print the grid, and write what is to be done.",
    discussion: """
      Writes sweep.json and todo.txt into data/sweeps/NAME, and prints the grid for people, and where \
      nothing is to be done the report. Exits 10 with --preview where something would run.
      """)

  @Argument(help: "A recipe, or the path of a sweep file.")
  var recipe: String

  @Option(help: "The sweep's name.")
  var name: String?

  @Option(help: "Seeds 1 to N.")
  var seeds: String?

  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Values laid over the recipe.", valueName: "key=v1,v2,…"))
  var sets: [String] = []

  @Option(help: "Number of runs at the same time, for the forecast.")
  var jobs = 1

  @Option(help: "The folder to which relative paths of the command line refer.")
  var relativeTo: String?

  @Flag(help: "Print alone.")
  var preview = false

  @Flag(help: "First remove what a program that died has left behind; for a command that is alone.")
  var tidy = false

  @OptionGroup var selection: SweepSelection

  func run() throws {
    let project = try Project.here()
    if tidy { try Leftovers(in: project).remove(keepingWork: false) }
    let sweep = try requested(in: project)
    let plan = try selection.plan(sweep, in: project, isChecked: true)
    let folder = SweepFolder(sweep.name, in: project)
    printGrid(of: plan)
    if preview {
      if !plan.unfinished.isEmpty { throw ExitCode(10) }
      return
    }
    var isFree = false
    try FileLock.ifFree("sweeps/\(sweep.name)", in: project) {
      isFree = true
      try folder.remember(sweep)
      try folder.write(plan.todo, to: "todo.txt")
      if plan.unfinished.isEmpty { try SweepReport(plan, in: folder).print() }
    }
    guard isFree else { throw SweepError.inProgress(sweep.name) }
  }

  private func requested(in project: Project) throws -> Sweep {
    let caller = URL(
      fileURLWithPath: relativeTo ?? FileManager.default.currentDirectoryPath, isDirectory: true)
    let sets = try self.sets.map { text in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw SweepError.notAKey(text)
      }
      let key = String(text[..<equals])
      return Sweep.Axis(
        key: key, values: try ValueList.split(String(text[text.index(after: equals)...]), key: key))
    }
    var given: [Int] = []
    if let seeds {
      guard let counted = Sweep.seeds(count: seeds) else {
        throw SweepError.seedCount(found: seeds)
      }
      given = counted
    }
    if recipe.hasSuffix(".yaml") {
      let url = URL(fileURLWithPath: recipe, relativeTo: caller)
      if let file = try SweepFile(contentsOf: url) {
        let replaced = Set(sets.map(\.key))
        return try Sweep(
          name: name ?? file.name, recipe: file.recipe,
          sets: file.sets.filter { !replaced.contains($0.key) } + sets,
          seeds: given.isEmpty ? file.seeds : given, in: project,
          callerFolder: url.deletingLastPathComponent())
      }
    }
    return try Sweep(
      name: name, recipe: recipe, sets: sets, seeds: given, in: project, callerFolder: caller)
  }

  private func printGrid(of plan: SweepPlan) {
    let sweep = plan.sweep
    let seeds = sweep.seeds.isEmpty ? "" : " × \(NumberText.count(sweep.seeds.count, "seed"))"
    print(
      "\(sweep.name): \(NumberText.count(plan.points.count, "setting"))\(seeds) = \(NumberText.count(plan.runs.count, "run")) of \(sweep.recipe)"
    )
    printLines(
      columns(
        sweep.axes.map { [$0.key, $0.values.joined(separator: ", ")] }
          + (sweep.seeds.isEmpty
            ? [] : [[sweep.seedKeys.joined(separator: ", "), Self.text(of: sweep.seeds)]])))
    for key in plan.ineffectiveKeys { print("  warning: \(key)") }
    guard !plan.unfinished.isEmpty else {
      return print(
        "\(plan.runs.count == 1 ? "the run is" : "all \(plan.runs.count) runs are") finished")
    }
    let results = plan.results
    print(
      "\(NumberText.count(plan.unfinished.count, "run")) to do: \(NumberText.count(results.all, "result")) to make, \(results.shared) of them shared by several runs"
    )
    if plan.seconds > 0 {
      let rest = plan.isForecastWhole ? "" : ", and the steps whose time no past run tells"
      let time = readable(seconds: plan.seconds / Double(max(1, jobs)))
      print("about \(time) with \(jobs) at once, estimated from past runs\(rest)")
    }
  }

  private static func text(of seeds: [Int]) -> String {
    seeds.count > 6 && seeds == Array(seeds[0]...seeds[seeds.count - 1])
      ? "\(seeds[0]) … \(seeds[seeds.count - 1])" : seeds.map { "\($0)" }.joined(separator: ", ")
  }
}

struct SweepReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print the table of a sweep, and write its page and files.")

  @Argument(help: "The sweep.")
  var name: String

  @OptionGroup var selection: SweepSelection

  func run() throws {
    let project = try Project.here()
    let folder = try SweepFolder.named(name, in: project)
    let plan = try selection.plan(try folder.sweep(), in: project, isChecked: false)
    try SweepReport(plan, in: folder).print()
  }
}

/// Writes the table, page and files of a sweep.
private struct SweepReport {
  let results: SweepResults
  let folder: SweepFolder

  init(_ plan: SweepPlan, in folder: SweepFolder) {
    results = SweepResults(plan)
    self.folder = folder
  }

  func print() throws {
    guard !results.outcomes.isEmpty else {
      return Output.line("no run of \(folder.name) is finished yet")
    }
    let count = results.header.count
    printLines(
      columns([results.header] + results.rows, rightAligned: Set((count - 6)..<count)))
    printLines((results.remarks + results.sentences(limit: 12)).map { "  \($0)" })
    if results.unfinishedCount > 0 {
      Output.line(
        "  \(NumberText.count(results.unfinishedCount, "run is", "runs are")) not finished")
    }
    let weaver = Weaver(folder.project)
    Output.line("page: \(try weaver.weave(results, in: folder))")
    Output.line("files: \(folder.pagePath)/runs.csv settings.csv sweep.json")
  }
}
