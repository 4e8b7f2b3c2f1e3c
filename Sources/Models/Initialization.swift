import Foundation
import Layers
import Randomness

/// The random initialisation of a network's weights. Norms always start as the identity.
public enum InitialWeights: Sendable, Equatable {
  /// PyTorch's defaults: weights and biases uniform in ±1/√fan_in, where fan_in is the number of
  /// inputs of one output.
  case uniform
  /// Convolutions normal with variance 2 / ((1 + slope²) · fan), where slope is that of the
  /// activation function left of zero; linear layers as in `uniform`. In a bank of mixed weights
  /// each set is initialised separately.
  ///
  /// Source: He et al., 2015, arXiv:1502.01852, section 2.2.
  case kaimingNormal(fan: Fan, negativeSlope: Double)

  /// Which variance is preserved: that of the forward pass or that of the backward pass.
  public enum Fan: Sendable {
    /// Number of inputs of one output.
    case input
    /// Number of outputs that one input reaches, at stride 1.
    case output
  }
}

extension Network {
  /// Gives every weight its initial value as set by `start`.
  ///
  /// Each parameter has its own random stream, so adding a layer changes no other layer's initial
  /// values.
  public func initialize(seed: Int) {
    var fanIn = 1
    for parameter in parameters {
      let count = parameter.elementCount
      switch parameter.role {
      case .weight:
        fanIn = parameter.fan(.input)
        if case .kaimingNormal(let fan, let slope) = start, parameter.isKernel {
          let variance = 2 / ((1 + slope * slope) * Double(parameter.fan(fan)))
          parameter.load(
            dense: Self.normal(parameter, seed: seed, deviation: variance.squareRoot()))
        } else {
          parameter.load(dense: Self.uniform(parameter, seed: seed, fanIn: fanIn))
        }
      case .bias:
        // A layer's bias follows its weight and uses the same fan_in.
        parameter.load(dense: Self.uniform(parameter, seed: seed, fanIn: fanIn))
      case .normWeight, .runningVariance:
        parameter.load(dense: [Float](repeating: 1, count: count))
      case .normBias, .runningMean:
        parameter.load(dense: [Float](repeating: 0, count: count))
      }
    }
  }

  private static func uniform(_ parameter: Parameter, seed: Int, fanIn: Int) -> [Float] {
    let bound = 1 / Double(fanIn).squareRoot()
    var stream = stream(for: parameter, seed: seed)
    return (0..<parameter.elementCount).map { _ in Float(stream.uniform(in: -bound..<bound)) }
  }

  private static func normal(_ parameter: Parameter, seed: Int, deviation: Double) -> [Float] {
    var stream = stream(for: parameter, seed: seed)
    return (0..<parameter.elementCount).map { _ in Float(deviation * stream.normal()) }
  }

  private static func stream(for parameter: Parameter, seed: Int) -> RandomStream {
    RandomStream(
      seed: seed, purpose: "initial weights",
      index: Int(truncatingIfNeeded: fnv1a64(parameter.name.utf8)))
  }
}

extension Parameter {
  /// Whether it is a convolution's weight: [out, in, kh, kw], or a bank [K, out, in, kh, kw].
  fileprivate var isKernel: Bool { shape.count >= 4 }

  /// The number of inputs or outputs of a weight.
  fileprivate func fan(_ fan: InitialWeights.Fan) -> Int {
    guard isKernel else { return fan == .input ? shape[1] : shape[0] }
    let area = shape.suffix(2).reduce(1, *)
    return area * shape[shape.count - (fan == .input ? 3 : 4)]
  }
}
