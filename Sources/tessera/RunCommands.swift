import ArgumentParser
import Foundation
import Planning
import Sweeps
import Terminals

/// `tessera status`: the valid results of each run, and what would run.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Print the results of a run, or of all runs.")

  @Argument(help: ArgumentHelp("The run; all by default.", valueName: "run"))
  var runName: String?

  @Flag(help: "Print it as JSON.")
  var json = false

  func run() throws {
    let answer = try self.answer(in: try Project.here())
    guard !json else { return try answer.print() }
    for (index, run) in answer.runs.enumerated() {
      if index > 0 { print() }
      let words = ["recipe \(run.recipe)"] + run.overrides.map { "--set \($0)" }
      let title = "\(run.name) (\(words.joined(separator: " ")))"
      printLines(columns([[title]], indent: "", width: Terminal.limit))
      printLines(
        columns(run.steps.map(\.row), width: Terminal.limit) + run.steps.flatMap(\.remarkLines))
      if let error = run.error { print("  \(error)") }
    }
    for sweep in answer.sweeps { print("sweep \(sweep): ./pipeline.sh sweep status \(sweep)") }
  }

  private func answer(in project: Project) throws -> StatusAnswer {
    let swept = runName == nil ? SweepFolder.runNames(in: project) : []
    let names =
      try runName.map { [try RunFolder.named($0, in: project).name] }
      ?? project.runNames.filter { !swept.contains($0) }
    let sweeps = runName == nil ? SweepFolder.names(in: project) : []
    guard !names.isEmpty || !sweeps.isEmpty else { throw PlanningError.noRun }
    var planner = try Planner(project: project)
    let running = LockHolder.stages(in: project)
    var runs: [StatusAnswer.Run] = []
    for name in names {
      let request = try RunFolder(name, in: project).request
      var (steps, problem): ([StepStatus], String?) = ([], nil)
      do {
        let plan = try planner.plan(request)
        steps = plan.steps.map { StepStatus($0, in: plan, running: running, project) }
      } catch let error where runName == nil && Tessera.isOwn(error) {
        problem = Tessera.message(of: error)
      }
      runs.append(
        StatusAnswer.Run(
          name: name, recipe: request.recipe, overrides: request.overrides, steps: steps,
          error: problem))
    }
    return StatusAnswer(runs: runs, sweeps: sweeps)
  }
}

/// The arguments of `why` and `accept`: a step and its run.
struct StepOfRun: ParsableArguments {
  @Argument(help: ArgumentHelp("The step.", valueName: "step"))
  var step: String

  @Argument(help: ArgumentHelp("The run; the latest where it is left out.", valueName: "run"))
  var runName: String?

  /// The plan of the run with its current recipe.
  func planned() throws -> (project: Project, folder: RunFolder, plan: RunPlan) {
    let project = try Project.here()
    let folder = try RunFolder.named(runName, in: project)
    var planner = try Planner(project: project)
    let plan = try planner.plan(try folder.request)
    return (project, folder, plan)
  }
}

/// `tessera why`: which part of a step's key changed.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Print why a step would run, or last ran.")

  @OptionGroup var subject: StepOfRun

  @Flag(help: "Print it as JSON.")
  var json = false

  func run() throws {
    let (project, _, plan) = try subject.planned()
    let text = try Explanation(plan, in: project).lines(for: subject.step)
    let planned = try plan.step(named: subject.step)
    let status = StepStatus(
      planned, in: plan, running: LockHolder.stages(in: project), project)
    let seconds = planned.isToRun ? Forecast(plan, in: project).seconds(for: planned) : nil
    guard !json else {
      return try WhyAnswer(
        run: plan.request.run, planned, state: status.state, forecastSeconds: seconds, text: text
      ).print()
    }
    printLines(text)
    if let seconds {
      print("That takes about \(readable(seconds: seconds)), estimated from past runs")
    }
  }
}

/// The output of `why --json`.
private struct WhyAnswer: Answer {
  /// A part of the step's key that differs from that of the valid result.
  struct Change: Encodable {
    /// `recipe`, `code`, `input`, `outputs`, `stage` or `format`.
    let kind: String
    let name: String
    /// Nil if the part is new.
    let old: String?
    /// Nil if the part is gone.
    let new: String?
  }

  /// A file that is not as recorded.
  struct Fault: Encodable {
    let file: String
    let recorded: String
    let found: String

    init(_ fault: ArtefactFault) {
      (file, recorded, found) = (fault.file, fault.recorded, fault.found)
    }
  }

  let command = "why"
  let run: String
  let step: String
  let state: StepStatus.State
  /// The changes since the result that the run links to; empty if there is no such result.
  let changes: [Change]
  /// Why the result is not valid.
  let faults: [Fault]
  let waitsFor: [String]
  let forecastSeconds: Double?
  /// The output of `why` without `--json`.
  let text: [String]

  init(
    run: String, _ planned: PlannedStep, state: StepStatus.State, forecastSeconds: Double?,
    text: [String]
  ) {
    self.run = run
    step = planned.name
    self.state = state
    changes = (planned.changes ?? []).map {
      Change(kind: $0.kind.rawValue, name: $0.name, old: $0.old, new: $0.new)
    }
    faults = (planned.damaged?.faults ?? []).map(Fault.init)
    if case .waiting(let producers) = planned.state {
      waitsFor = producers
    } else {
      waitsFor = []
    }
    self.forecastSeconds = forecastSeconds
    self.text = text
  }
}

/// `tessera accept`: declares a change of code harmless.
struct AcceptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Keep an artefact though the code it was built from has changed.")

  @OptionGroup var subject: StepOfRun

  func run() throws {
    let (project, folder, plan) = try subject.planned()
    let acceptance = try Acceptance(of: subject.step, in: plan, project: project)
    try acceptance.publish(by: NSUserName(), folder: folder)
    print(
      "\(subject.step) of \(folder.name) is kept and not run again: \(acceptance.codeDifference)"
    )
    print("its manifest says so: \(folder.path)/\(subject.step)/\(Manifest.fileName)")
  }
}
