import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// Statistics taken by whoever writes a map are those that a norm would take of it, to the bit.
@Suite struct ImageStatisticsTests {
  static let writers = LayerSample.all.filter { $0.layer() is any ImageByImageLayer }

  @Test func severalKindsOfLayersTakeThem() {
    #expect(
      Set(Self.writers.map(\.name)).isSuperset(of: ["convolution", "mixed convolution", "sum"]))
  }

  @Test(arguments: writers, Precision.allCases)
  func writersTakeWhatTheNormWould(_ sample: LayerSample, _ precision: Precision) throws {
    let layer = try #require(sample.layer() as? any ImageByImageLayer)
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
        inputs.map(\.map), into: output.map, mode: .training,
        statistics: ImageStatistics(memory: taken.memory), on: pool)
      for image in 0..<output.map.shape.count {
        ImageStatistics(memory: expected.memory).take(image: image, of: output.map)
      }
      #expect(taken.elements.map(\.bitPattern) == expected.elements.map(\.bitPattern))
      #expect(expected.elements.contains { $0 != 0 })
    }
  }
}
