import Foundation
import Planning

/// The output of `status`, as text and with `--json`.
struct StatusAnswer: Answer {
  struct Run: Encodable {
    let name: String
    let recipe: String
    let overrides: [String]
    let steps: [StepStatus]
    /// Why the run can't be planned; nil if it can.
    let error: String?
  }

  let command = "status"
  let runs: [Run]
  /// Names; `sweep status` shows the progress of each.
  let sweeps: [String]
}

/// The status of a step.
struct StepStatus: Encodable {
  enum State: String, Encodable {
    /// The run's folder links to the result.
    case upToDate = "up-to-date"
    /// The result is valid, but the run does not link to it yet.
    case cached
    case running
    /// The stage was interrupted and would resume.
    case begun
    case due
    /// Its inputs would run first.
    case waiting
  }

  let name: String
  let stage: String
  let state: State
  /// Whether a change of code was accepted as harmless.
  let isAccepted: Bool
  /// ISO 8601; nil if there is no valid result.
  let created: String?
  /// How long the stage ran; nil if there is no valid result.
  let seconds: Double?
  /// Why it would run; nil if it would not.
  let reason: String?
  /// How long it would run, estimated from past runs; nil if none is comparable, or it would not run.
  let forecastSeconds: Double?
  /// Steps that would run before.
  let waitsFor: [String]
  /// Its progress and process; nil unless it is running.
  let progress: String?
  /// Files that are not as recorded and are not used.
  let remarks: [String]

  init(
    _ planned: PlannedStep, in plan: RunPlan, running: [String: LockHolder], _ project: Project
  ) {
    name = planned.name
    stage = planned.step.stage.name
    remarks = (planned.found?.remarks ?? []).map(\.description)
    var (state, reason, forecast): (State, String?, Double?) = (.due, nil, nil)
    var (waitsFor, progress): ([String], String?) = ([], nil)
    switch planned.state {
    case .current(let manifest), .outdated(let manifest):
      let isLinked = plan.folder.linkedKey(of: planned.name) == manifest.key
      state = isLinked ? .upToDate : .cached
      isAccepted = !manifest.accepted.isEmpty
      (created, seconds) = (manifest.created, manifest.seconds)
    case .due(let key):
      let path = project.workPath(stage: stage, key: key.text)
      if let holder = running[path] {
        state = .running
        progress = [holder.progress(in: project), holder.place].compactMap { $0 }
          .joined(separator: ", ")
      } else {
        let work = project.url(path)
        let left = (try? FileManager.default.contentsOfDirectory(atPath: work.path)) ?? []
        state = left.contains { $0 != LogFilter.fileName } ? .begun : .due
        reason = Explanation(plan, in: project).summary(of: planned)
        forecast = Forecast(plan, in: project).seconds(for: planned)
      }
      (isAccepted, created, seconds) = (false, nil, nil)
    case .waiting(let producers):
      (state, waitsFor) = (.waiting, producers)
      (isAccepted, created, seconds) = (false, nil, nil)
    case .absent:
      (isAccepted, created, seconds) = (false, nil, nil)
    }
    (self.state, self.reason, forecastSeconds) = (state, reason, forecast)
    (self.waitsFor, self.progress) = (waitsFor, progress)
  }

  /// The cells of the step's line.
  var row: [String] {
    let accepted = isAccepted ? ", code accepted" : ""
    let time = forecastSeconds.map { "; about \(readable(seconds: $0))" } ?? ""
    let because = (reason ?? "") + time
    return switch state {
    case .upToDate, .cached:
      [
        name, (state == .cached ? "in the cache" : "up to date") + accepted,
        created.map(Timestamp.local) ?? "", seconds.map { readable(seconds: $0) } ?? "",
      ]
    case .running: [name, "running", progress ?? ""]
    case .begun: [name, "interrupted, would resume", because]
    case .due: [name, "would run", because]
    case .waiting: [name, "would follow", "reads \(waitsFor.joined(separator: ", "))"]
    }
  }

  /// Altered records and unlisted files: ignored, and no reason to run.
  var remarkLines: [String] { remarks.map { "  \(name): not used, not as recorded: \($0)" } }
}
