import Tensors

/// The transforms of F(2, 3) along one axis: four input values give two outputs through one product
/// at each of the points 0, 1, -1 and ∞.
///
///     Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
///
///          | 1  0 -1  0 |        | 1   0   0 |
///     Bᵀ = | 0  1  1  0 |    G = | ½   ½   ½ |    Aᵀ = | 1  1  1  0 |
///          | 0 -1  1  0 |        | ½  -½   ½ |         | 0  1 -1  1 |
///          | 0 -1  0  1 |        | 0   0   1 |
///
/// The gradient of the weights is F(3, 2) over the same tiles, with the two output gradients in
/// place of the weights: Bᵀ stays, G gets two columns and Aᵀ three rows.
///
/// Source: Lavin and Gray, 2016, arXiv:1509.09308, section 4.1.
struct FourPoints<Number> {
  static var count: Int { 4 }

  let first: Number
  let second: Number
  let third: Number
  let fourth: Number

  @inline(__always)
  init(_ first: Number, _ second: Number, _ third: Number, _ fourth: Number) {
    (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
  }

  /// The value at each point.
  @inline(__always)
  init(_ number: (_ point: Int) -> Number) {
    self.init(number(0), number(1), number(2), number(3))
  }

  @inline(__always)
  subscript(index: Int) -> Number {
    switch index {
    case 0: first
    case 1: second
    case 2: third
    default: fourth
    }
  }
}

extension FourPoints where Number: SIMD, Number.Scalar == Float {
  @inline(__always)
  static var zero: Self { Self(.zero, .zero, .zero, .zero) }

  /// Bᵀ times four input values.
  @inline(__always)
  init(input a: Number, _ b: Number, _ c: Number, _ d: Number) {
    self.init(a - c, b + c, c - b, d - b)
  }

  /// G of F(3, 2) times two gradients, without its factors ½, which `weights` applies at the end.
  @inline(__always)
  init(gradients a: Number, _ b: Number) { self.init(a, a + b, a - b, b) }

  /// Aᵀ times the products.
  @inline(__always)
  var outputs: (Number, Number) { (first + (second + third), (second - third) + fourth) }
}

extension FourPoints: TilePoints where Number: SIMD, Number.Scalar == Float {
  @inline(__always)
  static func ofInput(_ number: (_ index: Int) -> Number) -> Self {
    Self(input: number(0), number(1), number(2), number(3))
  }

  @inline(__always)
  static func ofGradients(_ number: (_ index: Int) -> Number) -> Self {
    Self(gradients: number(0), number(1))
  }

  @inline(__always)
  func forEachPoint(_ body: (_ point: Int, _ number: Number) -> Void) {
    body(0, first)
    body(1, second)
    body(2, third)
    body(3, fourth)
  }

  @inline(__always)
  func forEachOutput(_ body: (_ index: Int, _ number: Number) -> Void) {
    let outputs = outputs
    body(0, outputs.0)
    body(1, outputs.1)
  }
}

extension FourPoints: KernelPoints where Number == WideVector {
  @inline(__always)
  init(weights a: WideVector, _ b: WideVector, _ c: WideVector) {
    let (outer, inner) = (0.5 * (a + c), 0.5 * b)
    self.init(a, outer + inner, outer - inner, c)
  }

  @inline(__always)
  var weights: (WideVector, WideVector, WideVector) {
    let (sum, difference) = (0.5 * (second + third), 0.5 * (second - third))
    return (first + sum, difference, sum + fourth)
  }
}
