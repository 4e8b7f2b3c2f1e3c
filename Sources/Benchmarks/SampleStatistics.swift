/// Order statistics of repeated measurements. Outliers on a shared machine shift a mean, but not
/// these.
public struct SampleStatistics: Sendable, Equatable {
  public let count: Int
  public let minimum: Double
  public let lowerQuartile: Double
  public let median: Double
  public let upperQuartile: Double

  /// - Precondition: at least one value.
  public init(_ values: [Double]) {
    precondition(!values.isEmpty, "statistics of nothing")
    let sorted = values.sorted()
    count = sorted.count
    minimum = sorted[0]
    lowerQuartile = Self.quantile(0.25, of: sorted)
    median = Self.quantile(0.5, of: sorted)
    upperQuartile = Self.quantile(0.75, of: sorted)
  }

  /// The interquartile range as a fraction of the median: half of all values lie within it.
  public var spread: Double { (upperQuartile - lowerQuartile) / median }

  /// The quantile for a fraction, linearly interpolated between the two nearest values.
  ///
  /// Source: Hyndman and Fan, 1996, "Sample quantiles in statistical packages", definition 7, which
  /// is NumPy's.
  private static func quantile(_ fraction: Double, of sorted: [Double]) -> Double {
    let place = fraction * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
