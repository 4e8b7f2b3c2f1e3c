import Foundation
import Planning
import TensorFiles

/// The work that remains for all runs of a sweep: which runs are finished, which results several
/// runs share, and how long the rest takes.
public struct SweepPlan: Sendable {
  /// A step of a run.
  struct Step: Sendable {
    let name: String
    let isToRun: Bool
    /// Equal for steps of different runs that will have the same result.
    let identity: String
  }

  /// A run with its steps.
  public struct PlannedRun: Sendable {
    public let run: Sweep.Run
    let steps: [Step]
    /// Nil if the run is not finished.
    public let outcome: RunOutcome?
  }

  /// Results with which several runs begin; they are made once, before these runs.
  public struct Head: Sendable, Equatable {
    /// One of the runs.
    public let run: String
    /// The last of the shared steps.
    public let step: String
  }

  public let sweep: Sweep
  public let points: [Sweep.Point]
  public let runs: [PlannedRun]
  /// Keys of the recipe that have no effect in the first run.
  public let ineffectiveKeys: [String]
  /// The total seconds of the remaining work, run sequentially, as far as they can be estimated
  /// from past runs.
  public let seconds: Double
  /// Whether the time of every step could be estimated.
  public let isForecastWhole: Bool

  /// Plans all runs.
  ///
  /// - Parameters:
  ///   - selection: The steps to consider.
  ///   - check: Called for the first run of each point; throws if a stage would reject its
  ///     settings.
  public init(
    _ sweep: Sweep, selection: Selection, planner: inout Planner, check: (RunPlan) throws -> Void
  ) throws {
    let project = planner.project
    // After a sweep there are many past results; without a limit the time would grow with them.
    let memory = ForecastMemory(limit: 32)
    var times: [String: Double?] = [:]
    self.sweep = sweep
    points = sweep.points
    var runs: [PlannedRun] = []
    var known: Set<String> = []
    var checked: Set<Int> = []
    var ineffective: [String]?
    var (seconds, isWhole) = (0.0, true)
    for run in sweep.runs(of: points) {
      let plan = try planner.plan(run.request, selection: selection)
      if checked.insert(run.point).inserted { try check(plan) }
      if ineffective == nil { ineffective = plan.recipe.ineffectiveKeys.map { "\($0)" } }
      let steps = Self.steps(of: plan)
      let forecast = Forecast(plan, in: project, memory: memory)
      for (planned, step) in zip(plan.steps, steps)
      where step.isToRun && known.insert(step.identity).inserted {
        // Runs that differ only in their seeds take the same time.
        let kind = "\(run.point) \(step.name)"
        let time = times[kind] ?? forecast.seconds(for: planned)
        times[kind] = .some(time)
        if let time { seconds += time } else { isWhole = false }
      }
      let outcome = plan.isComplete ? RunOutcome(run, plan: plan, in: project) : nil
      if outcome != nil { try Self.publish(plan, in: project) }
      runs.append(PlannedRun(run: run, steps: steps, outcome: outcome))
    }
    self.runs = runs
    self.seconds = seconds
    isForecastWhole = isWhole
    ineffectiveKeys = ineffective ?? []
  }

  private static func steps(of plan: RunPlan) -> [Step] {
    var identities: [String: String] = [:]
    return plan.steps.map { planned in
      let identity: String
      switch planned.state {
      case .current(let manifest), .outdated(let manifest):
        identity = "\(manifest.stage)-\(manifest.key)"
      case .due(let key): identity = "\(planned.step.stage.name)-\(key.text)"
      case .waiting, .absent:
        let parts = planned.parts.filter { $0.kind != .input }
          .map { "\($0.name)=\($0.value)" }
        let inputs = planned.step.bindings.map {
          "\($0.input)=\(identities[$0.producer] ?? "").\($0.output.name)"
        }
        identity = ContentDigest.sha256Hex(Data((parts + inputs).joined(separator: "\n").utf8))
      }
      identities[planned.name] = identity
      return Step(name: planned.name, isToRun: planned.isToRun, identity: identity)
    }
  }

  /// Publishes a finished run if its folder does not show it yet. A run that another command is
  /// writing is left alone.
  private static func publish(_ plan: RunPlan, in project: Project) throws {
    let isLinked = plan.steps.allSatisfy { planned in
      guard case .current(let manifest) = planned.state else { return true }
      return plan.folder.linkedKey(of: planned.name) == manifest.key
    }
    guard !isLinked || (try? plan.folder.request) != plan.request else { return }
    try FileLock.ifFree("runs/\(plan.request.run)", in: project) {
      _ = try Publication(plan, in: project).publish(remembering: true, replacingEdited: false)
    }
  }
}

// MARK: - Remaining work

extension SweepPlan {
  /// The runs that are not finished.
  public var unfinished: [PlannedRun] { runs.filter { $0.outcome == nil } }

  /// The missing results that several runs share, each with the last step of its chain.
  public var heads: [Head] {
    var counts: [String: Int] = [:]
    for run in runs { for step in run.steps { counts[step.identity, default: 0] += 1 } }
    var seen: Set<String> = []
    return unfinished.compactMap { planned in
      let shared = planned.steps.prefix { counts[$0.identity, default: 0] > 1 }
      guard let last = shared.last, shared.contains(where: \.isToRun),
        shared.count < planned.steps.count, seen.insert(last.identity).inserted
      else { return nil }
      return Head(run: planned.run.name, step: last.name)
    }
  }

  /// The number of missing results, and of those that several runs share.
  public var results: (all: Int, shared: Int) {
    var counts: [String: Int] = [:]
    for run in runs {
      for step in run.steps where step.isToRun { counts[step.identity, default: 0] += 1 }
    }
    return (counts.count, counts.values.count { $0 > 1 })
  }

  /// The list that pipeline.sh executes: `head RUN STEP` and `run RUN`, one per line, separated by
  /// tabs.
  public var todo: String {
    (heads.map { "head\t\($0.run)\t\($0.step)\n" }
      + unfinished.map { "run\t\($0.run.name)\n" }).joined()
  }
}
