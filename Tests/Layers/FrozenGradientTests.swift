import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// Gradients pass through frozen parameters and frozen layers.
extension GradientTests {
  /// Loads a parameter, freezes it, and returns its value.
  private func freeze(_ parameter: Parameter, stream: Int) -> Reference.Tensor {
    let value = random(parameter.shape, stream: stream)
    parameter.load(dense: value.values)
    parameter.isFrozen = true
    return Reference.Tensor(value)
  }

  @Test func `a convolution with frozen weights trains its bias`() throws {
    let layer = Convolution(
      name: "conv", inputChannels: 3, outputChannels: 17, kernelSize: 3, padding: 1, hasBias: true)
    let weight = freeze(layer.weight, stream: 50)
    #expect(layer.parameters.filter(\.isTrainable).map(\.name) == ["conv.bias"])
    check(layer, inputs: [[2, 3, 5, 4]]) {
      Reference.convolution($0[0], weight: weight, bias: $1[0].values, stride: 1, padding: 1)
    }
  }

  @Test func `a mixed convolution with a frozen bank trains its mixture`() {
    let layer = MixedConvolution(
      name: "mixed", inputChannels: 3, outputChannels: 5, kernelSize: 3, kernelCount: 2)
    let bank = freeze(layer.weight, stream: 50)
    check(layer, inputs: [[2, 3, 4, 4], [2, 2, 1, 1]]) { inputs, _ in
      mixture(inputs[0], logits: inputs[1], bank: bank)
    }
  }

  @Test func `a linear layer with frozen weights trains its bias`() {
    let layer = Linear(
      name: "fc", input: FeatureMapShape(count: 1, height: 2, width: 3, channels: 4), outputs: 5)
    let weight = freeze(layer.weight, stream: 50)
    check(layer, inputs: [[3, 4, 2, 3]]) {
      Reference.linear($0[0], weight: weight, bias: $1[0].values)
    }
  }

  @Test(arguments: [ActivationFunction.identity, .relu, .leakyReLU(slope: 0.1)])
  func `a norm with a frozen weight still normalises by the batch`(_ activation: ActivationFunction)
  {
    let layer = BatchNorm(name: "norm", channels: 5, activation: activation)
    let weight = freeze(layer.weight, stream: 50)
    check(layer, inputs: [[3, 5, 2, 2]]) {
      Reference.map(
        Reference.batchNorm($0[0], weight: weight.values, bias: $1[0].values),
        { $0 > 0 ? $0 : Double(activation.negativeSlope ?? 1) * $0 })
    }
  }

  /// The running statistics of a frozen norm are constants and are not updated; the gradients of
  /// weight and bias are not used.
  @Test(arguments: [ActivationFunction.identity, .relu], [1, 2])
  func `a frozen norm is an affine function`(_ activation: ActivationFunction, inputCount: Int) {
    let layer = BatchNorm(name: "norm", channels: 5, activation: activation)
    for (index, parameter) in layer.parameters.enumerated() {
      // Variances are positive.
      parameter.load(dense: random([5], stream: 60 + index).values.map { abs($0) + 0.1 })
    }
    layer.freeze()
    let before = layer.parameters.map { $0.dense() }
    let shape = [3, 5, 2, 2]
    func affine(_ x: Reference.Tensor) -> Reference.Tensor {
      var y = x
      for index in x.values.indices {
        let channel = index / 4 % 5
        let (weight, bias) = (Double(before[0][channel]), Double(before[1][channel]))
        let (mean, variance) = (Double(before[2][channel]), Double(before[3][channel]))
        y.values[index] =
          weight * (x.values[index] - mean) / (variance + layer.epsilon).squareRoot() + bias
      }
      return y
    }
    check(layer, inputs: [[Int]](repeating: shape, count: inputCount)) { inputs, _ in
      let y = affine(inputs[0])
      return Reference.map(
        inputCount == 2 ? Reference.add(y, inputs[1]) : y,
        { activation == .relu ? max($0, 0) : $0 })
    }
    #expect(layer.parameters.map { $0.dense() } == before)
  }
}
