import ArgumentParser
import Planning
import Preflight
import Terminals
import Weaving

/// `tessera plan`: what has to run, for pipeline.sh or for the user.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print what has to run, one step a line.",
    discussion: """
      Lines of fields separated by tabs. First 'run', the run's name and its recipe; then 'warning' and \
      a key of the recipe that has no effect; then, for each step, its state ('current', 'due', \
      'waiting', 'outdated' or 'absent'), its name, its stage and a reason, after 'due' also what it \
      makes and what it reads as STAGE-KEY; 'alone' and the step where its stage runs one at a \
      time; 'live' and the step where its stage shows how far it is; 'edited' and a line for each \
      published copy that was edited and is kept; where nothing is due, 'open', a step or 'report', a \
      file worth opening and a note. What a stage would refuse is an error.
      """)

  @OptionGroup var options: RunOptions
  @OptionGroup var selection: SelectionOptions

  @Flag(help: "Point the run's links at all valid artefacts, and remember the request.")
  var publish = false

  @Flag(
    help: "With --publish: replace published copies that were edited, which are kept otherwise.")
  var replaceEdited = false

  @Flag(help: "With --publish: where nothing is due, bring the run's page up to date.")
  var weave = false

  @Flag(help: "First remove what a program that died has left behind; for a command that is alone.")
  var tidy = false

  @Flag(
    help: "Print for people, with the time that past runs tell; exit 10 where something would run.")
  var preview = false

  func run() throws {
    let project = try Project.here()
    let request = try options.request(in: project)
    // A repeated --force resumes from the state of a stage whose result is valid.
    if tidy { try Leftovers(in: project).remove(keepingWork: selection.force) }
    var planner = try Planner(project: project)
    let plan = try planner.plan(
      request, selection: selection.selection, forced: selection.isForced)
    try RecipeCheck(plan, in: project).check()
    if preview { return try printPreview(of: plan, project: project) }

    let publication = Publication(plan, in: project)
    let edited =
      try publish
      ? publication.publish(
        remembering: options.isNewRequest, replacingEdited: replaceEdited) : []
    let explanation = Explanation(plan, in: project)
    printFields("run", request.run, request.recipe)
    for key in plan.recipe.ineffectiveKeys { printFields("warning", "\(key)", "", "") }
    for planned in plan.steps {
      let stage = planned.step.stage.name
      switch planned.state {
      case .current: printFields("current", planned.name, stage, "")
      case .due(let key):
        printFields(
          "due", planned.name, stage, explanation.summary(of: planned),
          planned.resultNames(key: key).joined(separator: " "))
        if planned.step.stage.runsAlone { printFields("alone", planned.name) }
        if planned.step.stage.isLive { printFields("live", planned.name) }
      case .waiting(let producers):
        printFields("waiting", planned.name, stage, producers.joined(separator: ", "))
      case .outdated: printFields("outdated", planned.name, stage, "")
      case .absent: printFields("absent", planned.name, stage, "")
      }
    }
    for line in edited { printFields("edited", line) }
    guard plan.isComplete else { return }
    for highlight in publication.highlights {
      printFields("open", highlight.step, highlight.path, highlight.note)
    }
    // A partial run that uses existing results may not be repeatable by a command.
    guard weave, plan.folder.hasRequest else { return }
    _ = try Weaver(project).weave(plan.folder, always: false)
    printFields("open", "report", Weaver.path(ofRun: request.run), "")
  }

  private func printFields(_ fields: String...) {
    Output.fields(fields)
  }

  private func printPreview(of plan: RunPlan, project: Project) throws {
    let explanation = Explanation(plan, in: project)
    let forecast = Forecast(plan, in: project)
    var total = 0.0
    var isComplete = true
    let rows = plan.steps.map { planned -> [String] in
      let seconds = planned.isToRun ? forecast.seconds(for: planned) : nil
      let before = seconds.map { "about \(readable(seconds: $0))" } ?? "time unknown"
      func count() {
        total += seconds ?? 0
        if seconds == nil { isComplete = false }
      }
      switch planned.state {
      case .current: return [planned.name, "up to date"]
      case .outdated: return [planned.name, "used although out of date"]
      case .absent: return [planned.name, "is not valid"]
      case .due:
        count()
        return [planned.name, "would run", before, explanation.summary(of: planned)]
      case .waiting(let producers):
        count()
        return [planned.name, "would follow", before, "reads \(producers.joined(separator: ", "))"]
      }
    }
    print("\(plan.request.run) (recipe \(plan.request.recipe))")
    printLines(plan.recipe.ineffectiveKeys.map { "  warning: \($0)" })
    printLines(columns(rows))
    guard !plan.isComplete else { return print("nothing would run") }
    let rest = isComplete ? "" : ", and the stages whose time no past run tells"
    if total > 0 { print("about \(readable(seconds: total)), estimated from past runs\(rest)") }
    throw ExitCode(10)
  }
}
