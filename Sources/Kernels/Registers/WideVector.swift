import CVectors

/// Sixteen values as doubles.
struct WideVector {
  private let low: SIMD8<Double>
  private let high: SIMD8<Double>

  @inline(__always)
  private init(low: SIMD8<Double>, high: SIMD8<Double>) {
    (self.low, self.high) = (low, high)
  }

  @inline(__always)
  init(_ vector: Vector) { self.init(low: widenLow(vector), high: widenHigh(vector)) }

  @inline(__always)
  var floats: Vector { narrowDoubles(low, high) }

  /// Rounds both to bfloat16 and pairs them lane by lane, this one first.
  @inline(__always)
  func paired(with other: Self) -> Pairs {
    roundedPairs(floats, other.floats)
  }

  @inline(__always)
  static func + (a: Self, b: Self) -> Self { Self(low: a.low + b.low, high: a.high + b.high) }

  @inline(__always)
  static func - (a: Self, b: Self) -> Self { Self(low: a.low - b.low, high: a.high - b.high) }

  @inline(__always)
  static func * (factor: Double, a: Self) -> Self {
    Self(low: factor * a.low, high: factor * a.high)
  }
}
