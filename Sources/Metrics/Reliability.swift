/// The calibration of a classifier: predictions in bins of equal width by their largest
/// probability, with the mean confidence and the accuracy of each bin.
///
/// Source: Guo et al., 2017, arXiv:1706.04599, section 2.
public struct Reliability: Sendable, Equatable {
  public let binCount: Int
  public private(set) var counts: [Int]
  private var confidenceSums: [Double]
  private var correct: [Int]

  /// - Precondition: `binCount` is positive.
  public init(binCount: Int = 15) {
    precondition(binCount > 0, "a reliability diagram of \(binCount) bins")
    self.binCount = binCount
    counts = [Int](repeating: 0, count: binCount)
    confidenceSums = [Double](repeating: 0, count: binCount)
    correct = [Int](repeating: 0, count: binCount)
  }

  /// Counts one prediction made with `confidence`, a probability. Bins are open below and closed
  /// above, as in the source.
  public mutating func add(confidence: Double, isCorrect: Bool) {
    let position = (confidence * Double(binCount)).rounded(.up) - 1
    let bin = position.isFinite ? min(max(Int(position), 0), binCount - 1) : 0
    counts[bin] += 1
    confidenceSums[bin] += confidence
    if isCorrect { correct[bin] += 1 }
  }

  /// The borders of the bins, one more than there are bins.
  public var edges: [Double] { (0...binCount).map { Double($0) / Double(binCount) } }
  /// Mean confidence of each bin; zero for an empty bin.
  public var confidence: [Double] {
    zip(confidenceSums, counts).map { $1 > 0 ? $0 / Double($1) : 0 }
  }
  /// Fraction of correct predictions in each bin; zero for an empty bin.
  public var accuracy: [Double] {
    zip(correct, counts).map { $1 > 0 ? Double($0) / Double($1) : 0 }
  }

  /// The expected calibration error: the mean of |accuracy − confidence| over all predictions.
  public var expectedCalibrationError: Double {
    let total = counts.reduce(0, +)
    guard total > 0 else { return .nan }
    let gaps = zip(accuracy, confidence).map { abs($0 - $1) }
    return zip(gaps, counts).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(total)
  }
}
