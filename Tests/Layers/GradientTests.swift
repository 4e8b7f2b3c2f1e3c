import Foundation
import Kernels
import Layers
import Randomness
import Tensors
import TestSupport
import Testing

/// Every layer's output compared with its formula in `Double`, and every gradient with central
/// differences of that formula, for random inputs, parameters and cotangents.
@Suite struct GradientTests {
  /// The formula behind a layer: the inputs, then the trainable parameters in their order.
  typealias Formula = ([Reference.Tensor], [Reference.Tensor]) -> Reference.Tensor

  func check(
    _ layer: any Layer, inputs shapes: [[Int]], readsImages: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation, _ formula: Formula
  ) {
    let inputs = shapes.enumerated().map { random($1, stream: $0) }
    let trained = layer.parameters.filter(\.isTrainable)
    for (index, parameter) in trained.enumerated() {
      parameter.load(dense: random(parameter.shape, stream: 100 + index).values)
    }
    let parameters = trained.map {
      Reference.Tensor(DenseTensor(shape: $0.shape, values: $0.dense()))
    }
    let exactInputs = inputs.map { Reference.Tensor($0) }
    let y = formula(exactInputs, parameters)
    let outputShape = layer.outputShape(
      for: shapes.enumerated().map {
        LayerRun.shape($1, readsImages: readsImages && $0 == 0)
      })
    guard outputShape == LayerRun.shape(y.shape, readsImages: false) else {
      Issue.record(
        "output \(outputShape), expected \(y.shape)", sourceLocation: sourceLocation)
      return
    }
    let cotangent = random(y.shape, stream: 999)
    let run = LayerRun(layer, inputs, outputGradient: cotangent, readsImages: readsImages)
    expectClose(
      run.output.values, y.dense.values, .ofLargest(1e-5), "output", shape: y.shape,
      sourceLocation: sourceLocation)
    let tolerance = Tolerance(absolute: 1e-5, relative: 1e-3)
    for index in inputs.indices where !(readsImages && index == 0) {
      let numeric = differences(exactInputs[index], cotangent) { changed in
        var all = exactInputs
        all[index] = changed
        return formula(all, parameters)
      }
      expectClose(
        run.inputGradients[index], numeric, tolerance, "gradient of input \(index)",
        shape: shapes[index], sourceLocation: sourceLocation)
      let adding = LayerRun(
        layer, inputs, outputGradient: cotangent, readsImages: readsImages, addingTo: 1)
      expectClose(
        adding.inputGradients[index].map { $0 - 1 }, numeric,
        Tolerance(absolute: 2e-5, relative: 1e-3), "added gradient of input \(index)",
        shape: shapes[index], sourceLocation: sourceLocation)
    }
    for (index, parameter) in trained.enumerated() {
      let numeric = differences(parameters[index], cotangent) { changed in
        var all = parameters
        all[index] = changed
        return formula(exactInputs, all)
      }
      expectClose(
        parameter.denseGradient(), numeric, tolerance, "gradient of \(parameter.name)",
        shape: parameter.shape, sourceLocation: sourceLocation)
    }
  }

  /// ∂(Σ cotangent · y)/∂x for each element of x, by differences over ±1e-4.
  private func differences(
    _ x: Reference.Tensor, _ cotangent: DenseTensor,
    _ formula: (Reference.Tensor) -> Reference.Tensor
  ) -> [Float] {
    let step = 1e-4
    return x.values.indices.map { index in
      var (above, below) = (x, x)
      above.values[index] += step
      below.values[index] -= step
      let (up, down) = (formula(above).values, formula(below).values)
      var sum = 0.0
      for place in up.indices {
        sum += Double(cotangent.values[place]) * (up[place] - down[place])
      }
      return Float(sum / (2 * step))
    }
  }

  /// Values with magnitudes 0.1 to 1 of both signs: away from kinks at zero and different from each
  /// other.
  func random(_ shape: [Int], stream: Int) -> DenseTensor {
    let count = shape.reduce(1, *)
    var random = RandomStream(seed: 7, purpose: "gradient test", index: stream)
    let order = random.permutation(of: count)
    return DenseTensor(
      shape: shape,
      values: order.map { place in
        let size = 0.1 + 0.9 * (Double(place) + 0.5) / Double(count)
        return Float(random.uniform() < 0.5 ? -size : size)
      })
  }

