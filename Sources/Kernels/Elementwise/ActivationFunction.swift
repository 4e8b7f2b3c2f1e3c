import Foundation

/// A nonlinear function that is applied to each element.
///
/// To add a function, add a case here and a `VectorFunction`. All layers that apply activation
/// functions can then use it, norms included.
public enum ActivationFunction: Hashable, Sendable {
  case identity
  /// max(x, 0).
  case relu
  /// x if positive, otherwise slope · x.
  case leakyReLU(slope: Float)
  /// x · Φ(x), with Φ the standard normal distribution function.
  case gelu
  /// GELU's approximation by a hyperbolic tangent.
  case geluTanh
  /// x · σ(x), with σ the logistic function.
  case silu

  /// The slope for negative x of a function that is linear on each side of zero; nil for other
  /// functions.
  ///
  /// The derivative of such a function can be computed from its output, so the input need not be
  /// kept.
  public var negativeSlope: Float? {
    switch self {
    case .identity: 1
    case .relu: 0
    case .leakyReLU(let slope): slope
    case .gelu, .geluTanh, .silu: nil
    }
  }

  /// The value of the function at `x`, computed by the formula.
  public func value(at x: Double) -> Double {
    switch self {
    case .identity: x
    case .relu: max(x, 0)
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
    case .geluTanh: 0.5 * x * (1 + tanh((2 / .pi).squareRoot() * (x + 0.044_715 * x * x * x)))
    case .silu: x / (1 + exp(-x))
    }
  }

  /// Runs a loop with the function; the loop is compiled separately for each function.
  @inline(__always)
  func apply(to loop: some ActivationLoop) {
    switch self {
    case .identity: loop.run(Identity())
    case .relu: loop.run(Rectifier(negativeSlope: 0))
    case .leakyReLU(let slope): loop.run(Rectifier(negativeSlope: slope))
    case .gelu: loop.run(GELU())
    case .geluTanh: loop.run(GELUByTanh())
    case .silu: loop.run(SiLU())
    }
  }
}

extension ActivationFunction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .identity: "identity"
    case .relu: "ReLU"
    case .leakyReLU(let slope): "LeakyReLU \(slope)"
    case .gelu: "GELU"
    case .geluTanh: "GELU (tanh)"
    case .silu: "SiLU"
    }
  }
}

/// A loop over elements that applies an activation function.
protocol ActivationLoop {
  func run(_ function: some VectorFunction)
}

/// An activation function f in vectors of sixteen elements.
protocol VectorFunction {
  func value(at x: Vector) -> Vector

  /// dy · f′(x).
  ///
  /// - Parameter x: The input, or, if `readsOutput`, the output.
  func gradient(_ dy: Vector, at x: Vector) -> Vector

  /// Whether `gradient` is computed from the output, as it can be if f is linear on each side of
  /// zero.
  static var readsOutput: Bool { get }
}

struct Identity: VectorFunction {
  static var readsOutput: Bool { true }

  @inline(__always)
  func value(at x: Vector) -> Vector { x }

  @inline(__always)
  func gradient(_ dy: Vector, at x: Vector) -> Vector { dy }
}

/// ReLU, or LeakyReLU.
struct Rectifier: VectorFunction {
  let negativeSlope: Float

  static var readsOutput: Bool { true }

  @inline(__always)
  func value(at x: Vector) -> Vector { x.rectified(slope: negativeSlope) }

  @inline(__always)
  func gradient(_ dy: Vector, at x: Vector) -> Vector {
    dy.masked(byPositive: x, slope: negativeSlope)
  }
}
