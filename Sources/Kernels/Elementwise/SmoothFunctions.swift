/// x · σ(x), with σ(x) = 1 / (1 + exp(−x)).
///
/// Source: Elfwing et al., 2017, arXiv:1702.03118, section 2.
struct SiLU: VectorFunction {
  static var readsOutput: Bool { false }

  @inline(__always)
  func value(at x: Vector) -> Vector { x * logistic(x).value }

  @inline(__always)
  func gradient(_ dy: Vector, at x: Vector) -> Vector {
    let (sigma, rest) = logistic(x)
    return dy * (sigma + x * sigma * rest)
  }
}

/// x · Φ(x), with Φ the standard normal distribution function.
///
/// Source: Hendrycks and Gimpel, 2016, arXiv:1606.08415, section 2.
struct GELU: VectorFunction {
  static var readsOutput: Bool { false }

  @inline(__always)
  func value(at x: Vector) -> Vector { x * normalDistribution(x).integral }

  @inline(__always)
  func gradient(_ dy: Vector, at x: Vector) -> Vector {
    let (integral, density) = normalDistribution(x)
    return dy * integral.addingProduct(x, density)
  }
}

/// GELU with Φ(x) ≈ (1 + tanh u) / 2 = σ(2u), where u = √(2/π) · (x + 0.044715 x³).
///
/// Source: as for `GELU`.
struct GELUByTanh: VectorFunction {
  static var readsOutput: Bool { false }

  private var scale: Float { 0.797_884_560_8 }
  private var cubic: Float { 0.044_715 }

  /// σ(2u) and 1 − σ(2u).
  ///
  /// - Parameter x: Within ±16. Beyond, the result would be 0 or 1, but x³ could overflow.
  @inline(__always)
  private func fraction(_ x: Vector) -> (value: Vector, rest: Vector) {
    logistic(2 * scale * (x + cubic * x * x * x))
  }

  @inline(__always)
  func value(at x: Vector) -> Vector { x * fraction(x.limited(to: -16...16)).value }

  @inline(__always)
  func gradient(_ dy: Vector, at x: Vector) -> Vector {
    let x = x.limited(to: -16...16)
    let (sigma, rest) = fraction(x)
    let inner = 2 * scale * (1 + 3 * cubic * x * x)
    return dy * (sigma + x * inner * sigma * rest)
  }
}

/// σ(x) = 1 / (1 + exp(−x)), and 1 − σ(x) computed without cancellation.
@inline(__always)
private func logistic(_ x: Vector) -> (value: Vector, rest: Vector) {
  let power = exponential(-x)
  let sigma = 1 / (1 + power)
  return (sigma, power * sigma)
}

extension Vector {
  /// Each lane clamped to a range; NaN stays NaN.
  @inline(__always)
  fileprivate func limited(to range: ClosedRange<Float>) -> Self {
    let (least, most) = (Self(repeating: range.lowerBound), Self(repeating: range.upperBound))
    return replacing(with: least, where: self .< least).replacing(with: most, where: self .> most)
  }
}

/// The standard normal distribution function Φ(x), with errors up to 3 · 10⁻⁷, and the density.
///
/// Source: Abramowitz and Stegun, 1964, formula 7.1.26, which uses the same exponential.
@inline(__always)
private func normalDistribution(_ x: Vector) -> (integral: Vector, density: Vector) {
  let bell = exponential(-0.5 * x * x)
  let t = 1 / (1 + 0.231_641_888 * x.replacing(with: -x, where: x .< 0))
  var sum = Vector(repeating: 1.061_405_429)
  for coefficient: Float in [-1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592] {
    sum = Vector(repeating: coefficient).addingProduct(sum, t)
  }
  let tail = 0.5 * sum * t * bell
  return (tail.replacing(with: 1 - tail, where: x .> 0), 0.398_942_280_4 * bell)
}

/// exp(x), with x clamped to −87…88 and errors of a few units in the last place.
///
/// With x = n · ln 2 + r, exp(r) is a Taylor polynomial of degree 6, exact to 10⁻⁷ for |r| ≤ ln 2 /
/// 2, and n is added to its exponent. Adding 1.5 · 2²³ rounds to the integer n and leaves n in the
/// lowest bits.
@inline(__always)
private func exponential(_ x: Vector) -> Vector {
  let x = x.limited(to: -87...88)
  let rounding: Float = 12_582_912
  let shifted = Vector(repeating: rounding).addingProduct(x, 1.442_695_04)
  let n = shifted - rounding
  // ln 2 in two parts; products of the first with n are exact.
  let r = x.addingProduct(n, -0.693_359_375).addingProduct(n, 2.121_944_4e-4)
  var power = Vector(repeating: 1 / 720)
  for coefficient: Float in [1 / 120, 1 / 24, 1 / 6, 0.5, 1, 1] {
    power = Vector(repeating: coefficient).addingProduct(power, r)
  }
  let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
  return unsafeBitCast(unsafeBitCast(power, to: SIMD16<Int32>.self) &+ exponent, to: Vector.self)
}
