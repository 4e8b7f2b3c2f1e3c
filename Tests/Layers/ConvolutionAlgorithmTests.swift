import Kernels
import Randomness
import Tensors
import TestSupport
import Testing

/// Every algorithm on every shape, whether chosen for it or not, compared with the formula in
/// `Double`. Memory is filled with NaN before, to detect values that are read before they are
/// written.
@Suite struct ConvolutionAlgorithmTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let algorithm: ConvolutionAlgorithm
    let arithmetic: Precision
    /// count, channels, height, width, outputs, kernel, stride, padding.
    let size: [Int]
    var testDescription: String { "\(algorithm) \(arithmetic) \(size)" }

    /// Whether the algorithm computes the weight gradient: pairs of tiles do not support segments.
    var hasWeightGradient: Bool {
      size[5] == 3 || algorithm != .winograd(.two, factors: .bfloat16)
    }
    /// The error of transformed tiles relative to the largest result, for inputs that are exact in
    /// bfloat16.
    var rounding: Double {
      switch algorithm {
      case .winograd(.two, _), .direct, .bfloat16Products, .bfloat16Pixels, .matrixProduct: 1e-6
      case .winograd(_, factors: .bfloat16): 2.5e-2
      // Three times the rounding error of smaller tiles.
      case .winograd: 3e-6
      }
    }
  }

  static let cases: [Case] = [
    [3, 16, 9, 7, 16, 3, 1, 1], [2, 17, 8, 8, 18, 3, 1, 1], [2, 50, 5, 6, 33, 3, 1, 1],
    [9, 64, 4, 4, 80, 3, 1, 1], [3, 28, 6, 9, 66, 3, 3, 0], [2, 16, 8, 12, 50, 1, 1, 0],
    [2, 64, 9, 8, 17, 1, 2, 0], [1, 20, 11, 13, 40, 5, 1, 2], [2, 33, 7, 9, 30, 3, 2, 1],
    [3, 18, 5, 3, 33, 2, 1, 0], [1, 130, 9, 35, 34, 3, 1, 1],
  ].flatMap { size in
    [
      Case(algorithm: .direct, arithmetic: .float32, size: size),
      Case(algorithm: .bfloat16Products, arithmetic: .float32, size: size),
      Case(algorithm: .bfloat16Products, arithmetic: .bfloat16, size: size),
    ]
  }

  static let minimalCases: [Case] = [
    [3, 16, 9, 7, 16, 3, 1, 1], [2, 17, 8, 8, 18, 3, 1, 1], [2, 50, 5, 6, 33, 3, 1, 1],
    [9, 64, 4, 4, 80, 3, 1, 1], [1, 130, 9, 35, 34, 3, 1, 1], [2, 20, 7, 6, 40, 3, 1, 0],
    [2, 20, 3, 5, 16, 3, 1, 2], [1, 16, 1, 1, 16, 3, 1, 1], [40, 32, 3, 3, 64, 3, 1, 1],
    [2, 24, 8, 7, 24, 3, 1, 1], [2, 8, 6, 6, 5, 3, 1, 1], [1, 41, 9, 5, 40, 3, 1, 1],
    // Sums of a mebibyte, with more than 256 tiles of 2×2.
    [1, 130, 20, 62, 128, 3, 1, 1],
  ].flatMap { size in
    [
      Case(algorithm: .winograd(.two), arithmetic: .float32, size: size),
      Case(algorithm: .winograd(.four), arithmetic: .float32, size: size),
    ]
      + WinogradTile.allCases.flatMap { filter in
        Precision.allCases.map { factors in
          Case(algorithm: .winograd(filter, factors: factors), arithmetic: .bfloat16, size: size)
        }
      }
  }

  /// Filters in segments of two and three taps.
  static let segmentCases: [Case] = [
    [2, 16, 9, 7, 16, 5, 1, 2], [1, 20, 11, 13, 40, 5, 1, 2], [3, 17, 6, 6, 50, 5, 1, 0],
    [2, 33, 4, 5, 18, 5, 1, 4], [1, 70, 8, 27, 34, 5, 1, 1], [9, 16, 1, 2, 16, 5, 1, 2],
    [1, 40, 21, 31, 100, 5, 1, 3],
  ].flatMap { size in
    Precision.allCases.flatMap { arithmetic in
      (arithmetic == .float32 ? [.float32] : Precision.allCases).map { factors in
        Case(algorithm: .winograd(.two, factors: factors), arithmetic: arithmetic, size: size)
      }
    }
  }

  /// Fewer images than rows of a product, and more; filters wider than the map.
  static let pixelCases: [Case] = [
    [20, 32, 5, 4, 64, 3, 1, 1], [37, 64, 3, 3, 32, 3, 1, 1], [3, 32, 2, 2, 96, 3, 1, 1],
    [18, 32, 6, 5, 32, 5, 1, 2], [5, 32, 4, 6, 32, 3, 1, 0], [33, 32, 1, 2, 32, 3, 1, 2],
  ].map { Case(algorithm: .bfloat16Pixels, arithmetic: .bfloat16, size: $0) }

  static let pointwiseCases: [Case] = [
    [2, 16, 8, 12, 50, 1, 1, 0], [3, 17, 5, 7, 16, 1, 1, 0], [1, 70, 3, 1, 33, 1, 1, 0],
    [9, 64, 4, 4, 80, 1, 1, 0], [2, 24, 16, 16, 48, 1, 1, 0],
  ].flatMap { size in
    [Precision.float32, .bfloat16].map {
      Case(algorithm: .matrixProduct, arithmetic: $0, size: size)
    }
  }

  static let imageCases: [Case] = [
    [2, 3, 47, 51, 20, 11, 4, 2], [3, 3, 32, 32, 33, 3, 1, 1], [1, 1, 9, 8, 48, 5, 2, 2],
  ].flatMap { size in
    [
      Case(algorithm: .direct, arithmetic: .float32, size: size),
      Case(algorithm: .bfloat16Products, arithmetic: .float32, size: size),
      Case(algorithm: .bfloat16Products, arithmetic: .bfloat16, size: size),
    ]
  }

  @Test(arguments: cases) func maps(_ test: Case) { check(test, readsImages: false) }

  @Test(arguments: minimalCases) func minimalFiltering(_ test: Case) {
    check(test, readsImages: false)
  }

  @Test(arguments: pixelCases) func pixels(_ test: Case) { check(test, readsImages: false) }

  @Test(arguments: segmentCases) func segments(_ test: Case) { check(test, readsImages: false) }

  @Test(arguments: pointwiseCases) func pointwise(_ test: Case) {
    check(test, readsImages: false)
  }

  @Test(arguments: imageCases) func images(_ test: Case) { check(test, readsImages: true) }

  /// Small whole numbers, which are exact in either precision, and so are their products.
  private func random(_ shape: [Int], stream: Int, in arithmetic: Precision) -> DenseTensor {
    var random = RandomStream(seed: 7, purpose: "engine test", index: stream)
    return DenseTensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in
        let value = Float(random.uniform()) * 2 - 1
        return arithmetic == .float32 ? value : (8 * value).rounded() / 8
      })
  }

  private func check(_ test: Case, readsImages: Bool) {
    let size = test.size
    let geometry = ConvolutionGeometry(
      inputChannels: size[1], outputChannels: size[4], kernelHeight: size[5],
      kernelWidth: size[5], stride: size[6], padding: size[7])
    let inputShape =
      readsImages
      ? FeatureMapShape.images(
        count: size[0], height: size[2], width: size[3], channels: size[1],
        arithmetic: test.arithmetic)
      : FeatureMapShape(
        count: size[0], height: size[2], width: size[3], channels: size[1],
        arithmetic: test.arithmetic)
    let x = random([size[0], size[1], size[2], size[3]], stream: 0, in: test.arithmetic)
    let weight = random([size[4], size[1], size[5], size[5]], stream: 1, in: test.arithmetic)
    let bias = random([size[4]], stream: 2, in: test.arithmetic)
    let y = Reference.convolution(
      Reference.Tensor(x), weight: Reference.Tensor(weight), bias: bias.values.map(Double.init),
      stride: size[6], padding: size[7])
    let dy = random(y.shape, stream: 3, in: test.arithmetic)
    let gradients = Reference.convolutionGradients(
      Reference.Tensor(x), weight: Reference.Tensor(weight), outputGradient: Reference.Tensor(dy),
      stride: size[6], padding: size[7])

    let plan = ConvolutionPlan(
      geometry, input: inputShape, training: true, algorithms: ConvolutionAlgorithms(test.algorithm)
    )
    let layout = KernelLayout(geometry, inputStride: inputShape.channelStride)
    var places: [Int] = []
    layout.forEachPlace { places.append($0) }
    let packed = AlignedBuffer(count: plan.weightCount)
    for (dense, place) in places.enumerated() { packed.base[place] = weight.values[dense] }
    let packedBias = AlignedBuffer(count: FeatureMapShape.paddedChannels(size[4]))
    for (index, value) in bias.values.enumerated() { packedBias.base[index] = value }
    let memory = GuardedPool(scratch: plan.scratchCount, shared: plan.sharedCount)
    let pool = memory.pool
    let input = OwnedFeatureMap(inputShape)
    input.load(x)
    let output = OwnedFeatureMap(geometry.outputShape(for: inputShape))
    output.fill(.nan)
    let outputGradient = OwnedFeatureMap(output.map.shape)
    outputGradient.load(dy)
    // bfloat16 has eight significant bits.
    let exact = test.rounding
    // Results are rounded at the latest when they are written.
    let fraction = test.arithmetic == .float32 ? exact : max(exact, 4e-3)
    let stored: Tolerance = .ofLargest(
      test.arithmetic == .float32 ? exact : max(exact, 4e-3))
    withExtendedLifetime((input, output, outputGradient, packed, packedBias)) {
      plan.output.run(
        input.map, weights: packed.base, bias: packedBias.base, into: output.map, on: pool)
      expectClose(output.dense.values, y.dense.values, stored, "output", shape: size)
      expectSmallError(output.dense.values, y.dense.values, fraction)
      #expect(output.hasZeroPadding)
      memory.expectMemorySuffices()

      if test.hasWeightGradient {
        let gradient = AlignedBuffer(count: plan.weightCount)
        gradient.elements.update(repeating: .nan)
        memory.poison()
        plan.weightGradient?.run(input.map, outputGradient.map, into: gradient.base, on: pool)
        expectClose(
          places.map { gradient.base[$0] }, gradients.weight.dense.values, .ofLargest(2 * exact),
          "gradient of the weight", shape: size)
        expectSmallError(
          places.map { gradient.base[$0] }, gradients.weight.dense.values, test.rounding)
        memory.expectMemorySuffices()
        #expect(gradient.elements.filter { $0 != 0 }.count <= places.count)
      }

      #expect((plan.inputGradient == nil) == readsImages)
      guard let inputGradientPass = plan.inputGradient else { return }
      for adding in [false, true] {
        let inputGradient = OwnedFeatureMap(inputShape)
        inputGradient.fill(adding ? 1 : .nan)
        let sums = NormSums(x: input.map)
        memory.poison()
        inputGradientPass.run(
          outputGradient.map, weights: packed.base, into: inputGradient.map, adding: adding,
          epilogue: sums.epilogue, on: pool)
        sums.expectComputed(of: inputGradient.map)
        #expect(adding || inputGradient.hasZeroPadding)
        let before: Float = adding ? 1 : 0
        expectClose(
          inputGradient.dense.values.map { $0 - before }, gradients.x.dense.values, stored,
          "gradient of the input, adding: \(adding)", shape: size)
        expectSmallError(
          inputGradient.dense.values.map { $0 - before }, gradients.x.dense.values, fraction)
        memory.expectMemorySuffices()
      }
    }
  }
}
