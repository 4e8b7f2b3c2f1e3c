import Foundation

extension RunComparison {
  /// Runs that differ only in their seeds.
  public struct SeedGroup: Sendable {
    public let runs: [String]
    /// Statistics of the evaluated accuracies, in percent; nil if none was evaluated.
    public let top1: SampleStatistics?
    /// The accuracy by seed.
    let top1BySeed: [Int: Double]

    /// The names of the runs; if there are many, the middle ones are left out.
    public var title: String {
      runs.count > 3 ? "\(runs[0]) … \(runs[runs.count - 1])" : runs.joined(separator: ", ")
    }
  }

  /// The groups of at least two runs that differ only in their seeds.
  ///
  /// - Parameter seedKeys: The recipe keys that are seeds, `train.seed`.
  public func seedGroups(seedKeys: [String]) -> [SeedGroup] {
    func isSeed(_ setting: RunResults.Setting) -> Bool {
      seedKeys.contains { setting.key == $0 || setting.key.hasPrefix($0 + " (") }
    }
    var order: [String] = []
    var members: [String: [RunResults]] = [:]
    for run in runs {
      let setting =
        ([run.steps.joined(separator: " ")]
        + run.settings.filter { !isSeed($0) }.map { "\($0.key)=\($0.value)" })
        .joined(separator: "\n")
      if members[setting] == nil { order.append(setting) }
      members[setting, default: []].append(run)
    }
    return order.compactMap { setting in
      let group = members[setting] ?? []
      let seeds = group.map { run in run.settings.first(where: isSeed).flatMap { Int($0.value) } }
      guard group.count > 1, !seeds.contains(nil), Set(seeds).count == seeds.count else {
        return nil
      }
      let values = zip(seeds, group).compactMap { seed, run in
        run.evaluation?.top1.flatMap { top1 in seed.map { ($0, top1) } }
      }
      return SeedGroup(
        runs: group.map(\.name), top1: SampleStatistics(values.map(\.1)),
        top1BySeed: Dictionary(uniqueKeysWithValues: values))
    }
  }

  /// The groups as lines of text: mean, deviation and interval of each, and comparisons of the
  /// first group with the others.
  public static func lines(of groups: [SeedGroup]) -> [String] {
    let means = groups.map { group -> String in
      guard let top1 = group.top1 else { return "\(group.title): not evaluated" }
      let spread = top1.standardDeviation.map { String(format: " ± %.2f", $0) } ?? ""
      let interval =
        top1.halfWidth.map {
          String(
            format: ", 95 %% interval %.2f … %.2f", max(top1.mean - $0, 0), min(top1.mean + $0, 100)
          )
        } ?? ""
      return group.title
        + String(format: ": %.2f%@ %% (n = %d%@)", top1.mean, spread, top1.count, interval)
    }
    let differences = groups.dropFirst().compactMap { other in
      PairedDifference(groups[0].top1BySeed, other.top1BySeed)?
        .sentence(groups[0].title, other.title)
    }
    return means + differences
  }
}
