import Comparison
import Foundation

extension SweepResults {
  /// Column titles of `rows`.
  public var header: [String] {
    let keys = sweep.varied.map { sweep.shortName(of: $0.key) }
    return (keys.isEmpty ? ["setting"] : keys) + [
      "n", "\(images) top-1 (%)", "95 % interval", "best run", "best validation (%)",
      "training time",
    ]
  }

  /// One row per setting, in the order of the grid; a dash for missing values.
  public var rows: [[String]] {
    settings.map { setting in
      let values = setting.varied.isEmpty ? [setting.title] : setting.varied.map(\.value)
      let mark = setting.outcomes.contains(where: isUnlike) ? " †" : ""
      return values + [
        "\(setting.outcomes.count)",
        setting.top1.map { Self.text($0) + mark } ?? "–",
        setting.top1.flatMap(Self.interval) ?? "–",
        setting.top1.map { String(format: "%.2f", $0.most) } ?? "–",
        setting.best.map(Self.text) ?? "–",
        setting.trainingSeconds.map { String(format: "%.1f s", $0.mean) } ?? "–",
      ]
    }
  }

  /// `97.20 ± 0.31`: mean and standard deviation.
  static func text(_ statistics: SampleStatistics) -> String {
    String(format: "%.2f", statistics.mean)
      + (statistics.standardDeviation.map { String(format: " ± %.2f", $0) } ?? "")
  }

  /// The interval, clamped to the range of accuracies, 0 to 100.
  private static func interval(_ statistics: SampleStatistics) -> String? {
    statistics.halfWidth.map {
      String(
        format: "%.2f … %.2f", max(statistics.mean - $0, 0), min(statistics.mean + $0, 100))
    }
  }

  /// The results in words: the leader compared with the others, significantly different or not.
  ///
  /// - Parameter limit: The largest number of sentences; the rest are only counted.
  public func sentences(limit: Int = .max) -> [String] {
    let all = comparisons.map(\.sentence)
    guard all.count > limit else { return all }
    return all.prefix(limit) + ["and \(all.count - limit) more; all are in settings.csv"]
  }
}
