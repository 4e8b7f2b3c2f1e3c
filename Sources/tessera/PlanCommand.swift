import ArgumentParser
import Planning

/// `tessera plan`: what has to run, for pipeline.sh to walk or for a user to read.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print what has to run, one instance a line.",
    discussion: """
      Lines of fields separated by tabs. First 'run', the run's name and its recipe; then, for each \
      instance, its state ('current', 'due', 'waiting', 'outdated' or 'absent'), its name, its stage \
      and a reason; where nothing is due, 'open', an instance, a file worth opening and a note.
      """)

  @OptionGroup var options: RunOptions
  @OptionGroup var selection: SelectionOptions

  @Flag(help: "Point the run's links at all artefacts that stand, and remember the request.")
  var publish = false

  @Flag(help: "Print for people, with the time each took before; exit 10 where something would run.")
  var preview = false

  func run() throws {
    let project = try Project.here()
    let request = try options.request(in: project)
    var planner = try Planner(project: project)
    let plan = try planner.plan(
      request, selection: selection.selection, forced: selection.isForced)
    if preview { return try printPreview(of: plan, project: project) }

    let publication = Publication(plan, in: project)
    if publish { try publication.publish(remembering: options.recipe != nil) }
    let explanation = Explanation(plan, in: project)
    printFields("run", request.run, request.recipe)
    for planned in plan.instances {
      let stage = planned.instance.stage.name
      switch planned.state {
      case .current: printFields("current", planned.name, stage, "")
      case .due: printFields("due", planned.name, stage, explanation.summary(of: planned))
      case .waiting(let producers):
        printFields("waiting", planned.name, stage, producers.joined(separator: ", "))
      case .outdated: printFields("outdated", planned.name, stage, "")
      case .absent: printFields("absent", planned.name, stage, "")
      }
    }
    guard plan.isComplete else { return }
    for highlight in publication.highlights {
      printFields("open", highlight.instance, highlight.path, highlight.note)
    }
  }

  private func printFields(_ fields: String...) {
    print(fields.joined(separator: "\t"))
  }

  private func printPreview(of plan: RunPlan, project: Project) throws {
    let explanation = Explanation(plan, in: project)
    var forecast = Forecast(project: project)
    var total = 0.0
    let rows = plan.instances.map { planned -> [String] in
      let seconds = forecast.seconds(for: planned)
      let before = seconds.map { "took \(readable(seconds: $0))" } ?? "never run"
      switch planned.state {
      case .current: return [planned.name, "up to date"]
      case .outdated: return [planned.name, "taken as it stands, though out of date"]
      case .absent: return [planned.name, "does not stand"]
      case .due:
        total += seconds ?? 0
        return [planned.name, "would run", before, explanation.summary(of: planned)]
      case .waiting(let producers):
        total += seconds ?? 0
        return [planned.name, "would follow", before, "reads \(producers.joined(separator: ", "))"]
      }
    }
    print("\(plan.request.run) (recipe \(plan.request.recipe))")
    columns(rows).forEach { print($0) }
    guard !plan.isComplete else { return print("nothing would run") }
    print("about \(readable(seconds: total)), going by past runs")
    throw ExitCode(10)
  }
}
