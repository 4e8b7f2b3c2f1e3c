import Layers
import Randomness

extension Network {
  /// Gives every weight its initial value: PyTorch's defaults.
  ///
  /// Weights and biases of convolutions and linear layers are uniform in ±1/√fan_in, where fan_in is
  /// the number of inputs behind one output; norms start as the identity.
  ///
  /// Each parameter has a stream of its own, so adding a layer changes no other layer's start.
  public func initialize(seed: Int) {
    var fanIn = 1
    for parameter in parameters {
      let count = parameter.elementCount
      switch parameter.role {
      case .weight:
        fanIn = parameter.shape.dropFirst().reduce(1, *)
        parameter.load(dense: Self.uniform(parameter, seed: seed, fanIn: fanIn))
      case .bias:
        // A layer's bias follows its weight and shares its fan_in.
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
    let index = Int(truncatingIfNeeded: fnv1a64(parameter.name.utf8))
    var stream = RandomStream(seed: seed, purpose: "initial weights", index: index)
    return (0..<parameter.elementCount).map { _ in Float(stream.uniform(in: -bound..<bound)) }
  }
}