  @Test(arguments: [
    // count, channels, height, width, outputs, kernel, stride, padding
    [1, 1, 1, 1, 1, 1, 1, 0], [2, 3, 5, 4, 5, 3, 1, 1], [1, 17, 4, 3, 2, 3, 2, 1],
    [3, 2, 7, 5, 17, 2, 2, 0], [1, 3, 9, 9, 2, 5, 3, 2], [2, 4, 4, 4, 3, 1, 2, 0],
    [1, 2, 3, 3, 2, 3, 1, 2], [1, 3, 2, 19, 33, 3, 1, 1], [1, 1, 15, 14, 2, 7, 4, 2],
    [2, 2, 9, 9, 2, 1, 3, 0], [1, 2, 6, 17, 3, 2, 3, 0],
  ])
  func convolution(_ size: [Int]) {
    for readsImages in [false, true] {
      let layer = Convolution(
        name: "conv", inputChannels: size[1], outputChannels: size[4], kernelSize: size[5],
        stride: size[6], padding: size[7], hasBias: true, readsImages: readsImages)
      check(layer, inputs: [[size[0], size[1], size[2], size[3]]], readsImages: readsImages) {
        Reference.convolution(
          $0[0], weight: $1[0], bias: $1[1].values, stride: size[6], padding: size[7])
      }
    }
  }

  @Test(arguments: [
    // count, channels, height, width, outputs, kernel, stride, padding
    [2, 3, 5, 4, 17, 1, 1, 0], [2, 3, 5, 4, 5, 3, 1, 1], [1, 17, 4, 3, 2, 3, 2, 1],
  ])
  func convolutionAndSum(_ size: [Int]) {
    let layer = Convolution(
      name: "conv", inputChannels: size[1], outputChannels: size[4], kernelSize: size[5],
      stride: size[6], padding: size[7], hasBias: true)
    let (height, width) = (
      (size[2] + 2 * size[7] - size[5]) / size[6] + 1,
      (size[3] + 2 * size[7] - size[5]) / size[6] + 1
    )
    check(
      layer, inputs: [[size[0], size[1], size[2], size[3]], [size[0], size[4], height, width]]
    ) { inputs, parameters in
      Reference.add(
        Reference.convolution(
          inputs[0], weight: parameters[0], bias: parameters[1].values, stride: size[6],
          padding: size[7]), inputs[1])
    }
  }

  @Test(arguments: [
    // count, channels, height, width, outputs, kernel, kernels; more images than are mixed at once
    [1, 1, 1, 1, 1, 1, 1], [2, 3, 5, 4, 5, 3, 3], [9, 2, 3, 3, 2, 3, 2], [1, 17, 2, 1, 18, 3, 2],
    [3, 2, 2, 3, 2, 1, 17], [17, 1, 1, 1, 2, 5, 4],
  ])
  func mixedConvolution(_ size: [Int]) {
    for readsImages in [false, true] {
      let layer = MixedConvolution(
        name: "mixed", inputChannels: size[1], outputChannels: size[4], kernelSize: size[5],
        kernelCount: size[6], readsImages: readsImages)
      check(
        layer, inputs: [[size[0], size[1], size[2], size[3]], [size[0], size[6], 1, 1]],
        readsImages: readsImages
      ) { mixture($0[0], logits: $0[1], bank: $1[0]) }
    }
  }

  /// Σ_k a_nk · (weight_k ∗ x_n), with a_n the softmax of an image's logits.
  func mixture(
    _ x: Reference.Tensor, logits: Reference.Tensor, bank: Reference.Tensor
  ) -> Reference.Tensor {
    let (images, kernels) = (x.shape[0], bank.shape[0])
    let (imageSize, kernelSize) = (x.values.count / images, bank.values.count / kernels)
    var y: [Double] = []
    for image in 0..<images {
      let powers = logits.values[image * kernels..<(image + 1) * kernels].map(exp)
      let one = Reference.Tensor(
        shape: [1] + x.shape.dropFirst(),
        values: Array(x.values[image * imageSize..<(image + 1) * imageSize]))
      var sum: [Double]?
      for kernel in 0..<kernels {
        let weight = Reference.Tensor(
          shape: Array(bank.shape.dropFirst()),
          values: Array(bank.values[kernel * kernelSize..<(kernel + 1) * kernelSize]))
        let fraction = powers[kernel] / powers.reduce(0, +)
        let part = Reference.convolution(
          one, weight: weight, bias: nil, stride: 1, padding: bank.shape[3] / 2
        ).values.map { fraction * $0 }
        sum = sum.map { zip($0, part).map(+) } ?? part
      }
      y += sum ?? []
    }
    return Reference.Tensor(shape: [images, bank.shape[1], x.shape[2], x.shape[3]], values: y)
  }

  /// Kept elements are scaled and the others dropped, the same ones in the backward pass.
  @Test(arguments: [[1, 1, 1, 1], [3, 17, 2, 3], [2, 40, 1, 1]], [0, 0.5, 0.9])
  func dropout(_ shape: [Int], _ probability: Double) {
    let origin = BatchOrigin(seed: 3, epoch: 2, position: 5)
    let layer = Dropout(name: "dropout", probability: probability)
    layer.begin(origin)
    let ones = DenseTensor(shape: shape, values: [Float](repeating: 1, count: shape.reduce(1, *)))
    let mask = LayerRun(layer, [ones]).output.values.map(Double.init)
    check(layer, inputs: [shape]) { inputs, _ in
      Reference.Tensor(
        shape: inputs[0].shape, values: zip(inputs[0].values, mask).map { $0 * $1 })
    }
  }

