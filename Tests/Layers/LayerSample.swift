import Kernels
import Layers
import Randomness
import Tensors
import TestSupport
import Testing

/// Examples of all kinds of layers, with the shapes of their inputs, `[N, C, H, W]`.
struct LayerSample: Sendable, CustomTestStringConvertible {
  let name: String
  var readsImages = false
  let inputs: [[Int]]
  /// Makes the layer; its weights are filled afterwards.
  let layer: @Sendable () -> any Layer

  var testDescription: String { name }

  /// Whether its backward pass in bfloat16 may round transformed Winograd tiles, as 3×3 with stride
  /// 1 on maps does.
  var roundsTiles: Bool {
    ["convolution", "wide convolution", "convolution and sum", "mixed convolution"].contains(name)
  }

  static let all: [LayerSample] = [
    LayerSample(name: "convolution", inputs: [[19, 5, 9, 9]]) {
      Convolution(
        name: "c", inputChannels: 5, outputChannels: 33, kernelSize: 3, padding: 1, hasBias: true)
    },
    // Large enough for the weight gradient's fewer groups and several passes.
    LayerSample(name: "wide convolution", inputs: [[9, 240, 9, 14]]) {
      Convolution(name: "w", inputChannels: 240, outputChannels: 128, kernelSize: 3, padding: 1)
    },
    LayerSample(name: "convolution, stride 2", inputs: [[7, 20, 9, 8]]) {
      Convolution(
        name: "s", inputChannels: 20, outputChannels: 48, kernelSize: 3, stride: 2, padding: 1)
    },
    LayerSample(name: "projection, stride 2", inputs: [[5, 16, 8, 8]]) {
      Convolution(
        name: "p", inputChannels: 16, outputChannels: 32, kernelSize: 1, stride: 2, padding: 0)
    },
    LayerSample(name: "projection and sum", inputs: [[5, 20, 8, 9], [5, 32, 8, 9]]) {
      Convolution(
        name: "p", inputChannels: 20, outputChannels: 32, kernelSize: 1, padding: 0, hasBias: true)
    },
    LayerSample(name: "convolution and sum", inputs: [[5, 20, 8, 9], [5, 24, 8, 9]]) {
      Convolution(
        name: "c", inputChannels: 20, outputChannels: 24, kernelSize: 3, padding: 1, hasBias: true)
    },
    LayerSample(name: "convolution of images", readsImages: true, inputs: [[6, 3, 12, 11]]) {
      Convolution(
        name: "i", inputChannels: 3, outputChannels: 16, kernelSize: 3, padding: 1,
        readsImages: true)
    },
    LayerSample(name: "convolution to one pixel", inputs: [[6, 18, 3, 3]]) {
      Convolution(name: "o", inputChannels: 18, outputChannels: 20, kernelSize: 3, padding: 0)
    },
    LayerSample(name: "mixed convolution", inputs: [[19, 5, 9, 9], [19, 3, 1, 1]]) {
      MixedConvolution(
        name: "m", inputChannels: 5, outputChannels: 33, kernelSize: 3, kernelCount: 3)
    },
    LayerSample(name: "norm", inputs: [[13, 18, 7, 5]]) {
      BatchNorm(name: "n", channels: 18, activation: .relu)
    },
    LayerSample(name: "norm and sum", inputs: [[9, 40, 6, 5], [9, 40, 6, 5]]) {
      BatchNorm(name: "n", channels: 40, activation: .leakyReLU(slope: 0.1))
    },
    LayerSample(name: "linear", inputs: [[11, 40, 4, 4]]) {
      Linear(
        name: "l", input: FeatureMapShape(count: 1, height: 4, width: 4, channels: 40),
        outputs: 300)
    },
    LayerSample(name: "linear without bias", inputs: [[11, 40, 1, 1]]) {
      Linear(
        name: "l", input: FeatureMapShape(count: 1, height: 1, width: 1, channels: 40), outputs: 10,
        hasBias: false)
    },
    LayerSample(name: "scaling", inputs: [[5, 20, 4, 3]]) { Scaling(by: 0.37) },
    LayerSample(name: "dropout", inputs: [[13, 18, 3, 5]]) { Dropout(name: "d", probability: 0.4) },
    LayerSample(name: "max pool", inputs: [[7, 20, 9, 9]]) {
      MaxPool(.windows(size: 3, stride: 2))
    },
    LayerSample(name: "ReLU and max pool", inputs: [[7, 20, 9, 9]]) {
      MaxPool(.windows(size: 3, stride: 2), rectifies: true)
    },
    LayerSample(name: "ReLU and max pool of parts", inputs: [[7, 20, 8, 6]]) {
      MaxPool(.windows(size: 2, stride: 2), rectifies: true)
    },
    LayerSample(name: "max pool to one pixel", inputs: [[7, 20, 4, 4]]) {
      MaxPool(.adaptive(count: 1))
    },
    LayerSample(name: "average pool", inputs: [[7, 20, 9, 9]]) {
      AveragePool(.windows(size: 2, stride: 2, ceilMode: true))
    },
    LayerSample(name: "global average", inputs: [[7, 36, 5, 6]]) {
      AveragePool(.adaptive(count: 1))
    },
    LayerSample(name: "average of images", readsImages: true, inputs: [[7, 3, 9, 9]]) {
      AveragePool(.windows(size: 2, stride: 2))
    },
    LayerSample(name: "ReLU", inputs: [[5, 20, 4, 3]]) { Activation(.relu) },
    LayerSample(name: "GELU", inputs: [[5, 20, 4, 3]]) { Activation(.gelu) },
    LayerSample(name: "norm, SiLU", inputs: [[9, 24, 6, 5]]) {
      BatchNorm(name: "n", channels: 24, activation: .silu)
    },
    LayerSample(name: "norm and sum, GELU", inputs: [[9, 24, 6, 5], [9, 24, 6, 5]]) {
      BatchNorm(name: "n", channels: 24, activation: .gelu)
    },
    LayerSample(name: "SiLU", inputs: [[5, 20, 4, 3]]) { Activation(.silu) },
    LayerSample(name: "GELU (tanh)", inputs: [[5, 20, 4, 3]]) { Activation(.geluTanh) },
    LayerSample(name: "sum", inputs: [[5, 20, 4, 3], [5, 20, 4, 3]]) { Add() },
    LayerSample(name: "channel padding", inputs: [[5, 20, 4, 3]]) {
      ChannelPad(extraChannels: 15)
    },
    LayerSample(name: "channel padding of images", readsImages: true, inputs: [[5, 3, 4, 3]]) {
      ChannelPad(extraChannels: 15)
    },
  ]

