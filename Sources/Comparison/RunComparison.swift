import Foundation
import Gnuplot
import Records
import TensorFiles

/// Compares several runs: their results, times, and the recipe values in which they
/// differ.
public struct RunComparison: Sendable {
  public let runs: [RunResults]

  /// - Precondition: there is at least one run, and names are unique.
  public init(_ runs: [RunResults]) {
    precondition(!runs.isEmpty, "a comparison of no runs")
    precondition(
      Set(runs.map(\.name)).count == runs.count, "a run compared with itself: \(runs.map(\.name))")
    self.runs = runs
  }

  /// A key in which runs differ, and its value in each run, in their order; nil if a run has none.
  public struct Difference: Sendable, Equatable {
    public let key: String
    public let values: [String?]
  }

  /// The recipe values that differ, in the order in which they first occur in the runs. If a run
  /// lacks a whole step, only `steps` shows this difference.
  public var differences: [Difference] {
    var keys: [String] = []
    for setting in runs.flatMap(\.settings) where !keys.contains(setting.key) {
      keys.append(setting.key)
    }
    let steps = runs.map { Optional($0.steps.joined(separator: " ")) }
    let rows = keys.compactMap { key -> Difference? in
      let values = runs.map { run in run.settings.first { $0.key == key }?.value }
      // A key of a step that only some runs have adds nothing to `steps`.
      guard Set(values).count > 1, !(key.hasSuffix(")") && values.contains(nil)) else { return nil }
      return Difference(key: key, values: values)
    }
    return (Set(steps).count > 1 ? [Difference(key: "steps", values: steps)] : []) + rows
  }

  /// Column titles of `rows`.
  public static let header = [
    "run", "network", "epochs", "best validation", "evaluated", "training time",
  ]

  /// One row per run; a dash for missing values.
  public var rows: [[String]] {
    runs.map { run in
      [
        run.name, run.network, run.trainedEpochs,
        run.history?.best.map { String(format: "%.2f %% at %d", $0.top1, $0.epoch) },
        run.evaluation.flatMap(Self.result), run.trainingSeconds.map(NumberText.duration),
      ].map { $0 ?? "–" }
    }
  }

  private static func result(of evaluation: EvaluationReport) -> String? {
    evaluation.top1.map { top1 in
      String(format: "%.2f %% %@", top1, evaluation.subject)
        + (evaluation.selectedOnTest ? ", selected on test" : "")
    }
  }

  /// A name for the folder of the comparison's files.
  public var folderName: String {
    let whole = runs.map(\.name).joined(separator: "+")
    guard whole.utf8.count > 120 else { return whole }
    return "\(runs[0].name)+\(runs.count - 1)-more"
  }
}
