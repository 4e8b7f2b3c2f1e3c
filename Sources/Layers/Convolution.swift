import Kernels
import Tensors

/// Slides kernels over the padded input.
///
///     y[n, i, j, o] = bias[o] + Σ over a, b, c of weight[o, c, a, b] · x[n, s·i + a − p, s·j + b − p, c]
///
/// with stride s and padding p of zeros; with a second input, adds that.
/// Shapes: x `[N, H, W, C]`, residual, y `[N, OH, OW, O]`; weight `[O, C, kernelHeight, kernelWidth]`, bias `[O]`.
public final class Convolution: ImageByImageLayer, @unchecked Sendable {
  public let geometry: ConvolutionGeometry
  public let weight: Parameter
  public let bias: Parameter?
  private let inputChannelStride: Int

  /// - Parameters:
  ///   - readsImages: Whether the input is a batch of images, whose channels are not padded.
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
  public var backwardReads: BackwardReads { .firstInput }
  public var passesGradientTo: [Int] { [1] }

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
    let kernel = ConvolutionKernel(geometry, input: inputs[0], training: mode == .training)
    pool.reserveScratch(kernel.scratchCount)
    pool.reserveShared(kernel.sharedCount)
    if mode == .training, bias != nil {
      let output = outputShape(for: inputs)
      pool.reserveShared(output.count * output.channelStride)
    }
  }

  public func forward(
    _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, imageSums: ImageSums?,
    on pool: WorkerPool
  ) {
    let x = inputs[0]
    precondition(
      x.shape.channelStride == inputChannelStride
        && geometry.outputShape(for: x.shape) == output.shape
        && inputs.dropFirst().allSatisfy { $0.shape == output.shape },
      "a convolution of \(x.shape) into \(output.shape)")
    ConvolutionKernel(geometry, input: x.shape, training: mode == .training).forward(
      x, weight: weight.value.base, bias: bias?.value.base,
      residual: inputs.count == 2 ? inputs[1] : nil, into: output, imageSums: imageSums, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    let kernel = ConvolutionKernel(geometry, input: pass.inputs[0].shape, training: true)
    if let gradient = weight.gradient {
      kernel.weightGradient(pass.inputs[0], pass.outputGradient, into: gradient.base, on: pool)
    }
    if let gradient = bias?.gradient {
      sumChannels(
        pass.outputGradient, into: gradient.base, partial: pool.shared.base, on: pool)
    }
    if let target = pass.inputGradients[0] {
      precondition(kernel.hasInputGradient, "a gradient of images \(target.map.shape)")
      kernel.inputGradient(
        pass.outputGradient, weight: weight.value.base, into: target.map, adding: target.adds,
        imageSums: target.imageSums, on: pool)
    }
    if case let target?? = pass.inputGradients.dropFirst().first {
      Pointwise.copy(pass.outputGradient, into: target.map, adding: target.adds, on: pool)
    }
  }
}
