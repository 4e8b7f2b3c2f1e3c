import Foundation

/// Compares two settings over the same seeds by the differences of their results, so that
/// a seed's effect on both cancels.
public struct PairedDifference: Sendable, Equatable {
  /// The statistics of the first result minus the second.
  public let statistics: SampleStatistics
  /// Half the width of the 95 % interval of the mean difference.
  public let halfWidth: Double

  /// - Parameters:
  ///   - first: The results by seed.
  /// - Returns: Nil if fewer than two seeds have both.
  public init?(_ first: [Int: Double], _ second: [Int: Double]) {
    let differences = first.compactMap { seed, value in second[seed].map { value - $0 } }
    guard let statistics = SampleStatistics(differences), let halfWidth = statistics.halfWidth
    else { return nil }
    self.statistics = statistics
    self.halfWidth = halfWidth
  }

  /// Whether the difference is significant: the interval excludes zero.
  public var isSignificant: Bool { abs(statistics.mean) > halfWidth }

  /// The comparison of two settings in a sentence, for results in percent where more is better.
  public func sentence(_ first: String, _ second: String) -> String {
    let (better, worse) = statistics.mean < 0 ? (second, first) : (first, second)
    let numbers = String(
      format: "%.2f ± %.2f points (n = %d)", abs(statistics.mean), halfWidth, statistics.count)
    return isSignificant
      ? "\(better) is better than \(worse) by \(numbers)"
      : "\(first) and \(second) do not differ significantly: a difference of \(numbers)"
  }
}
