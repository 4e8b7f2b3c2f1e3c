import Foundation

/// Student's t distribution with a whole number of degrees of freedom.
///
/// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
public enum StudentT {
  /// The probability that |T| is at most `t`.
  ///
  /// - Precondition: `degrees` is at least 1, `t` at least 0.
  public static func probability(within t: Double, degrees: Int) -> Double {
    precondition(degrees >= 1 && t >= 0, "t = \(t) of \(degrees) degrees of freedom")
    let angle = atan(t / Double(degrees).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    // Odd: cos + 2/3 cos³ + 2·4/(3·5) cos⁵ + …; even: 1 + 1/2 cos² + 1·3/(2·4) cos⁴ + …
    let isOdd = degrees % 2 == 1
    var sum = 0.0
    var term = isOdd ? cosine : 1
    var power = isOdd ? 1 : 0
    while power <= degrees - 2 {
      sum += term
      term *= cosine * cosine * Double(power + 1) / Double(power + 2)
      power += 2
    }
    return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
  }

  /// The value that |T| does not exceed with a probability of 95 %: 12.706 for one degree of
  /// freedom, 1.96 in the limit of many.
  public static func quantile95(degrees: Int) -> Double {
    var (low, high) = (0.0, 16.0)
    while high - low > 1e-12 * high {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if probability(within: middle, degrees: degrees) < 0.95 {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }
}
