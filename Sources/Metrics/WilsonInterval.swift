/// Wilson's 95 % interval for a fraction observed in a number of trials.
///
/// Over many samples of the same kind, intervals made by this rule cover the true fraction in 95 of
/// 100 cases. The rule makes no stronger statement about a single interval.
///
///     (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n),  z = 1.96
///
/// Source: E. B. Wilson, 1927, "Probable inference, the law of succession, and statistical
/// inference".
public struct WilsonInterval: Equatable, Sendable {
  /// Percent.
  public let low: Double
  public let high: Double

  /// - Parameters:
  ///   - percent: The observed fraction, 0 to 100.
  ///   - count: Trials; at least one.
  public init(percent: Double, count: Int) {
    precondition(count > 0, "an interval of no trials")
    let (p, n, z) = (percent / 100, Double(count), 1.96)
    let centre = p + z * z / (2 * n)
    let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let (first, last) = ((centre - reach) / (1 + z * z / n), (centre + reach) / (1 + z * z / n))
    // At 0 and 100 % an end may lie outside by rounding, and would be printed as -0.00.
    low = first > 0 ? 100 * first : 0
    high = last < 1 ? 100 * last : 100
  }

  /// The standard error of the observed fraction, in percentage points: √(p(1−p)/n).
  ///
  /// - Precondition: as for the interval.
  public static func standardError(percent: Double, count: Int) -> Double {
    precondition(count > 0, "a standard error of no trials")
    return 100 * (percent / 100 * (1 - percent / 100) / Double(count)).squareRoot()
  }
}
