import Comparison
import Foundation
import Gnuplot
import Records

/// A sweep's results as files for other programs.
extension SweepResults {
  /// One row per run: `run`, `seed`, one column per varying key, then the results.
  public var runsCSV: String {
    let keys = sweep.varied.map(\.key)
    let header =
      ["run", "seed"] + keys + [
        "images", "top1", "best_validation_top1", "best_epoch", "training_seconds",
        "unlike_numerics",
      ]
    let rows = settings.flatMap { setting in
      setting.outcomes.map { row(of: $0, values: setting.varied.map(\.value)) }
    }
    return CommaSeparatedValues.text(of: [header] + rows)
  }

  private func row(of outcome: RunOutcome, values: [String]) -> [String] {
    var row = [outcome.run.name, outcome.run.seed.map { "\($0)" } ?? ""]
    row += values
    row += [outcome.images ?? "", Self.number(outcome.top1)]
    row += [Self.number(outcome.best?.top1), outcome.best.map { "\($0.epoch)" } ?? ""]
    row += [Self.number(outcome.trainingSeconds), isUnlike(outcome) ? "1" : "0"]
    return row
  }

  /// One row per setting, with its comparison to the leading one.
  public var settingsCSV: String {
    let keys = sweep.varied.map(\.key)
    let header =
      (keys.isEmpty ? ["setting"] : keys) + [
        "n", "images", "top1_mean", "top1_deviation", "top1_half_interval_95", "top1_least",
        "top1_most", "best_validation_top1_mean", "training_seconds_mean", "leader_minus_this",
        "difference_half_interval_95", "difference_n",
      ]
    let compared = comparisons
    let rows = settings.map { setting -> [String] in
      let top1 = setting.top1
      let difference = compared.first { $0.second == setting.title }?.difference
      let numbers = [
        top1?.mean, top1?.standardDeviation, top1?.halfWidth, top1?.least, top1?.most,
        setting.best?.mean, setting.trainingSeconds?.mean, difference?.statistics.mean,
        difference?.halfWidth,
      ]
      var row = keys.isEmpty ? [setting.title] : setting.varied.map(\.value)
      row += ["\(setting.outcomes.count)", images]
      row += numbers.map(Self.number)
      return row + [difference.map { "\($0.statistics.count)" } ?? ""]
    }
    return CommaSeparatedValues.text(of: [header] + rows)
  }

  private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  private struct Record: Encodable {
    struct Setting: Encodable {
      let values: [String: String]
      let n: Int
      let top1: Statistics?
      let bestValidationTop1: Statistics?
      let runs: [Run]
    }
    struct Statistics: Encodable {
      let mean: Double
      let standardDeviation: Double?
      let halfInterval95: Double?
      let least: Double
      let most: Double

      init(_ statistics: SampleStatistics) {
        (mean, least, most) = (statistics.mean, statistics.least, statistics.most)
        (standardDeviation, halfInterval95) = (
          statistics.standardDeviation, statistics.halfWidth
        )
      }
    }
    struct Run: Encodable {
      let name: String
      let seed: Int?
      let top1: Double?
      let images: String?
      let bestValidationTop1: Double?
      let trainingSeconds: Double?
    }
    struct Comparison: Encodable {
      let first: String
      let second: String
      let meanDifference: Double
      let halfInterval95: Double
      let n: Int
      let toldApart: Bool
    }
    let sweep: Sweep
    let unfinished: Int
    let settings: [Setting]
    let comparisons: [Comparison]
  }

  /// All results as JSON.
  public func json() throws -> String {
    let record = Record(
      sweep: sweep, unfinished: unfinishedCount,
      settings: settings.map { setting in
        Record.Setting(
          values: Dictionary(uniqueKeysWithValues: setting.varied.map { ($0.key, $0.value) }),
          n: setting.outcomes.count, top1: setting.top1.map(Record.Statistics.init),
          bestValidationTop1: setting.best.map(Record.Statistics.init),
          runs: setting.outcomes.map { outcome in
            Record.Run(
              name: outcome.run.name, seed: outcome.run.seed, top1: outcome.top1,
              images: outcome.images, bestValidationTop1: outcome.best?.top1,
              trainingSeconds: outcome.trainingSeconds)
          })
      },
      comparisons: comparisons.map { comparison in
        Record.Comparison(
          first: comparison.first, second: comparison.second,
          meanDifference: comparison.difference.statistics.mean,
          halfInterval95: comparison.difference.halfWidth,
          n: comparison.difference.statistics.count, toldApart: comparison.difference.isSignificant)
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(record), as: UTF8.self) + "\n"
  }
}