  /// The results of the layer for random values that are exact in both precisions: its output, and
  /// the gradients of its inputs and parameters.
  func results(_ precision: Precision, threads: Int = 2, addingTo: Float? = nil) -> [[Float]] {
    let layer = layer()
    for parameter in layer.parameters where parameter.role == .weight {
      parameter.load(dense: Self.random(parameter.shape).values.map { 0.3 * $0 })
    }
    let tensors = inputs.map(Self.random)
    let origin = BatchOrigin(seed: 1, epoch: 2, position: 3)
    let output = LayerRun(
      layer, tensors, arithmetic: precision, readsImages: readsImages, threads: threads,
      origin: origin
    ).output
    let run = LayerRun(
      layer, tensors, outputGradient: Self.random(output.shape), arithmetic: precision,
      readsImages: readsImages, threads: threads, addingTo: addingTo, origin: origin)
    #expect(run.hasZeroPadding, "\(name) in \(precision)")
    // Images have no gradient.
    return [run.output.values] + run.inputGradients.filter { !$0.isEmpty }
      + layer.parameters.filter(\.isTrainable).map { $0.denseGradient() }
  }

  /// Random inputs in separate memory.
  func inputMaps(_ precision: Precision) -> [OwnedFeatureMap] {
    inputs.enumerated().map { index, shape in
      let map = OwnedFeatureMap(
        LayerRun.shape(shape, readsImages: readsImages && index == 0).with(arithmetic: precision))
      map.load(Self.random(shape))
      return map
    }
  }

  private static func random(_ shape: [Int]) -> DenseTensor {
    var stream = RandomStream(seed: 3, purpose: "layer sample", index: shape.count)
    return DenseTensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in BFloat16(Float(stream.normal())).float })
  }
}
