import Kernels
import Layers
import Randomness
import Tensors
import TestSupport
import Testing

/// Convolutions with many blocks, bands and passes of different sizes, compared with the formula in
/// `Double`. `GradientTests` has small convolutions.
@Suite struct ConvolutionTests {
  private func random(_ shape: [Int], stream: Int) -> DenseTensor {
    var random = RandomStream(seed: 5, purpose: "convolution test", index: stream)
    return DenseTensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in Float(random.uniform()) * 2 - 1 })
  }

  @Test(arguments: [
    // count, channels, height, width, outputs, kernel, stride, padding
    [2, 33, 5, 6, 49, 3, 1, 1],  // a last block of inputs mostly padding, four of outputs
    [1, 130, 9, 7, 70, 3, 1, 1],  // several pieces of a kernel row
    [11, 64, 4, 4, 80, 3, 1, 1],  // more images than groups of a weight gradient
    [3, 80, 3, 3, 33, 2, 1, 0],  // three vectors of outputs
    [40, 160, 4, 3, 16, 1, 1, 0],  // more images than a pass
    [2, 48, 8, 12, 50, 1, 1, 0],  // no frame
    [2, 64, 8, 8, 17, 1, 2, 0],
    [1, 20, 11, 13, 40, 5, 1, 2],
    [2, 100, 7, 9, 30, 3, 2, 1],
    [1, 12, 33, 35, 18, 3, 1, 1],  // several sums of pixels
    [1, 28, 6, 9, 66, 3, 3, 0],
  ])
  func wideMaps(_ size: [Int]) { check(size, readsImages: false) }

  @Test(arguments: [
    [2, 3, 47, 51, 20, 11, 4, 2], [3, 3, 32, 32, 33, 3, 1, 1], [1, 1, 9, 8, 48, 5, 2, 2],
    [1, 4, 12, 12, 7, 1, 1, 0],
  ])
  func images(_ size: [Int]) { check(size, readsImages: true) }

  private func check(_ size: [Int], readsImages: Bool) {
    let (stride, padding) = (size[6], size[7])
    let layer = Convolution(
      name: "conv", inputChannels: size[1], outputChannels: size[4], kernelSize: size[5],
      stride: stride, padding: padding, hasBias: true, readsImages: readsImages)
    let x = random([size[0], size[1], size[2], size[3]], stream: 0)
    let weight = random(layer.weight.shape, stream: 1)
    let bias = random([size[4]], stream: 2)
    layer.weight.load(dense: weight.values)
    layer.bias?.load(dense: bias.values)
    let (exactX, exactWeight) = (Reference.Tensor(x), Reference.Tensor(weight))
    let y = Reference.convolution(
      exactX, weight: exactWeight, bias: bias.values.map(Double.init), stride: stride,
      padding: padding)
    let dy = random(y.shape, stream: 3)
    let gradients = Reference.convolutionGradients(
      exactX, weight: exactWeight, outputGradient: Reference.Tensor(dy), stride: stride,
      padding: padding)
    let run = LayerRun(layer, [x], outputGradient: dy, readsImages: readsImages)
    expectClose(run.output.values, y.dense.values, .ofLargest(1e-5), "output", shape: size)
    expectClose(
      layer.weight.denseGradient(), gradients.weight.dense.values, .ofLargest(1e-5),
      "gradient of the weight", shape: size)
    // Padding must stay zero; otherwise the optimiser would change it.
    let repacked = AlignedBuffer(count: layer.weight.value.count)
    layer.weight.pack(layer.weight.denseGradient(), into: repacked)
    #expect(layer.weight.gradient.map { Array($0.elements) } == Array(repacked.elements))
    guard !readsImages else { return }
    let dx = gradients.x.dense.values
    expectClose(run.inputGradients[0], dx, .ofLargest(1e-5), "gradient of the input", shape: size)
    let adding = LayerRun(layer, [x], outputGradient: dy, addingTo: 1)
    expectClose(
      adding.inputGradients[0].map { $0 - 1 }, dx, .ofLargest(1e-5),
      "added gradient of the input", shape: size)
  }
}
