import Kernels
import Tensors
import Testing

/// Which engine computes which pass.
@Suite struct ConvolutionChoiceTests {
  private func kernel(
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

  /// What larger tiles round off would decide in training which side of a kink a number is on.
  @Test func largestTilesServeTheWayBackAndEvaluation() {
    let training = kernel(3, side: 32, training: true)
    #expect(training.forwardEngine == .winograd(.fourByTwo))
    #expect(training.inputGradientEngine == .winograd(.four))
    #expect(training.weightGradientEngine == .winograd(.four))
    #expect(kernel(3, side: 32, training: false).forwardEngine == .winograd(.four))
  }

  /// 6×6 outputs are nine tiles of 16 products, six of 24 or four of 36.
  @Test(
    arguments: [
      (2, .two), (3, .four), (4, .four), (5, .two), (6, .two), (7, .four), (13, .four),
    ] as [(Int, WinogradFilter)])
  func largeTilesWhereTheyMultiplyLess(_ side: Int, _ filter: WinogradFilter) {
    #expect(kernel(3, side: side, training: false).forwardEngine == .winograd(filter))
  }

  @Test(
    arguments: [
      (2, .two), (3, .fourByTwo), (4, .fourByTwo), (5, .two), (6, .two), (8, .fourByTwo),
    ] as [(Int, WinogradFilter)])
  func neverTheLargestOnTheWayForwardInTraining(_ side: Int, _ filter: WinogradFilter) {
    #expect(kernel(3, side: side, training: true).forwardEngine == .winograd(filter))
  }

  @Test func neverForOtherKernelsOrBFloat16() {
    #expect(kernel(5, side: 32, training: false).forwardEngine == .winograd(.two))
    let back = kernel(3, side: 32, training: true, arithmetic: .bfloat16).inputGradientEngine
    #expect(back == .winograd(.two) || back == .tiles)
  }
}
