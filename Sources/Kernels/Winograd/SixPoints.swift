/// The transforms of F(4, 3) along one axis: six input values give four outputs through one product
/// at each of the points 0, p, -p, q, -q and ∞.
///
///          | p²q²  0    -(p²+q²)  0        1  0 |        | 1/a   0     0   |
///          | 0    -pq²  -q²       p        1  0 |        | 1/b   p/b  p²/b |         | 1  1   1   1   1  0 |
///     Bᵀ = | 0     pq²  -q²      -p        1  0 |    G = | 1/b  -p/b  p²/b |    Aᵀ = | 0  p  -p   q  -q  0 |
///          | 0    -p²q  -p²       q        1  0 |        | 1/c   q/c  q²/c |         | 0  p²  p²  q²  q² 0 |
///          | 0     p²q  -p²      -q        1  0 |        | 1/c  -q/c  q²/c |         | 0  p³ -p³  q³ -q³ 1 |
///          | 0    p²q²   0       -(p²+q²)  0  1 |        | 0     0     1   |
///
/// with a = p²q², b = 2p²(p²-q²), c = 2q²(q²-p²). The gradient of the weights is F(3, 4): Bᵀ stays,
/// G and Aᵀ exchange roles, each transposed, and the divisors are applied at the end.
///
/// Any p and q with distinct squares will do. The usual 1 and 2 round twice as much as ¾ and 1½,
/// whose squares float32 also holds exactly (docs/kernels.md).
///
/// Sources: Lavin and Gray, 2016, arXiv:1509.09308, section 4.3; Toom-Cook's construction for other points in
/// Barabasz et al., 2020, arXiv:1803.10986, section 3.
struct SixPoints<Number> {
  static var count: Int { 6 }

  private let atZero: Number
  private let plusP: Number
  private let minusP: Number
  private let plusQ: Number
  private let minusQ: Number
  private let infinity: Number

  @inline(__always)
  init(
    _ atZero: Number, _ plusP: Number, _ minusP: Number, _ plusQ: Number, _ minusQ: Number,
    _ infinity: Number
  ) {
    (self.atZero, self.infinity) = (atZero, infinity)
    (self.plusP, self.minusP, self.plusQ, self.minusQ) = (plusP, minusP, plusQ, minusQ)
  }

  /// The value at each point.
  @inline(__always)
  init(_ number: (_ point: Int) -> Number) {
    self.init(number(0), number(1), number(2), number(3), number(4), number(5))
  }

  @inline(__always)
  subscript(index: Int) -> Number {
    switch index {
    case 0: atZero
    case 1: plusP
    case 2: minusP
    case 3: plusQ
    case 4: minusQ
    default: infinity
    }
  }
}

// Computed, not stored: a file-level constant is initialised at its first use, which puts a call in
// the middle of every sum.
private var p: Double { @inline(__always) get { 0.75 } }
private var q: Double { @inline(__always) get { 1.5 } }

extension SixPoints where Number: SIMD, Number.Scalar == Float {
  @inline(__always)
  static var zero: Self { Self(.zero, .zero, .zero, .zero, .zero, .zero) }

  /// Bᵀ times six input values.
  @inline(__always)
  init(
    input a: Number, _ b: Number, _ c: Number, _ d: Number, _ e: Number, _ f: Number
  ) {
    let (p2, q2) = (Float(p * p), Float(q * q))
    let (product, sum) = (p2 * q2, p2 + q2)
    let (evenP, oddP) = (e.addingProduct(-q2, c), d.addingProduct(-q2, b))
    let (evenQ, oddQ) = (e.addingProduct(-p2, c), d.addingProduct(-p2, b))
    self.init(
      e.addingProduct(-sum, c).addingProduct(product, a),
      evenP.addingProduct(Float(p), oddP), evenP.addingProduct(-Float(p), oddP),
      evenQ.addingProduct(Float(q), oddQ), evenQ.addingProduct(-Float(q), oddQ),
      f.addingProduct(-sum, d).addingProduct(product, b))
  }

  /// G of F(3, 4) times four gradients, without the divisors.
  @inline(__always)
  init(gradients a: Number, _ b: Number, _ c: Number, _ d: Number) {
    let (evenP, oddP) = (a.addingProduct(Float(p * p), c), b.addingProduct(Float(p * p), d))
    let (evenQ, oddQ) = (a.addingProduct(Float(q * q), c), b.addingProduct(Float(q * q), d))
    self.init(
      a, evenP.addingProduct(Float(p), oddP), evenP.addingProduct(-Float(p), oddP),
      evenQ.addingProduct(Float(q), oddQ), evenQ.addingProduct(-Float(q), oddQ), d)
  }

  /// Aᵀ times the products.
  @inline(__always)
  var outputs: (Number, Number, Number, Number) {
    let (sumP, sumQ) = (plusP + minusP, plusQ + minusQ)
    let (differenceP, differenceQ) = (plusP - minusP, plusQ - minusQ)
    return (
      atZero + (sumP + sumQ),
      (differenceQ * Float(q)).addingProduct(Float(p), differenceP),
      (sumQ * Float(q * q)).addingProduct(Float(p * p), sumP),
      infinity.addingProduct(Float(q * q * q), differenceQ)
        .addingProduct(Float(p * p * p), differenceP)
    )
  }
}

extension SixPoints: TilePoints where Number: SIMD, Number.Scalar == Float {
  @inline(__always)
  static func ofInput(_ number: (_ index: Int) -> Number) -> Self {
    Self(input: number(0), number(1), number(2), number(3), number(4), number(5))
  }

  @inline(__always)
  static func ofGradients(_ number: (_ index: Int) -> Number) -> Self {
    Self(gradients: number(0), number(1), number(2), number(3))
  }

  @inline(__always)
  func forEachPoint(_ body: (_ point: Int, _ number: Number) -> Void) {
    body(0, atZero)
    body(1, plusP)
    body(2, minusP)
    body(3, plusQ)
    body(4, minusQ)
    body(5, infinity)
  }

  @inline(__always)
  func forEachOutput(_ body: (_ index: Int, _ number: Number) -> Void) {
    let outputs = outputs
    body(0, outputs.0)
    body(1, outputs.1)
    body(2, outputs.2)
    body(3, outputs.3)
  }
}

extension SixPoints: KernelPoints where Number == WideVector {
  private static var divisors: (zero: Double, p: Double, q: Double) {
    @inline(__always) get {
      (p * p * q * q, 2 * p * p * (p * p - q * q), 2 * q * q * (q * q - p * p))
    }
  }

  @inline(__always)
  init(weights a: WideVector, _ b: WideVector, _ c: WideVector) {
    let divisors = Self.divisors
    let (evenP, oddP) = (1 / divisors.p * (a + p * p * c), p / divisors.p * b)
    let (evenQ, oddQ) = (1 / divisors.q * (a + q * q * c), q / divisors.q * b)
    self.init(
      1 / divisors.zero * a, evenP + oddP, evenP - oddP, evenQ + oddQ, evenQ - oddQ, c)
  }

  @inline(__always)
  var weights: (WideVector, WideVector, WideVector) {
    let divisors = Self.divisors
    let (sumP, sumQ) = (1 / divisors.p * (plusP + minusP), 1 / divisors.q * (plusQ + minusQ))
    let (differenceP, differenceQ) = (
      p / divisors.p * (plusP - minusP), q / divisors.q * (plusQ - minusQ)
    )
    return (
      1 / divisors.zero * atZero + (sumP + sumQ), differenceP + differenceQ,
      p * p * sumP + q * q * sumQ + infinity
    )
  }
}
