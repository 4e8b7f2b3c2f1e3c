/// Summary statistics of several runs' values.
public struct SampleStatistics: Sendable, Equatable {
  public let count: Int
  public let mean: Double
  public let least: Double
  public let most: Double
  /// With n − 1 in the denominator; nil for a single value.
  public let standardDeviation: Double?
  /// Half the width of the 95 % interval of the mean, by Student's t; nil for a single value.
  ///
  ///     t(0.95, n − 1) · standardDeviation / √n
  public let halfWidth: Double?

  /// Ignores values that are not finite.
  ///
  /// - Returns: Nil if no value is finite.
  public init?(_ values: some Sequence<Double>) {
    let values = values.filter(\.isFinite)
    guard let least = values.min(), let most = values.max() else { return nil }
    let count = values.count
    let mean = values.reduce(0, +) / Double(count)
    self.count = count
    self.mean = mean
    (self.least, self.most) = (least, most)
    guard count > 1 else {
      (standardDeviation, halfWidth) = (nil, nil)
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(count - 1)).squareRoot()
    standardDeviation = deviation
    halfWidth = StudentT.quantile95(degrees: count - 1) * deviation / Double(count).squareRoot()
  }
}
