import Kernels
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Parts of a step other than the optimisers' arithmetic.
@Suite struct StepTests {
  private let pool = WorkerPool(threadCount: 2)

  /// torch.nn.utils.clip_grad_norm_ with 2.5 of (arange(20) − 7) / 4 as 4 × 5 and [0.5, −3.25, 2].
  @Test func clippingIsPyTorchs() throws {
    let layer = Convolution(
      name: "conv", inputChannels: 5, outputChannels: 4, kernelSize: 1, padding: 0)
    let norm = BatchNorm(name: "norm", channels: 3)
    let parameters = [layer.weight] + norm.parameters.filter { $0.role == .normBias }
    let gradients = [(0..<20).map { (Float($0) - 7) / 4 }, [0.5, -3.25, 2]]
    for (parameter, values) in zip(parameters, gradients) {
      parameter.pack(values, into: try #require(parameter.gradient))
    }
    let length = GradientClipping.clip(parameters, toNorm: 2.5, on: pool)
    #expect(abs(length - 8.011710166931152) < 1e-6)
    let first: [Float] = [
      -0.54607558, -0.46806478, -0.39005399, -0.31204319, -0.23403239, -0.15602160, -0.07801080, 0,
      0.07801080, 0.15602160, 0.23403239, 0.31204319, 0.39005399, 0.46806478, 0.54607558,
      0.62408638, 0.70209718, 0.78010798, 0.85811877, 0.93612957,
    ]
    expectClose(parameters[0].denseGradient(), first, .ofLargest(1e-6), "first")
    expectClose(
      parameters[1].denseGradient(), [0.15602160, -1.01414037, 0.62408638], .ofLargest(1e-6),
      "second")
    // Within the limit, results are bit-identical.
    let before = parameters[0].denseGradient()
    #expect(GradientClipping.clip(parameters, toNorm: 2.6, on: pool) < 2.5001)
    #expect(parameters[0].denseGradient() == before)
  }

  @Test(arguments: [1, 3, 4, 1027, 32_768, 70_001])
  func squaresAreSummedAlikeOnAnyThreads(_ count: Int) {
    let buffer = AlignedBuffer.filled(count) { Float(($0 * 37) % 101) / 7 - 3 }
    let expected = buffer.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    let one = BufferArithmetic.sumOfSquares(buffer, on: WorkerPool(threadCount: 1))
    #expect(abs(one - expected) <= 1e-9 * expected)
    #expect(one == BufferArithmetic.sumOfSquares(buffer, on: WorkerPool(threadCount: 3)))
  }

  @Test(arguments: [.sgd, .adam, .adamw] as [OptimizerSettings.Kind])
  func normsAndBiasesDecayOnlyWhereAsked(_ kind: OptimizerSettings.Kind) throws {
    let layer = Convolution(
      name: "conv", inputChannels: 2, outputChannels: 3, kernelSize: 1, padding: 0, hasBias: true)
    let norm = BatchNorm(name: "norm", channels: 3)
    let parameters = layer.parameters + norm.parameters
    func change(decaysAll: Bool) -> [Parameter.Role: Bool] {
      for parameter in parameters {
        parameter.load(dense: [Float](repeating: 1, count: parameter.elementCount))
        parameter.gradient?.elements.update(repeating: 0)
      }
      // Without a gradient, only decay changes a weight.
      Optimizer(
        OptimizerSettings(
          kind: kind, learningRate: 0.1, weightDecay: 0.5, decayNormsAndBiases: decaysAll),
        for: parameters
      ).step(rate: 0.1, on: pool)
      return Dictionary(
        uniqueKeysWithValues: parameters.map { ($0.role, $0.dense().allSatisfy { $0 < 1 }) })
    }
    #expect(
      change(decaysAll: true) == [
        .weight: true, .bias: true, .normWeight: true, .normBias: true, .runningMean: false,
        .runningVariance: false,
      ])
    #expect(
      change(decaysAll: false) == [
        .weight: true, .bias: false, .normWeight: false, .normBias: false, .runningMean: false,
        .runningVariance: false,
      ])
  }

  /// averageₙ = decayⁿ⁻¹ · w₁ + (1 − decay) · Σₖ₌₂ⁿ decayⁿ⁻ᵏ · wₖ.
  @Test func averageFollowsItsFormula() {
    let parameters = BatchNorm(name: "norm", channels: 3).parameters
    let average = WeightAverage(decay: 0.9, of: parameters)
    func value(_ step: Int, _ place: Int) -> Double { Double((step * 7 + place * 5) % 11) - 4 }
    let steps = 6
    for step in 1...steps {
      for parameter in parameters {
        parameter.load(dense: (0..<3).map { Float(value(step, $0)) })
      }
      average.update(on: pool)
    }
    let expected = (0..<3).map { place -> Float in
      var sum = 0.0
      for step in 2...steps { sum += power(0.9, steps - step) * value(step, place) }
      return Float(power(0.9, steps - 1) * value(1, place) + 0.1 * sum)
    }
    let own = (0..<3).map { Float(value(steps, $0)) }
    average.exchanged(on: pool) {
      for parameter in parameters {
        expectClose(parameter.dense(), expected, .ofLargest(1e-6), parameter.name)
      }
    }
    for parameter in parameters { #expect(parameter.dense() == own, "\(parameter.name)") }
  }

  /// Steps 1 to 12 of epochs of 4 steps: the first half epoch is skipped, then every third step is
  /// averaged.
  @Test func someStepsAreAveraged() {
    let settings = AverageSettings(decay: 0.9, from: 0.5, every: 3)
    let counts = (0...12).map { settings.averagedCount(ofSteps: $0, stepsPerEpoch: 4) }
    #expect(counts == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4])
    let all = AverageSettings(decay: 0.9)
    #expect((0...3).map { all.averagedCount(ofSteps: $0, stepsPerEpoch: 4) } == [0, 1, 2, 3])
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}

extension AlignedBuffer {
  fileprivate static func filled(_ count: Int, _ value: (Int) -> Float) -> AlignedBuffer {
    let buffer = AlignedBuffer(count: count)
    for index in 0..<count { buffer.base[index] = value(index) }
    return buffer
  }
}
