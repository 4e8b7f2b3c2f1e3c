import Foundation
import Kernels
import Tensors

/// A convolution whose weights are mixed for each image from a bank of K sets of weights, with
/// fractions that another part of the network derives from the image.
///
///     a_n = softmax(logits_n)
///     y_n = (Σ_k a_nk · weight_k) ∗ x_n
///
/// This equals the sum of K convolutions, each times its fraction a_nk. Because mixing is
/// linear, the weights are mixed instead of the outputs, which leaves one convolution per image.
///
/// The mixed weights of all images would be many times the size of the bank. They are computed for
/// a few images, a few outputs or one point of the Winograd tile at a time, used immediately, and
/// computed again in the backward pass.
///
/// Shapes: x `[N, H, W, C]`, logits `[N, 1, 1, K]`, y `[N, H, W, O]`; weight
/// `[K, O, C, kernelSize, kernelSize]`. Stride 1, zero padding.
/// Source: Chen et al., 2020, arXiv:1912.03458, section 3.
public final class MixedConvolution: Layer, @unchecked Sendable {
  public let geometry: ConvolutionGeometry
  /// K, the number of sets of weights in the bank.
  public let kernelCount: Int
  public let weight: Parameter
  private let inputChannelStride: Int
  private var plans = ReservedPlans<MixedConvolutionPlan>()
  /// The mixing fractions a and their gradients, `[N, K]` each.
  private var fractions = AlignedBuffer(count: 0)
  private var fractionGradients = AlignedBuffer(count: 0)

  /// - Parameters:
  ///   - kernelSize: Odd, so that height and width are kept.
  ///   - readsImages: Whether the input is a batch of images, whose channels are not padded.
  public init(
    name: String, inputChannels: Int, outputChannels: Int, kernelSize: Int, kernelCount: Int,
    readsImages: Bool = false
  ) {
    precondition(kernelCount > 0, "a mixture of \(kernelCount) kernels")
    precondition(kernelSize % 2 == 1, "a mixed kernel of even size \(kernelSize)")
    geometry = ConvolutionGeometry(
      inputChannels: inputChannels, outputChannels: outputChannels, kernelHeight: kernelSize,
      kernelWidth: kernelSize, stride: 1, padding: kernelSize / 2)
    self.kernelCount = kernelCount
    inputChannelStride =
      readsImages
      ? FeatureMapShape.images(count: 1, height: 1, width: 1, channels: inputChannels).channelStride
      : FeatureMapShape.paddedChannels(inputChannels)
    weight = Parameter(
      name: "\(name).weight",
      shape: [kernelCount, outputChannels, inputChannels, kernelSize, kernelSize], role: .weight,
      layout: .kernels(
        KernelLayout(geometry, inputStride: inputChannelStride), count: kernelCount))
  }

  public var parameters: [Parameter] { [weight] }
  public var backwardReads: BackwardReads { .inputs }
  public var runsEpilogues: Bool { true }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    precondition(inputs.count == 2, "a mixed convolution of \(inputs.count) inputs")
    return outputShape(for: inputs[0], logits: inputs[1])
  }

  private func outputShape(for x: FeatureMapShape, logits: FeatureMapShape) -> FeatureMapShape {
    precondition(
      x.channelStride == inputChannelStride,
      "a mixed convolution of maps with \(inputChannelStride) floats a pixel on \(x) with "
        + "\(x.channelStride)")
    precondition(
      logits.count == x.count && logits.pixelCount == 1 && logits.channels == kernelCount
        && logits.fillsVectors,
      "a mixture of \(kernelCount) kernels on \(x) by logits \(logits)")
    return geometry.outputShape(for: x)
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    plans.plan(for: inputs[0], mode) {
      MixedConvolutionPlan(
        geometry, input: inputs[0], bankSize: kernelCount, training: mode == .training)
    }.reserve(on: pool)
    grow(&fractions, to: inputs[0].count * kernelCount)
    if mode == .training { grow(&fractionGradients, to: inputs[0].count * kernelCount) }
  }

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    let x = inputs[0]
    precondition(
      inputs.count == 2 && outputShape(for: x.shape, logits: inputs[1].shape) == output.shape,
      "a mixed convolution of \(x.shape) into \(output.shape)")
    computeFractions(of: inputs[1])
    let plan = plans[x.shape, pass.mode]
    plan.output(x, bank: bank(plan), into: output, epilogue: pass.epilogue, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    let (x, dy) = (pass.inputs[0], pass.outputGradient)
    let plan = plans[x.shape, .training]
    if let target = pass.inputGradients[0] {
      precondition(plan.hasInputGradient, "a gradient of images \(target.map.shape)")
      plan.inputGradient(
        dy, bank: bank(plan), into: target.map, adding: target.adds, epilogue: target.epilogue,
        on: pool)
    }
    guard let gradient = weight.gradient else {
      preconditionFailure("a mixed convolution without room for its gradient")
    }
    // One pass computes both gradients; that of a frozen bank is not used.
    plan.bankGradient(
      x, dy, bank: bank(plan), into: gradient.base, fractions: fractionGradients.base, on: pool)
    if let target = pass.inputGradients[1] { writeLogitGradient(to: target) }
  }

  private func bank(_ plan: MixedConvolutionPlan) -> KernelBank {
    KernelBank(
      kernels: weight.value.base, count: kernelCount, stride: plan.weightCount,
      fractions: fractions.base)
  }

  /// a = softmax(logits), image by image.
  private func computeFractions(of logits: FeatureMap) {
    for image in 0..<logits.shape.count {
      let source = logits.base + image * logits.shape.imageStride
      let target = fractions.base + image * kernelCount
      let largest = (0..<kernelCount).reduce(-Float.infinity) { max($0, source[$1]) }
      func power(_ kernel: Int) -> Double { exp(Double(source[kernel]) - Double(largest)) }
      let sum = (0..<kernelCount).reduce(0.0) { $0 + power($1) }
      for kernel in 0..<kernelCount { target[kernel] = Float(power(kernel) / sum) }
    }
  }

  /// dlogit = a · (da − Σ a · da).
  private func writeLogitGradient(to target: InputGradient) {
    let shape = target.map.shape
    if !target.adds { target.map.elements.update(repeating: 0) }
    for image in 0..<shape.count {
      let fractions = self.fractions.base + image * kernelCount
      let gradient = fractionGradients.base + image * kernelCount
      let mean = (0..<kernelCount).reduce(0.0) { $0 + Double(fractions[$1]) * Double(gradient[$1]) }
      for kernel in 0..<kernelCount {
        target.map.base[image * shape.imageStride + kernel] += Float(
          Double(fractions[kernel]) * (Double(gradient[kernel]) - mean))
      }
    }
  }
}
