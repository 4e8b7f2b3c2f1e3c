import CheckedNumbers
import TensorFiles

/// A histogram of a tensor's values, with bins of equal width.
public struct TensorHistogram: Sendable, Equatable {
  /// The lower end of the first bin and the upper end of the last.
  public let low: Double
  public let high: Double
  /// Finite values in each bin; a value between two bins counts in the upper one.
  public let counts: [Int]

  /// Nil if no value is finite.
  ///
  /// If all values are whole numbers in a range of at most `binCount`, each number has its own bin,
  /// from ½ below to ½ above.
  public init?<Scalar: TensorScalar>(of scalars: UnsafeBufferPointer<Scalar>, binCount: Int = 48) {
    precondition(binCount > 0, "a histogram of \(binCount) bins")
    var (least, most) = (Double.infinity, -Double.infinity)
    var areWhole = true
    for scalar in scalars {
      let value = scalar.doubleValue
      guard value.isFinite else { continue }
      least = min(least, value)
      most = max(most, value)
      if areWhole, value != value.rounded() { areWhole = false }
    }
    guard least <= most else { return nil }
    let span = most - least
    guard span.isFinite else { return nil }
    var count = binCount
    if areWhole, span < Double(binCount) {
      (low, high, count) = (least - 0.5, most + 0.5, Int(clamping: span) + 1)
    } else {
      (low, high) = (least, most)
    }
    var counts = [Int](repeating: 0, count: count)
    let scale = high > low ? Double(count) / (high - low) : 0
    for scalar in scalars {
      let value = scalar.doubleValue
      guard value.isFinite else { continue }
      let place = (value - low) * scale
      counts[place.isFinite ? min(max(Int(clamping: place), 0), count - 1) : 0] += 1
    }
    self.counts = counts
  }

  /// The histogram of a file's tensor; nil if it has no finite numbers that Swift can read.
  public init?(of name: String, in file: TensorFile) throws {
    struct Visitor: ScalarVisitor {
      func visit<Scalar: TensorScalar>(
        _ scalars: UnsafeBufferPointer<Scalar>
      ) -> TensorHistogram? { TensorHistogram(of: scalars) }
    }
    guard let histogram = try file.visit(name, with: Visitor()).flatMap(\.self) else { return nil }
    self = histogram
  }
}
