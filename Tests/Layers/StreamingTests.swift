import Kernels
import Tensors
import TestSupport
import Testing

/// Maps of 4 MiB and more are written by non-temporal stores: for a batch that consists of a
/// smaller one twice, the results are bit-identical to those of the smaller one.
@Suite struct StreamingTests {
  private static let half = 32
  private let pool = WorkerPool(threadCount: 2)

  /// Random maps; the second half of the batch repeats the first.
  private func map(_ precision: Precision, count: Int, channels: Int = 16, salt: Int)
    -> OwnedFeatureMap
  {
    let shape = FeatureMapShape(
      count: count, height: 32, width: precision == .float32 ? 32 : 64, channels: channels,
      arithmetic: precision)
    let map = OwnedFeatureMap(shape)
    let imageCount = channels * shape.pixelCount
    map.load(
      DenseTensor(
        shape: [count, channels, shape.height, shape.width],
        values: (0..<count * imageCount).map { index in
          let inHalf = index % (Self.half * imageCount)
          return Float((inHalf &* 7919 &+ salt) % 1009) / 500 - 1
        }))
    return map
  }

  /// Runs a kernel on half a batch and on a whole one.
  private func expectTwice(
    _ precision: Precision, _ what: String,
    _ run: (_ count: Int, _ map: (_ channels: Int, _ salt: Int) -> OwnedFeatureMap)
      -> [OwnedFeatureMap]
  ) {
    func outputs(_ count: Int) -> [OwnedFeatureMap] {
      run(count) { map(precision, count: count, channels: $0, salt: $1) }
    }
    let (once, twice) = (outputs(Self.half), outputs(2 * Self.half))
    for (index, (small, large)) in zip(once, twice).enumerated() {
      #expect(small.map.shape.byteCount < 4 << 20 && large.map.shape.byteCount >= 4 << 20)
      let expected = small.dense.values
      // Compared outside of `#expect`, so that a failure does not print millions of values.
      let isTwice = large.dense.values == expected + expected
      #expect(isTwice, "\(what), output \(index)")
      #expect(large.hasZeroPadding)
    }
  }

  @Test(arguments: Precision.allCases) func sumsAndCopies(_ precision: Precision) {
    expectTwice(precision, "sum") { _, map in
      let (a, b, y) = (map(16, 1), map(16, 2), map(16, 3))
      Pointwise.add(a.map, b.map, into: y.map, on: pool)
      return [y]
    }
    expectTwice(precision, "copy") { _, map in
      let (x, y) = (map(16, 1), map(16, 3))
      Pointwise.copy(x.map, into: y.map, adding: false, on: pool)
      return [y]
    }
    expectTwice(precision, "channels") { _, map in
      let (x, y) = (map(13, 1), map(16, 3))
      ChannelCopy.copy(x.map, into: y.map, adding: false, on: pool)
      return [y]
    }
  }

  /// Windows that do not overlap, and windows that do.
  @Test(arguments: Precision.allCases, [2, 3]) func maxima(_ precision: Precision, _ size: Int) {
    expectTwice(precision, "maximum of \(size)×\(size)") { _, map in
      let (x, dx) = (map(16, 1), map(16, 2))
      let shape = x.map.shape
      let pooling = Pooling(
        rows: PoolingWindows(extent: shape.height, size: size, stride: 2, ceilMode: false),
        height: shape.height,
        columns: PoolingWindows(extent: shape.width, size: size, stride: 2, ceilMode: false),
        width: shape.width)
      let y = OwnedFeatureMap(
        shape.output(
          height: (shape.height - size) / 2 + 1, width: (shape.width - size) / 2 + 1, channels: 16))
      var choices = [UInt8](repeating: 0, count: y.map.shape.elementCount)
      choices.withUnsafeMutableBufferPointer { choices in
        guard let choices = choices.baseAddress else { return }
        pooling.maximumForward(x.map, rectified: true, into: y.map, choices: choices, on: pool)
        pooling.maximumBackward(y.map, choices: choices, into: dx.map, adding: false, on: pool)
      }
      withExtendedLifetime(y) {}
      return [dx]
    }
  }

  @Test(arguments: Precision.allCases) func norms(_ precision: Precision) {
    for (residual, isOneMap) in [(false, false), (true, false), (true, true)] {
      expectTwice(precision, "norm, residual: \(residual), one map: \(isOneMap)") { count, map in
        let (x, added, dy, y) = (map(16, 1), map(16, 2), map(16, 3), map(16, 4))
        let dx = map(16, 5)
        let dresidual = isOneMap ? dx : map(16, 6)
        // mean, scale, bias, 1 / deviation, weight; the gradients of weight and bias.
        let numbers = AlignedBuffer(count: 7 * 16)
        for index in 0..<5 * 16 { numbers.base[index] = Float(index % 11) / 10 + 0.1 }
        let sums = AlignedBuffer(
          count: ImageStatistics.byteCount(for: x.map.shape) / MemoryLayout<Float>.stride)
        let base = numbers.base
        let coefficients = BatchNormalization.Coefficients(
          mean: base, scale: base + 16, bias: base + 32, function: .relu)
        BatchNormalization.forward(
          x.map, residual: residual ? added.map : nil, coefficients, into: y.map, on: pool)
        BatchNormalization.backward(
          BatchNormalization.BackwardArguments(
            dy: dy.map,
            sums: NormGradientSums(
              x: x.map, sumArgument: residual ? y.map : nil, coefficients: coefficients,
              images: sums),
            sumsAreTaken: false, statisticsAreConstant: false, inverseDeviation: base + 48,
            weight: base + 64, weightGradient: base + 80, biasGradient: base + 96, dx: dx.map,
            addsToDx: false, epilogueOfDx: nil, dresidual: residual ? dresidual.map : nil,
            addsToDresidual: isOneMap),
          on: pool)
        withExtendedLifetime((numbers, added, dy)) {}
        return [y, dx, dresidual]
      }
    }
  }
}
