import Kernels
import Tensors

/// Slides kernels over the padded input.
///
///     y[n, i, j, o] = bias[o] + Σ over a, b, c of weight[o, c, a, b] · x[n, s·i + a − p, s·j + b − p, c]
///
/// with stride s and padding p of zeros.
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`; weight `[O, C, kernelHeight, kernelWidth]`, bias `[O]`.
public final class Convolution: ImageByImageLayer, @unchecked Sendable {
  public let geometry: ConvolutionGeometry
  public let weight: Parameter
  public let bias: Parameter?
  private let inputChannelStride: Int
  private var partial = AlignedBuffer(count: 0)
  private var turned = AlignedBuffer(count: 0)

  /// - Parameters:
  ///   - readsImages: Whether the input is a batch of images, whose channels are padded to 4.
  public init(
    name: String, inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1,
    padding: Int, hasBias: Bool = false, readsImages: Bool = false
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
      role: .weight,
      layout: .kernels(KernelLayout(geometry, inputStride: inputChannelStride)))
    bias = hasBias ? .vector("\(name).bias", count: outputChannels, role: .bias) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  public var backwardReads: BackwardReads { .inputs }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    precondition(inputs.count == 1, "a convolution of \(inputs.count) inputs")
    precondition(
      inputs[0].channelStride == inputChannelStride,
      "a convolution of maps with \(inputChannelStride) floats a pixel on \(inputs[0]) with "
        + "\(inputs[0].channelStride)")
    return geometry.outputShape(for: inputs[0])
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    let kernel = DirectConvolution(geometry, input: inputs[0])
    pool.reserveScratch(kernel.scratchCount)
    guard mode == .training else { return }
    pool.reserveScratch(kernel.inputGradientScratchCount)
    let output = outputShape(for: inputs)
    grow(&partial, to: max(kernel.partialGradientCount, output.count * output.channelStride))
    grow(&turned, to: kernel.turnedKernelCount)
  }

  public func forward(
    _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, statistics: ImageStatistics?,
    on pool: WorkerPool
  ) {
    let x = inputs[0]
    precondition(
      outputShape(for: [x.shape]) == output.shape,
      "a convolution of \(x.shape) into \(output.shape)")
    DirectConvolution(geometry, input: x.shape).forward(
      x, weight: weight.value.base, bias: bias?.value.base, into: output,
      statistics: statistics, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    let kernel = DirectConvolution(geometry, input: pass.inputs[0].shape)
    if let gradient = weight.gradient {
      kernel.weightGradient(
        pass.inputs[0], pass.outputGradient, into: gradient.base, partial: partial.base, on: pool)
    }
    if let gradient = bias?.gradient {
      sumChannels(pass.outputGradient, into: gradient.base, partial: partial.base, on: pool)
    }
    if let target = pass.inputGradients[0] {
      precondition(kernel.hasInputGradient, "a gradient of images \(target.map.shape)")
      kernel.turn(weight.value.base, into: turned.base, on: pool)
      kernel.inputGradient(
        pass.outputGradient, turned: turned.base, into: target.map, adding: target.adds, on: pool)
    }
  }
}
