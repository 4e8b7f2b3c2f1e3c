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
  /// As in `uniform`, then the identity as far as there are channels: filter o of a convolution
  /// passes channel o on, for each o below the number of inputs. The weights of linear layers are
  /// divided by their standard deviation.
  ///
  /// Source: Zagoruyko and Komodakis, 2017, arXiv:1706.00388, in the partial form of Jordan, 2024,
  /// arXiv:2404.00498, section 3.3.
  case identity

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
      case .weight, .whitening:
        fanIn = parameter.fan(.input)
        if case .kaimingNormal(let fan, let slope) = start, parameter.isKernel {
          let variance = 2 / ((1 + slope * slope) * Double(parameter.fan(fan)))
          parameter.load(
            dense: Self.normal(parameter, seed: seed, deviation: variance.squareRoot()))
        } else {
          var values = Self.uniform(parameter, seed: seed, fanIn: fanIn)
          if start == .identity { parameter.approachIdentity(&values) }
          parameter.load(dense: values)
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

  /// Changes drawn weights as `InitialWeights.identity` describes.
  fileprivate func approachIdentity(_ values: inout [Float]) {
    guard isKernel else {
      let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      let deviation = (squares / Double(max(values.count - 1, 1))).squareRoot()
      values = values.map { Float(Double($0) / deviation) }
      return
    }
    let (outputs, inputs, height, width) = (shape[0], shape[1], shape[2], shape[3])
    let (count, area) = (height * width * inputs, height * width)
    let centre = height / 2 * width + width / 2
    for output in 0..<min(outputs, inputs) {
      for place in 0..<count { values[output * count + place] = 0 }
      values[output * count + output * area + centre] = 1
    }
  }

  /// The number of inputs or outputs of a weight.
  fileprivate func fan(_ fan: InitialWeights.Fan) -> Int {
    guard isKernel else { return fan == .input ? shape[1] : shape[0] }
    let area = shape.suffix(2).reduce(1, *)
    return area * shape[shape.count - (fan == .input ? 3 : 4)]
  }
}
