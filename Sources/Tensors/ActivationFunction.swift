/// A pointwise nonlinearity.
public enum ActivationFunction: Hashable, Sendable {
  case identity
  /// max(x, 0).
  case relu
  /// x where positive, slope · x elsewhere.
  case leakyReLU(slope: Float)
  /// x · Φ(x), with Φ the standard normal distribution function.
  ///
  /// Source: Hendrycks and Gimpel, 2016, arXiv:1606.08415, section 2.
  case gelu
  /// GELU's approximation by a hyperbolic tangent (same source).
  case geluTanh

  /// The slope left of zero, for a function that is linear on each side of zero; nil for other
  /// functions.
  ///
  /// The derivative of such a function follows from its output, so the input need not be kept.
  public var negativeSlope: Float? {
    switch self {
    case .identity: 1
    case .relu: 0
    case .leakyReLU(let slope): slope
    case .gelu, .geluTanh: nil
    }
  }
}
