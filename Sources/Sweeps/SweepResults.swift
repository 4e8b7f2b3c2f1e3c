import Comparison
import Foundation
import Gnuplot
import Planning
import TensorFiles

/// The results of a sweep: its finished runs, grouped by setting.
public struct SweepResults: Sendable {
  /// The finished runs of one setting.
  public struct Setting: Sendable {
    /// The index of the setting in the sweep's points.
    public let point: Int
    public let title: String
    public let varied: [(key: String, value: String)]
    public let outcomes: [RunOutcome]
    /// The evaluated accuracy over the seeds, in percent; nil if no run has been evaluated.
    public let top1: SampleStatistics?
    /// The validation accuracy of the best epochs, in percent.
    public let best: SampleStatistics?
    public let trainingSeconds: SampleStatistics?

    /// The evaluated accuracy by seed.
    var top1BySeed: [Int: Double] {
      Dictionary(
        outcomes.compactMap { outcome in
          outcome.top1.map { (outcome.run.seed ?? 0, $0) }
        }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// A comparison of two settings over the same seeds.
  public struct Comparison: Sendable {
    public let first: String
    public let second: String
    public let difference: PairedDifference
    public var sentence: String { difference.sentence(first, second) }
  }

  public let sweep: Sweep
  /// Number of runs that are not finished.
  public let unfinishedCount: Int
  /// The settings in the order of the grid; those without a finished run are left out.
  public let settings: [Setting]
  /// The numerics record of most runs.
  private let commonNumerics: String

  public init(_ plan: SweepPlan) {
    sweep = plan.sweep
    unfinishedCount = plan.unfinished.count
    let outcomes = plan.runs.compactMap(\.outcome)
    let byPoint = Dictionary(grouping: outcomes, by: \.run.point)
    settings = plan.points.indices.compactMap { index in
      guard let outcomes = byPoint[index] else { return nil }
      return Setting(
        point: index, title: plan.points[index].title, varied: plan.points[index].varied,
        outcomes: outcomes, top1: SampleStatistics(outcomes.compactMap(\.top1)),
        best: SampleStatistics(outcomes.compactMap { $0.best?.top1 }),
        trainingSeconds: SampleStatistics(outcomes.compactMap(\.trainingSeconds)))
    }
    let counts = Dictionary(outcomes.map { ($0.numerics, 1) }, uniquingKeysWith: +)
    commonNumerics = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
  }

  public var outcomes: [RunOutcome] { settings.flatMap(\.outcomes) }

  /// Whether a run's numerics differ from those of most runs.
  public func isUnlike(_ outcome: RunOutcome) -> Bool { outcome.numerics != commonNumerics }

  /// The images on which accuracies were measured: `test`, `validation`, `test and validation`.
  public var images: String {
    let names = Set(outcomes.compactMap(\.images)).sorted()
    return names.isEmpty ? "evaluated" : names.joined(separator: " and ")
  }

  /// The setting with the highest mean accuracy; nil if none was evaluated.
  public var leader: Setting? {
    settings.max { ($0.top1?.mean ?? -1) < ($1.top1?.mean ?? -1) }.flatMap {
      $0.top1 == nil ? nil : $0
    }
  }

  /// Comparisons of the leader with every other setting, if they share at least two seeds.
  public var comparisons: [Comparison] {
    guard let leader else { return [] }
    let seeds = leader.top1BySeed
    return settings.filter { $0.point != leader.point }.compactMap { other in
      PairedDifference(seeds, other.top1BySeed).map {
        Comparison(first: leader.title, second: other.title, difference: $0)
      }
    }
  }

  /// The effect of a key: for each of its values, the accuracy of all runs that have it.
  public struct Effect: Sendable {
    public let key: String
    public let values: [(value: String, top1: SampleStatistics, runs: [Double])]
  }

  /// The effects of the varied keys, without values that have no evaluated run.
  public var effects: [Effect] {
    sweep.varied.map { axis in
      Effect(
        key: axis.key,
        values: axis.values.compactMap { value in
          let runs = settings.filter {
            $0.varied.contains { $0.key == axis.key && $0.value == value }
          }
          .flatMap(\.outcomes).compactMap(\.top1)
          return SampleStatistics(runs).map { (value, $0, runs) }
        })
    }.filter { !$0.values.isEmpty }
  }

  /// Remarks on the runs, one line each.
  public var remarks: [String] {
    let unlike = outcomes.filter(isUnlike)
    let note =
      unlike.isEmpty
      ? []
      : [
        "† \(unlike.count) of \(NumberText.count(outcomes.count, "run")) \(unlike.count == 1 ? "was" : "were") computed by other kernels or on another processor: last bits are not comparable (numerics in their manifests)"
      ]
    return note + outcomes.flatMap(\.remarks)
  }
}
