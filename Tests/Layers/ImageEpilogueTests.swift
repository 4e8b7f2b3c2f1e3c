import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// The sums computed by the layer that writes a map, or completes a gradient, are bit-identical to
/// those of the norm itself.
@Suite struct ImageEpilogueTests {
  static let writers = LayerSample.all.filter { $0.layer().runsEpilogues }

  @Test func severalKindsOfLayersTakeThem() {
    #expect(
      Set(Self.writers.map(\.name)).isSuperset(of: ["convolution", "mixed convolution", "sum"]))
    #expect(
      Set(Self.gradientWriters.map(\.name)).isSuperset(of: [
        "convolution", "convolution, stride 2", "projection, stride 2", "mixed convolution", "norm",
        "sum",
      ]))
  }

  /// The memory of the sums of a plan stays valid after a larger plan is reserved.
  @Test func sumsKeepTheirMemory() {
    let numbers = AlignedBuffer(count: 48)
    let map = OwnedFeatureMap(FeatureMapShape(count: 1, height: 1, width: 1, channels: 16))
    var memory: AlignedBuffer? = AlignedBuffer(
      count: ImageStatistics.byteCount(for: map.map.shape) / MemoryLayout<Float>.stride)
    weak var kept: AlignedBuffer?
    kept = memory
    let sums = memory.map {
      NormGradientSums(
        x: map.map, sumArgument: nil,
        coefficients: BatchNormalization.Coefficients(
          mean: numbers.base, scale: numbers.base + 16, bias: numbers.base + 32, function: .relu),
        images: $0)
    }
    memory = nil
    withExtendedLifetime((numbers, map, sums)) { #expect(kept != nil) }
  }

  @Test(arguments: writers, Precision.allCases)
  func writersTakeWhatTheNormWould(_ sample: LayerSample, _ precision: Precision) {
    let layer = sample.layer()
    for parameter in layer.parameters {
      parameter.load(dense: (0..<parameter.elementCount).map { Float($0 % 13) * 0.1 - 0.5 })
    }
    let pool = WorkerPool(threadCount: 2)
    let inputs = sample.inputMaps(precision)
    let shapes = inputs.map(\.map.shape)
    let output = OwnedFeatureMap(layer.outputShape(for: shapes))
    layer.reserve(for: shapes, mode: .training, on: pool)
    let count = ImageStatistics.byteCount(for: output.map.shape) / MemoryLayout<Float>.stride
    let (taken, expected) = (AlignedBuffer(count: count), AlignedBuffer(count: count))
    withExtendedLifetime((inputs, output, taken, expected)) {
      layer.forward(
        ForwardPass(
          inputs: inputs.map(\.map), output: output.map, mode: .training,
          epilogue: ImageStatistics(memory: taken.memory)), on: pool)
      for image in 0..<output.map.shape.count {
        ImageStatistics(memory: expected.memory).run(image: image, of: output.map)
      }
      #expect(taken.elements.map(\.bitPattern) == expected.elements.map(\.bitPattern))
      #expect(expected.elements.contains { $0 != 0 })
    }
  }

  /// Layers that can run an epilogue on the gradient of their first input.
  static let gradientWriters = LayerSample.all.filter {
    !$0.readsImages && ($0.layer().runsEpilogues)
  }

  @Test(
    arguments: gradientWriters,
    Precision.allCases.flatMap { [($0, false), ($0, true)] })
  func gradientWritersTakeWhatTheNormWould(
    _ sample: LayerSample, _ how: (precision: Precision, adds: Bool)
  ) {
    let (precision, adds) = how
    let layer = sample.layer()
    for parameter in layer.parameters {
      parameter.load(dense: (0..<parameter.elementCount).map { Float($0 % 13) * 0.1 + 0.1 })
    }
    let pool = WorkerPool(threadCount: 2)
    let inputs = sample.inputMaps(precision)
    let shapes = inputs.map(\.map.shape)
    let output = OwnedFeatureMap(layer.outputShape(for: shapes))
    let gradients = (shapes + [output.map.shape]).map(OwnedFeatureMap.init)
    for gradient in gradients { gradient.fill(0.5) }
    layer.reserve(for: shapes, mode: .training, on: pool)
    // If a residual was added, the output shows on which side of the kink a value was.
    let signs = OwnedFeatureMap(shapes[0])
    let dense = inputs[0].dense
    signs.load(DenseTensor(shape: dense.shape, values: dense.values.reversed()))
    let sums = NormSums(x: inputs[0].map, y: adds ? signs.map : nil)
    withExtendedLifetime((inputs, output, gradients, signs)) {
      layer.forward(inputs.map(\.map), into: output.map, mode: .training, on: pool)
      layer.backward(
        BackwardPass(
          inputs: inputs.map(\.map), output: output.map,
          outputGradient: gradients[inputs.count].map,
          inputGradients: shapes.indices.map {
            InputGradient(
              map: gradients[$0].map, adds: adds, epilogue: $0 == 0 ? sums.epilogue : nil)
          }), on: pool)
      sums.expectComputed(of: gradients[0].map)
    }
  }
}
