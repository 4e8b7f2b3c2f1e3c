import Kernels
import Layers
import Randomness
import Tensors
import TestSupport
import Testing

/// The same bits on any number of threads.
@Suite struct DeterminismTests {
  private func random(_ shape: [Int]) -> DenseTensor {
    var stream = RandomStream(seed: 3, purpose: "determinism test", index: shape.count)
    return DenseTensor(
      shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float(stream.normal()) })
  }

  private func results(_ layer: any Layer, _ shapes: [[Int]], threads: Int) -> [[Float]] {
    let inputs = shapes.map(random)
    let origin = BatchOrigin(seed: 1, epoch: 2, position: 3)
    let y = LayerRun(layer, inputs, threads: threads, origin: origin).output
    let run = LayerRun(
      layer, inputs, outputGradient: random(y.shape), threads: threads, origin: origin)
    return [run.output.values] + run.inputGradients
      + layer.parameters.filter(\.isTrainable).map { $0.denseGradient() }
  }

  static let layers: [@Sendable () -> (any Layer, [[Int]])] = [
    {
      let layer = Convolution(
        name: "c", inputChannels: 5, outputChannels: 33, kernelSize: 3, padding: 1, hasBias: true)
      layer.weight.load(dense: (0..<layer.weight.elementCount).map { Float($0 % 13) * 0.1 - 0.5 })
      return (layer, [[19, 5, 9, 9]])
    },
    {
      // Large enough for the weight gradient's fewer groups and several passes.
      let layer = Convolution(
        name: "w", inputChannels: 240, outputChannels: 128, kernelSize: 3, padding: 1)
      layer.weight.load(dense: (0..<layer.weight.elementCount).map { Float($0 % 11) * 0.1 - 0.4 })
      return (layer, [[9, 240, 9, 14]])
    },
    { (BatchNorm(name: "n", channels: 18, activation: .relu), [[13, 18, 7, 5]]) },
    {
      let input = FeatureMapShape(count: 1, height: 4, width: 4, channels: 40)
      let layer = Linear(name: "l", input: input, outputs: 300)
      layer.weight.load(dense: (0..<layer.weight.elementCount).map { Float($0 % 7) * 0.1 - 0.3 })
      return (layer, [[11, 40, 4, 4]])
    },
    {
      let layer = MixedConvolution(
        name: "m", inputChannels: 5, outputChannels: 33, kernelSize: 3, kernelCount: 3)
      layer.weight.load(dense: (0..<layer.weight.elementCount).map { Float($0 % 13) * 0.1 - 0.5 })
      return (layer, [[19, 5, 9, 9], [19, 3, 1, 1]])
    },
    { (Dropout(name: "d", probability: 0.4), [[13, 18, 3, 5]]) },
    { (MaxPool(.windows(size: 3, stride: 2)), [[7, 20, 9, 9]]) },
  ]

  @Test(arguments: layers.indices)
  func threadsDoNotChangeBits(_ index: Int) {
    let (layer, shapes) = Self.layers[index]()
    let alone = results(layer, shapes, threads: 1)
    for threads in [2, 3, 5] {
      #expect(results(layer, shapes, threads: threads) == alone, "\(threads) threads")
    }
  }
}
