import Kernels
import Randomness
import Tensors
import TestSupport
import Testing

/// Every algorithm that mixes weights on every shape, whether chosen for it or not, compared image
/// by image with the formula in `Double`. Memory is filled with NaN before, to detect values that
/// are read before they are written.
@Suite struct MixedAlgorithmTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let algorithm: ConvolutionAlgorithm
    let arithmetic: Precision
    /// count, channels, height, width, outputs, kernels.
    let size: [Int]
    var testDescription: String { "\(algorithm) \(arithmetic) \(size)" }

    /// The error relative to the largest result: mixtures are not exact in bfloat16.
    var rounding: Double {
      switch algorithm {
      case .winograd(_, factors: .bfloat16): 3e-2
      case .bfloat16Products where arithmetic == .bfloat16: 1e-2
      case .winograd, .direct, .bfloat16Products, .bfloat16Pixels, .matrixProduct: 3e-6
      }
    }
  }

  static let cases: [Case] = [
    [3, 16, 8, 8, 32, 4], [9, 17, 5, 7, 24, 3], [2, 40, 4, 4, 48, 1], [5, 33, 9, 6, 80, 5],
    [13, 8, 3, 3, 5, 2], [2, 70, 13, 12, 16, 4], [17, 16, 1, 2, 16, 6],
    [5, 16, 1, 1, 16, 4],
    // So large that the tiles of all images are not in memory at once.
    [7, 8, 96, 96, 5, 2],
  ].flatMap { size in
    [
      Case(algorithm: .direct, arithmetic: .float32, size: size),
      Case(algorithm: .bfloat16Products, arithmetic: .bfloat16, size: size),
    ]
      + WinogradTile.allCases.flatMap { filter in
        [(Precision.float32, Precision.float32), (.bfloat16, .float32), (.bfloat16, .bfloat16)]
          .map { arithmetic, factors in
            Case(
              algorithm: .winograd(filter, factors: factors), arithmetic: arithmetic, size: size)
          }
      }
  }

  /// Random values that are exact in bfloat16.
  private func random(_ shape: [Int], stream: Int) -> DenseTensor {
    var random = RandomStream(seed: 5, purpose: "mixing test", index: stream)
    return DenseTensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in
        ((Float(random.uniform()) * 2 - 1) * 8).rounded() / 8
      })
  }

  private func image(_ index: Int, of batch: DenseTensor) -> Reference.Tensor {
    let count = batch.values.count / batch.shape[0]
    return Reference.Tensor(
      DenseTensor(
        shape: [1] + batch.shape[1...],
        values: Array(batch.values[index * count..<(index + 1) * count])))
  }

  /// Results of the formula.
  private struct Expected {
    var y: [Double] = []
    var dx: [Double] = []
    var bank: [Double]
    var fractions: [Double] = []
  }

  private func expected(
    x: DenseTensor, bank: DenseTensor, fractions: [Float], dy: DenseTensor
  ) -> Expected {
    let kernels = bank.shape[0]
    let size = bank.values.count / kernels
    var result = Expected(bank: [Double](repeating: 0, count: bank.values.count))
    for index in 0..<x.shape[0] {
      let fractions = fractions[index * kernels..<(index + 1) * kernels].map(Double.init)
      var mixed = [Double](repeating: 0, count: size)
      for kernel in 0..<kernels {
        for place in 0..<size {
          mixed[place] += fractions[kernel] * Double(bank.values[kernel * size + place])
        }
      }
      let weight = Reference.Tensor(shape: Array(bank.shape[1...]), values: mixed)
      let bias = [Double](repeating: 0, count: bank.shape[1])
      result.y +=
        Reference.convolution(
          image(index, of: x), weight: weight, bias: bias, stride: 1, padding: 1
        ).values
      let gradients = Reference.convolutionGradients(
        image(index, of: x), weight: weight, outputGradient: image(index, of: dy), stride: 1,
        padding: 1)
      result.dx += gradients.x.values
      for kernel in 0..<kernels {
        var product = 0.0
        for place in 0..<size {
          let gradient = gradients.weight.values[place]
          result.bank[kernel * size + place] += fractions[kernel] * gradient
          product += Double(bank.values[kernel * size + place]) * gradient
        }
        result.fractions.append(product)
      }
    }
    return result
  }

  @Test(arguments: cases) func againstTheFormula(_ test: Case) {
    let size = test.size
    let geometry = ConvolutionGeometry(
      inputChannels: size[1], outputChannels: size[4], kernelHeight: 3, kernelWidth: 3, stride: 1,
      padding: 1)
    let shape = FeatureMapShape(
      count: size[0], height: size[2], width: size[3], channels: size[1],
      arithmetic: test.arithmetic)
    let x = random([size[0], size[1], size[2], size[3]], stream: 0)
    let bank = random([size[5], size[4], size[1], 3, 3], stream: 1)
    let dy = random([size[0], size[4], size[2], size[3]], stream: 2)
    let fractions = random([size[0] * size[5]], stream: 3).values
    let expected = expected(x: x, bank: bank, fractions: fractions, dy: dy)

    let plan = MixedConvolutionPlan(
      geometry, input: shape, bankSize: size[5], training: true,
      algorithms: ConvolutionAlgorithms(test.algorithm))
    var places: [Int] = []
    KernelLayout(geometry, inputStride: shape.channelStride).forEachPlace { places.append($0) }
    let stride = plan.weightCount
    let packed = AlignedBuffer(count: size[5] * stride)
    for (index, value) in bank.values.enumerated() {
      packed.base[index / places.count * stride + places[index % places.count]] = value
    }
    let packedFractions = AlignedBuffer(count: fractions.count)
    for (index, value) in fractions.enumerated() { packedFractions.base[index] = value }
    let kernelBank = KernelBank(
      kernels: packed.base, count: size[5], stride: stride, fractions: packedFractions.base)

    let memory = GuardedPool(
      scratch: plan.scratchCount, shared: plan.sharedCount)
    let pool = memory.pool
    // Results are rounded at the latest when they are written.
    let fraction = max(test.rounding, test.arithmetic == .float32 ? 0 : 4e-3)
    let stored: Tolerance = .ofLargest(fraction)
    let (input, outputGradient) = (
      OwnedFeatureMap(shape), OwnedFeatureMap(geometry.outputShape(for: shape))
    )
    input.load(x)
    outputGradient.load(dy)
    withExtendedLifetime((input, outputGradient, packed, packedFractions)) {
      let output = OwnedFeatureMap(outputGradient.map.shape)
      output.fill(.nan)
      memory.poison()
      plan.output(input.map, bank: kernelBank, into: output.map, on: pool)
      expectClose(output.dense.values, expected.y.map(Float.init), stored, "output")
      expectSmallError(output.dense.values, expected.y.map(Float.init), fraction)
      #expect(output.hasZeroPadding)
      memory.expectMemorySuffices()

      for adding in [false, true] {
        let inputGradient = OwnedFeatureMap(shape)
        inputGradient.fill(adding ? 1 : .nan)
        let sums = NormSums(x: input.map)
        memory.poison()
        plan.inputGradient(
          outputGradient.map, bank: kernelBank, into: inputGradient.map, adding: adding,
          epilogue: sums.epilogue, on: pool)
        sums.expectComputed(of: inputGradient.map)
        #expect(adding || inputGradient.hasZeroPadding)
        expectClose(
          inputGradient.dense.values.map { $0 - (adding ? 1 : 0) }, expected.dx.map(Float.init),
          stored, "gradient of the input, adding: \(adding)")
        expectSmallError(
          inputGradient.dense.values.map { $0 - (adding ? 1 : 0) }, expected.dx.map(Float.init),
          fraction)
        memory.expectMemorySuffices()
      }

      let (gradient, fractionGradient) = (
        AlignedBuffer(count: packed.count), AlignedBuffer(count: fractions.count)
      )
      gradient.elements.update(repeating: .nan)
      fractionGradient.elements.update(repeating: .nan)
      memory.poison()
      plan.bankGradient(
        input.map, outputGradient.map, bank: kernelBank, into: gradient.base,
        fractions: fractionGradient.base, on: pool)
      expectClose(
        expected.bank.indices.map {
          gradient.base[$0 / places.count * stride + places[$0 % places.count]]
        }, expected.bank.map(Float.init), .ofLargest(2 * test.rounding), "gradient of the bank")
      expectSmallError(
        expected.bank.indices.map {
          gradient.base[$0 / places.count * stride + places[$0 % places.count]]
        }, expected.bank.map(Float.init), test.rounding)
      #expect(gradient.elements.filter { $0 != 0 }.count <= size[5] * places.count)
      expectClose(
        Array(fractionGradient.elements), expected.fractions.map(Float.init),
        .ofLargest(2 * test.rounding), "gradient of the fractions")
      memory.expectMemorySuffices()
    }
  }

  /// A bank's gradient is summed over groups of images, whose work is divided among threads.
  @Test(arguments: [Precision.float32, .bfloat16], [8, 64])
  func sameBitsOnAnyNumberOfThreads(_ arithmetic: Precision, _ side: Int) {
    let geometry = ConvolutionGeometry(
      inputChannels: 40, outputChannels: 48, kernelHeight: 3, kernelWidth: 3, stride: 1,
      padding: 1)
    let shape = FeatureMapShape(
      count: 19, height: side, width: side, channels: 40, arithmetic: arithmetic)
    let plan = MixedConvolutionPlan(geometry, input: shape, bankSize: 4, training: true)
    let (input, outputGradient) = (
      OwnedFeatureMap(shape), OwnedFeatureMap(geometry.outputShape(for: shape))
    )
    input.load(random([19, 40, side, side], stream: 0))
    outputGradient.load(random([19, 48, side, side], stream: 1))
    let bank = AlignedBuffer(count: 4 * plan.weightCount)
    let fractions = AlignedBuffer(count: 4 * 19)
    for index in 0..<bank.count { bank.base[index] = Float(index % 23) * 0.01 - 0.1 }
    for index in 0..<fractions.count { fractions.base[index] = Float(index % 7) * 0.1 }
    func bits(threads: Int) -> [UInt32] {
      let pool = WorkerPool(threadCount: threads)
      plan.reserve(on: pool)
      let (gradient, fractionGradient) = (
        AlignedBuffer(count: bank.count), AlignedBuffer(count: fractions.count)
      )
      plan.bankGradient(
        input.map, outputGradient.map,
        bank: KernelBank(
          kernels: bank.base, count: 4, stride: plan.weightCount, fractions: fractions.base),
        into: gradient.base, fractions: fractionGradient.base, on: pool)
      return (Array(gradient.elements) + Array(fractionGradient.elements)).map(\.bitPattern)
    }
    withExtendedLifetime((input, outputGradient)) {
      let one = bits(threads: 1)
      #expect(one.contains { $0 != 0 })
      for threads in [2, 3] {
        let isSame = bits(threads: threads) == one
        #expect(isSame)
      }
    }
  }
}
