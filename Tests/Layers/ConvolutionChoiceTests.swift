import Kernels
import Tensors
import Testing

/// Which engine computes which pass.
@Suite struct ConvolutionChoiceTests {
  private static func kernel(
    _ size: Int, side: Int, training: Bool, arithmetic: Precision = .float32
  ) -> ConvolutionKernel {
    ConvolutionKernel(
      ConvolutionGeometry(
        inputChannels: 16, outputChannels: 16, kernelHeight: size, kernelWidth: size, stride: 1,
        padding: size / 2),
      input: FeatureMapShape(
        count: 2, height: side, width: side, channels: 16, arithmetic: arithmetic),
      training: training)
  }

  /// Whether the processor multiplies tiles, by which kernels of one pixel tell.
  private static let hasTiles =
    kernel(1, side: 8, training: true, arithmetic: .bfloat16).forwardEngine == .tiles

  /// What larger tiles round off would decide in training which side of a kink a number is on.
  @Test func largestTilesServeTheWayBackAndEvaluation() {
    let training = Self.kernel(3, side: 32, training: true)
    #expect(training.forwardEngine == .winograd(.fourByTwo))
    #expect(training.inputGradientEngine == .winograd(.four))
    #expect(training.weightGradientEngine == .winograd(.four))
    #expect(Self.kernel(3, side: 32, training: false).forwardEngine == .winograd(.four))
  }

  /// 6×6 outputs are nine tiles of 16 products, six of 24 or four of 36.
  @Test(
    arguments: [
      (2, .two), (3, .four), (4, .four), (5, .two), (6, .two), (7, .four), (13, .four),
    ] as [(Int, WinogradFilter)])
  func largeTilesWhereTheyMultiplyLess(_ side: Int, _ filter: WinogradFilter) {
    #expect(Self.kernel(3, side: side, training: false).forwardEngine == .winograd(filter))
  }

  @Test(
    arguments: [
      (2, .two), (3, .fourByTwo), (4, .fourByTwo), (5, .two), (6, .two), (8, .fourByTwo),
    ] as [(Int, WinogradFilter)])
  func neverTheLargestOnTheWayForwardInTraining(_ side: Int, _ filter: WinogradFilter) {
    #expect(Self.kernel(3, side: side, training: true).forwardEngine == .winograd(filter))
  }

  @Test func segmentsAreOfTheSmallest() {
    #expect(Self.kernel(5, side: 32, training: false).forwardEngine == .winograd(.two))
  }

  /// Tiles that are rounded too would blur whole gradients on the way forward.
  @Test(.enabled(if: !hasTiles))
  func bfloat16GoesForwardInFloat32AndBackInPairs() {
    let training = Self.kernel(3, side: 32, training: true, arithmetic: .bfloat16)
    #expect(training.forwardEngine == .winograd(.four))
    #expect(training.inputGradientEngine == .winograd(.four, factors: .bfloat16))
    #expect(training.weightGradientEngine == .winograd(.four, factors: .bfloat16))
    let wide = Self.kernel(5, side: 27, training: true, arithmetic: .bfloat16)
    #expect(wide.forwardEngine == .tiles)
    #expect(wide.inputGradientEngine == .winograd(.two, factors: .bfloat16))
    #expect(wide.weightGradientEngine == .tiles)
  }

  /// 13×13 outputs are 49 tiles of 16 products, or 16 of 36.
  @Test(.enabled(if: !hasTiles))
  func answersInBFloat16ByPairsWhereTheyAreMuchFaster() {
    let pairs = ConvolutionKernel.Engine.winograd(.two, factors: .bfloat16)
    func engine(_ size: Int, side: Int) -> ConvolutionKernel.Engine {
      Self.kernel(size, side: side, training: false, arithmetic: .bfloat16).forwardEngine
    }
    #expect(engine(3, side: 32) == .winograd(.four))
    #expect(engine(3, side: 13) == pairs)
    #expect(engine(5, side: 27) == pairs)
    #expect(engine(7, side: 32) == .tiles)
  }

  /// Mixing costs the more beside products, the fewer tiles there are.
  @Test(.enabled(if: !hasTiles)) func mixturesAtPoints() {
    func kernel(_ side: Int, _ arithmetic: Precision = .float32) -> ConvolutionKernel {
      ConvolutionKernel(
        ConvolutionGeometry(
          inputChannels: 32, outputChannels: 32, kernelHeight: 3, kernelWidth: 3, stride: 1,
          padding: 1),
        input: FeatureMapShape(
          count: 2, height: side, width: side, channels: 32, arithmetic: arithmetic),
        training: true, mixes: true)
    }
    #expect(kernel(32).forwardEngine == .winograd(.fourByTwo))
    #expect(kernel(32).inputGradientEngine == .winograd(.four))
    #expect(kernel(4).forwardEngine == .winograd(.two))
    #expect(kernel(4).weightGradientEngine == .winograd(.two))
    #expect(kernel(32, .bfloat16).forwardEngine == .winograd(.four))
    #expect(kernel(32, .bfloat16).inputGradientEngine == .winograd(.four, factors: .bfloat16))
    #expect(kernel(16, .bfloat16).inputGradientEngine == .winograd(.two, factors: .bfloat16))
  }

  @Test(.enabled(if: hasTiles)) func bfloat16ByTilesWhereThereAreSome() {
    let training = Self.kernel(3, side: 32, training: true, arithmetic: .bfloat16)
    #expect(training.forwardEngine == .tiles)
    #expect(training.inputGradientEngine == .tiles)
    #expect(training.weightGradientEngine == .tiles)
  }
}
