import Kernels
import Tensors
import Testing

/// The choice of the algorithm for each pass.
@Suite struct ConvolutionChoiceTests {
  private static func plan(
    _ size: Int, side: Int, training: Bool, arithmetic: Precision = .float32, count: Int = 2,
    channels: Int = 16
  ) -> ConvolutionPlan {
    ConvolutionPlan(
      ConvolutionGeometry(
        inputChannels: channels, outputChannels: channels, kernelHeight: size, kernelWidth: size,
        stride: 1, padding: size / 2),
      input: FeatureMapShape(
        count: count, height: side, width: side, channels: channels, arithmetic: arithmetic),
      training: training)
  }

  /// In training, the rounding error of larger tiles would move values across kinks.
  @Test func largeTilesServeGradientsAndEvaluation() {
    let training = Self.plan(3, side: 32, training: true)
    #expect(training.output.algorithm == .winograd(.two))
    #expect(training.inputGradient?.algorithm == .winograd(.four))
    #expect(training.weightGradient?.algorithm == .winograd(.four))
    #expect(Self.plan(3, side: 32, training: false).output.algorithm == .winograd(.four))
  }

  /// 6×6 outputs need nine tiles of 16 products or four of 36.
  @Test(
    arguments: [
      (2, .two), (3, .four), (4, .four), (5, .two), (6, .two), (7, .four), (13, .four),
    ] as [(Int, WinogradTile)])
  func largeTilesWhereTheyMultiplyLess(_ side: Int, _ tile: WinogradTile) {
    #expect(Self.plan(3, side: side, training: false).output.algorithm == .winograd(tile))
  }

  @Test(arguments: [2, 3, 4, 5, 6, 8, 32])
  func smallTilesForwardInTraining(side: Int) {
    #expect(Self.plan(3, side: side, training: true).output.algorithm == .winograd(.two))
  }

  @Test func segmentsAreOfTheSmallest() {
    #expect(Self.plan(5, side: 32, training: false).output.algorithm == .winograd(.two))
  }

  /// Rounded tiles in the forward pass would change whole gradients.
  @Test(.enabled(if: !isBuiltForAMX))
  func bfloat16GoesForwardInFloat32AndBackInPairs() {
    let training = Self.plan(3, side: 32, training: true, arithmetic: .bfloat16)
    #expect(training.output.algorithm == .winograd(.four))
    #expect(training.inputGradient?.algorithm == .winograd(.four, factors: .bfloat16))
    #expect(training.weightGradient?.algorithm == .winograd(.four, factors: .bfloat16))
    let wide = Self.plan(5, side: 27, training: true, arithmetic: .bfloat16)
    #expect(wide.output.algorithm == .bfloat16Products)
    #expect(wide.inputGradient?.algorithm == .winograd(.two, factors: .bfloat16))
    #expect(wide.weightGradient?.algorithm == .bfloat16Products)
  }

  /// 13×13 outputs need 49 tiles of 16 products, or 16 of 36.
  @Test(.enabled(if: !isBuiltForAMX))
  func answersInBFloat16ByPairsWhereTheyAreMuchFaster() {
    let pairs = ConvolutionAlgorithm.winograd(.two, factors: .bfloat16)
    func algorithm(_ size: Int, side: Int) -> ConvolutionAlgorithm {
      Self.plan(size, side: side, training: false, arithmetic: .bfloat16).output.algorithm
    }
    #expect(algorithm(3, side: 32) == .winograd(.four))
    #expect(algorithm(3, side: 13) == pairs)
    #expect(algorithm(5, side: 27) == pairs)
    #expect(algorithm(7, side: 32) == .bfloat16Products)
  }

  /// Half the number of taps inside the map, and Winograd's products, which count half in the
  /// backward pass: 8 and 16 or 8 (2×2), 24.5 and 36 or 18 (3×3), 50 and 36 or 18 (4×4), 84.5 and
  /// 144 or 72 (5×5).
  @Test(.enabled(if: !isBuiltForAMX))
  func smallMapsPixelByPixel() {
    func passes(_ side: Int, training: Bool = true, count: Int = 16) -> [Bool] {
      let plan = Self.plan(
        3, side: side, training: training, arithmetic: .bfloat16, count: count, channels: 32)
      return [plan.output.algorithm, plan.inputGradient?.algorithm].map { $0 == .bfloat16Pixels }
    }
    #expect(passes(2) == [true, false])
    #expect(passes(3) == [true, false])
    #expect(passes(4) == [false, false])
    #expect(passes(5) == [true, false])
    #expect(passes(7) == [false, false])
    #expect(passes(5, training: false) == [false, false])
    #expect(passes(5, count: 15) == [false, false])
  }

  /// The fewer tiles, the larger is the cost of mixing relative to products.
  @Test(.enabled(if: !isBuiltForAMX)) func mixturesAtPoints() {
    func algorithms(_ side: Int, _ arithmetic: Precision = .float32) -> ConvolutionAlgorithms {
      MixedConvolutionPlan(
        ConvolutionGeometry(
          inputChannels: 32, outputChannels: 32, kernelHeight: 3, kernelWidth: 3, stride: 1,
          padding: 1),
        input: FeatureMapShape(
          count: 2, height: side, width: side, channels: 32, arithmetic: arithmetic),
        bankSize: 4, training: true
      ).algorithms
    }
    #expect(algorithms(32).output == .winograd(.two))
    #expect(algorithms(32).inputGradient == .winograd(.four))
    #expect(algorithms(4).output == .winograd(.two))
    #expect(algorithms(4).weightGradient == .winograd(.two))
    #expect(algorithms(32, .bfloat16).output == .winograd(.four))
    #expect(algorithms(32, .bfloat16).inputGradient == .winograd(.four, factors: .bfloat16))
    #expect(algorithms(16, .bfloat16).inputGradient == .winograd(.two, factors: .bfloat16))
  }

  @Test(.enabled(if: isBuiltForAMX)) func bfloat16ByTilesWhereThereAreSome() {
    let training = Self.plan(3, side: 32, training: true, arithmetic: .bfloat16)
    #expect(training.output.algorithm == .bfloat16Products)
    #expect(training.inputGradient?.algorithm == .bfloat16Products)
    #expect(training.weightGradient?.algorithm == .bfloat16Products)
  }
}
