import Testing

/// The largest allowed difference of two values: absolute + relative · |expected| + ofLargest ·
/// max |expected|.
public struct Tolerance: Sendable {
  public var absolute = 0.0
  public var relative = 0.0
  public var ofLargest = 0.0

  public static func ofLargest(_ share: Double) -> Tolerance { Tolerance(ofLargest: share) }

  public static func gradient(norm: Double) -> Tolerance {
    Tolerance(absolute: 1e-6 * norm, relative: 1e-3)
  }

  public init(absolute: Double = 0, relative: Double = 0, ofLargest: Double = 0) {
    self.absolute = absolute
    self.relative = relative
    self.ofLargest = ofLargest
  }
}

/// Expects each value to be close to the expected one. A failure shows the first wrong index, both
/// values and the largest error.
public func expectClose(
  _ actual: [Float], _ expected: [Float], _ tolerance: Tolerance, _ what: String,
  shape: [Int] = [], sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what) \(shape): \(actual.count) numbers, expected \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  if expected.isEmpty {
    Issue.record("\(what) \(shape): nothing to compare", sourceLocation: sourceLocation)
  }
  let largest = expected.reduce(0) { max($0, abs(Double($1))) }
  var worst = 0.0
  var first: Int?
  for index in actual.indices {
    let (a, b) = (Double(actual[index]), Double(expected[index]))
    let limit = tolerance.absolute + tolerance.relative * abs(b) + tolerance.ofLargest * largest
    let error = abs(a - b)
    if !(error <= limit), first == nil { first = index }
    worst = error.isNaN ? .infinity : max(worst, error)
  }
  if let first {
    Issue.record(
      """
      \(what) \(shape): number \(first) is \(actual[first]), expected \(expected[first]); \
      largest error \(worst), largest value \(largest)
      """, sourceLocation: sourceLocation)
  }
}

/// Expects the errors to be at most a fraction of the values, both as root mean squares. A bound on
/// the largest error alone would be so wide that single values could be entirely wrong.
public func expectSmallError(
  _ actual: [Float], _ expected: [Float], _ share: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = norm(zip(actual, expected).map { $0 - $1 })
  #expect(error <= share * norm(expected), sourceLocation: sourceLocation)
}

/// √Σx², summed in `Double`.
public func norm(_ values: [Float]) -> Double {
  values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
}