  @Test(arguments: [[1, 1, 1, 1, 1], [3, 5, 2, 3, 7], [2, 17, 1, 1, 18]])
  func linear(_ size: [Int]) {
    let input = FeatureMapShape(count: 1, height: size[2], width: size[3], channels: size[1])
    check(
      Linear(name: "linear", input: input, outputs: size[4]),
      inputs: [[size[0], size[1], size[2], size[3]]]
    ) { Reference.linear($0[0], weight: $1[0], bias: $1[1].values) }
  }

  @Test(arguments: [[1, 1, 1, 1, 1], [3, 18, 2, 3, 7], [2, 130, 1, 1, 70]])
  func linearWithoutBias(_ size: [Int]) {
    let input = FeatureMapShape(count: 1, height: size[2], width: size[3], channels: size[1])
    check(
      Linear(name: "linear", input: input, outputs: size[4], hasBias: false),
      inputs: [[size[0], size[1], size[2], size[3]]]
    ) {
      Reference.linear($0[0], weight: $1[0], bias: [Double](repeating: 0, count: size[4]))
    }
  }

  @Test func scaling() {
    check(Scaling(by: 1 / 256), inputs: [[3, 10, 1, 2]]) { inputs, _ in
      Reference.map(inputs[0]) { $0 / 256 }
    }
  }

  @Test(
    arguments: [
      ActivationFunction.identity, .relu, .leakyReLU(slope: 0.01), .gelu, .geluTanh, .silu,
    ], [[2, 3, 3, 2], [1, 17, 2, 2], [5, 1, 1, 1]])
  func batchNorm(_ activation: ActivationFunction, _ shape: [Int]) {
    check(
      BatchNorm(name: "norm", channels: shape[1], activation: activation), inputs: [shape]
    ) {
      Reference.map(
        Reference.batchNorm($0[0], weight: $1[0].values, bias: $1[1].values), activation.value(at:))
    }
    check(
      BatchNorm(name: "norm", channels: shape[1], activation: activation), inputs: [shape, shape]
    ) {
      Reference.map(
        Reference.add(
          Reference.batchNorm($0[0], weight: $1[0].values, bias: $1[1].values), $0[1]),
        activation.value(at:))
    }
  }

  @Test(
    arguments: [
      ActivationFunction.identity, .relu, .leakyReLU(slope: 0.2), .gelu, .geluTanh, .silu,
    ])
  func activation(_ function: ActivationFunction) {
    check(Activation(function), inputs: [[2, 5, 3, 2]]) { inputs, _ in
      Reference.map(inputs[0], function.value(at:))
    }
  }

  @Test(arguments: [(2, 2), (3, 2), (2, 3), (1, 1)])
  func windowedPooling(_ size: Int, _ stride: Int) {
    for (shape, ceilMode) in [([2, 3, 7, 5], false), ([1, 17, 5, 6], true)] {
      // In ceil mode, the last window may extend beyond the edge if the previous ones do not cover
      // it.
      let windows = { (extent: Int) -> [Range<Int>] in
        Swift.stride(from: 0, to: extent, by: stride)
          .filter { ceilMode ? $0 == 0 || $0 - stride + size < extent : $0 + size <= extent }
          .map { $0..<min($0 + size, extent) }
      }
      let grid = PoolingGrid.windows(size: size, stride: stride, ceilMode: ceilMode)
      check(AveragePool(grid), inputs: [shape]) { inputs, _ in
        Reference.pool(inputs[0], windows: windows) { $0.reduce(0, +) / Double($0.count) }
      }
      check(MaxPool(grid), inputs: [shape]) { inputs, _ in
        Reference.pool(inputs[0], windows: windows) { $0.max() ?? .nan }
      }
      check(MaxPool(grid, rectifies: true), inputs: [shape]) { inputs, _ in
        Reference.pool(inputs[0], windows: windows) { max($0.max() ?? .nan, 0) }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 6])
  func adaptivePooling(_ count: Int) {
    let windows = { (extent: Int) -> [Range<Int>] in
      (0..<count).map { $0 * extent / count..<(($0 + 1) * extent + count - 1) / count }
    }
    for readsImages in [false, true] {
      check(
        AveragePool(.adaptive(count: count)), inputs: [[2, 3, 7, 6]], readsImages: readsImages
      ) { inputs, _ in
        Reference.pool(inputs[0], windows: windows) { $0.reduce(0, +) / Double($0.count) }
      }
    }
  }

  @Test func shortcuts() {
    check(Add(), inputs: [[2, 5, 3, 2], [2, 5, 3, 2]]) { inputs, _ in
      Reference.add(inputs[0], inputs[1])
    }
    for (extra, readsImages) in [(14, false), (0, false), (0, true), (14, true)] {
      check(
        ChannelPad(extraChannels: extra), inputs: [[2, 5, 3, 2]], readsImages: readsImages
      ) { inputs, _ in Reference.padChannels(inputs[0], extra: extra) }
    }
  }
}
