import ArgumentParser
import Foundation
import Planning
import Sweeps

/// `tessera status`: what stands in each run and what would run.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Print what stands in a run, or in all of them.")

  @Argument(help: ArgumentHelp("The run; all where it is left out.", valueName: "run"))
  var runName: String?

  func run() throws {
    let project = try Project.here()
    let swept = runName == nil ? SweepFolder.runNames(in: project) : []
    let names =
      try runName.map { [try RunFolder.named($0, in: project).name] }
      ?? project.runNames.filter { !swept.contains($0) }
    let sweeps = runName == nil ? SweepFolder.names(in: project) : []
    guard !names.isEmpty || !sweeps.isEmpty else { throw PlanningError.noRun }
    defer {
      for sweep in sweeps { print("sweep \(sweep): ./pipeline.sh sweep status \(sweep)") }
    }
    var planner = try Planner(project: project)
    let running = LockHolder.stages(in: project)
    for (index, name) in names.enumerated() {
      if index > 0 { print() }
      let request = try RunFolder(name, in: project).request
      let words = ["recipe \(request.recipe)"] + request.overrides.map { "--set \($0)" }
      print("\(name) (\(words.joined(separator: " ")))")
      do {
        let plan = try planner.plan(request)
        printLines(columns(plan.instances.map { row(for: $0, in: plan, running, project) }))
        printLines(remarks(of: plan))
      } catch let error where runName == nil && Tessera.isOwn(error) {
        print("  \(Tessera.message(of: error))")
      }
    }
  }

  private func row(
    for planned: PlannedInstance, in plan: RunPlan, _ running: [String: LockHolder],
    _ project: Project
  ) -> [String] {
    let stage = planned.instance.stage.name
    switch planned.state {
    case .current(let manifest):
      let isLinked = plan.folder.linkedKey(of: planned.name) == manifest.key
      let accepted = manifest.accepted.isEmpty ? "" : ", code accepted"
      let state = (isLinked ? "up to date" : "in the cache") + accepted
      let when = Timestamp.local(manifest.created)
      return [planned.name, state, when, readable(seconds: manifest.seconds)]
    case .due(let key):
      let path = project.workPath(stage: stage, key: key.text)
      if let holder = running[path] {
        let words = [holder.progress(in: project), holder.place]
        return [planned.name, "running", words.compactMap { $0 }.joined(separator: ", ")]
      }
      let work = project.url(path)
      let left = (try? FileManager.default.contentsOfDirectory(atPath: work.path)) ?? []
      let isBegun = left.contains { $0 != LogFilter.fileName }
      let reason = Explanation(plan, in: project).summary(of: planned)
      let forecast = Forecast(plan, in: project)
      let time = forecast.seconds(for: planned).map { "; about \(readable(seconds: $0))" } ?? ""
      return [planned.name, isBegun ? "begun, would go on" : "would run", reason + time]
    case .waiting(let producers):
      return [planned.name, "would follow", "reads \(producers.joined(separator: ", "))"]
    case .outdated, .absent:
      return [planned.name, "not selected"]
    }
  }

  /// Records that differ and files too many: not used, and no reason to run.
  private func remarks(of plan: RunPlan) -> [String] {
    plan.instances.flatMap { planned in
      (planned.found?.remarks ?? []).map { "  \(planned.name): not used, not as recorded: \($0)" }
    }
  }
}

/// An instance and the run it is part of, as `why` and `accept` take them.
struct InstanceOfRun: ParsableArguments {
  @Argument(help: "The instance.")
  var instance: String

  @Argument(help: ArgumentHelp("The run; the latest where it is left out.", valueName: "run"))
  var runName: String?

  /// The run as its recipe now stands.
  func planned() throws -> (project: Project, folder: RunFolder, plan: RunPlan) {
    let project = try Project.here()
    let folder = try RunFolder.named(runName, in: project)
    var planner = try Planner(project: project)
    let plan = try planner.plan(try folder.request)
    return (project, folder, plan)
  }
}

/// `tessera why`: which part of an instance's key changed.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Print why an instance would run, or ran the last time.")

  @OptionGroup var subject: InstanceOfRun

  func run() throws {
    let (project, _, plan) = try subject.planned()
    printLines(try Explanation(plan, in: project).lines(for: subject.instance))
    let planned = try plan.instance(named: subject.instance)
    let forecast = Forecast(plan, in: project)
    guard planned.isToRun, let seconds = forecast.seconds(for: planned) else { return }
    print("That takes about \(readable(seconds: seconds)), going by past runs")
  }
}

/// `tessera accept`: declares a change of code harmless.
struct AcceptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Keep an artefact though the code it was built from has changed.")

  @OptionGroup var subject: InstanceOfRun

  func run() throws {
    let (project, folder, plan) = try subject.planned()
    let acceptance = try Acceptance(of: subject.instance, in: plan, project: project)
    try acceptance.publish(by: NSUserName(), folder: folder)
    print(
      "\(subject.instance) of \(folder.name) stands, not run again: \(acceptance.codeDifference)")
    print("its manifest says so: \(folder.path)/\(subject.instance)/\(Manifest.fileName)")
  }
}
