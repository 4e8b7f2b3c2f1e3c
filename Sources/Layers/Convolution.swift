import Kernels
import Tensors

/// Slides filters over the padded input.
///
///     y[n, i, j, o] = bias[o]
///       + Σ over a, b, c of weight[o, c, a, b] · x[n, s·i + a − p, s·j + b − p, c]
///
/// with stride s and zero padding p; adds an optional residual.
/// Shapes: x `[N, H, W, C]`, residual, y `[N, OH, OW, O]`; weight
/// `[O, C, kernelHeight, kernelWidth]`, bias `[O]`.
public final class Convolution: Layer, @unchecked Sendable {
  public let geometry: ConvolutionGeometry
  public let weight: Parameter
  public let bias: Parameter?
  private let inputChannelStride: Int
  private var plans = ReservedPlans<ConvolutionPlan>()

  /// - Parameters:
  ///   - readsImages: Whether the input is a batch of images, whose channels are not padded.
  ///   - whitens: Whether its filters whiten the patches of images. Such filters are frozen.
  public init(
    name: String, inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1,
    padding: Int, hasBias: Bool = false, readsImages: Bool = false,
    whitens: Bool = false
  ) {
    geometry = ConvolutionGeometry(
      inputChannels: inputChannels, outputChannels: outputChannels, kernelHeight: kernelSize,
      kernelWidth: kernelSize, stride: stride, padding: padding)
    inputChannelStride =
      readsImages
      ? FeatureMapShape.images(count: 1, height: 1, width: 1, channels: inputChannels).channelStride
      : FeatureMapShape.paddedChannels(inputChannels)
    weight = Parameter(
      name: "\(name).weight", shape: [outputChannels, inputChannels, kernelSize, kernelSize],
      role: whitens ? .whitening : .weight,
      layout: .kernels(KernelLayout(geometry, inputStride: inputChannelStride)))
    weight.isFrozen = whitens
    bias = hasBias ? .vector("\(name).bias", count: outputChannels, role: .bias) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  public var backwardReads: BackwardReads { .firstInput }
  public var passesGradientTo: [Int] { [1] }
  public var runsEpilogues: Bool { true }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    precondition((1...2).contains(inputs.count), "a convolution of \(inputs.count) inputs")
    precondition(
      inputs[0].channelStride == inputChannelStride,
      "a convolution of maps with \(inputChannelStride) floats a pixel on \(inputs[0]) with "
        + "\(inputs[0].channelStride)")
    let output = geometry.outputShape(for: inputs[0])
    precondition(
      inputs.count == 1 || inputs[1] == output, "a convolution into \(output) plus \(inputs[1])")
    return output
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    plans.plan(for: inputs[0], mode) {
      ConvolutionPlan(geometry, input: inputs[0], training: mode == .training)
    }.reserve(on: pool)
  }

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    precondition(
      inputs[0].shape.channelStride == inputChannelStride
        && geometry.outputShape(for: inputs[0].shape) == output.shape
        && inputs.dropFirst().allSatisfy { $0.shape == output.shape },
      "a convolution of \(inputs[0].shape) into \(output.shape)")
    plans[inputs[0].shape, pass.mode].output.run(
      inputs[0], weights: weight.value.base, bias: bias?.value.base,
      residual: inputs.count == 2 ? inputs[1] : nil, into: output, epilogue: pass.epilogue, on: pool
    )
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    let plan = plans[pass.inputs[0].shape, .training]
    if let gradient = weight.wantedGradient {
      plan.weightGradient?.run(pass.inputs[0], pass.outputGradient, into: gradient.base, on: pool)
    }
    if let gradient = bias?.wantedGradient {
      plan.weightGradient?.run(bias: gradient.base, pass.outputGradient, on: pool)
    }
    if let target = pass.inputGradients[0] {
      guard let inputGradient = plan.inputGradient else {
        preconditionFailure("a gradient of images \(target.map.shape)")
      }
      inputGradient.run(
        pass.outputGradient, weights: weight.value.base, into: target.map, adding: target.adds,
        epilogue: target.epilogue, on: pool)
    }
    if case let target?? = pass.inputGradients.dropFirst().first {
      Pointwise.copy(pass.outputGradient, into: target.map, adding: target.adds, on: pool)
    }
  }

  /// The plan for inputs of a shape.
  ///
  /// - Precondition: the shape was reserved for at least this number of images.
  public func plan(for input: FeatureMapShape, mode: Mode) -> ConvolutionPlan {
    plans[input, mode]
  }
}
