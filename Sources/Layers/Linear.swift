import Kernels
import Tensors

/// Multiplies each image, flattened to one vector, by a matrix and adds a bias, if it has one.
///
///     y = x · weightᵀ + bias
///
/// The input's maps are flattened over C, H, W as in PyTorch. In memory, the weight has the order
/// of the feature map, so that no step permutes anything.
///
/// Shapes: x `[N, H, W, C]`, y `[N, 1, 1, O]`; weight `[O, C · H · W]`, bias `[O]`.
public final class Linear: Layer, @unchecked Sendable {
  public let inputHeight: Int
  public let inputWidth: Int
  public let inputChannels: Int
  public let outputs: Int
  public let weight: Parameter
  public let bias: Parameter?
  private let inputChannelStride: Int
  /// Zeros in place of a bias; empty if there is one.
  private let noBias: AlignedBuffer

  /// - Parameters:
  ///   - input: The shape of the input maps; the image count is ignored.
  public init(name: String, input: FeatureMapShape, outputs: Int, hasBias: Bool = true) {
    (inputHeight, inputWidth) = (input.height, input.width)
    inputChannels = input.channels
    inputChannelStride = input.channelStride
    self.outputs = outputs
    weight = Parameter(
      name: "\(name).weight", shape: [outputs, input.channels * input.pixelCount], role: .weight,
      layout: .matrix(
        out: outputs, in: input.channels, height: input.height, width: input.width,
        inStride: input.channelStride))
    bias = hasBias ? .vector("\(name).bias", count: outputs, role: .bias) : nil
    noBias = AlignedBuffer(count: hasBias ? 0 : FeatureMapShape.paddedChannels(outputs))
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  public var backwardReads: BackwardReads { .inputs }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    precondition(inputs.count == 1, "a linear layer of \(inputs.count) inputs")
    return outputShape(for: inputs[0])
  }

  private func outputShape(for input: FeatureMapShape) -> FeatureMapShape {
    precondition(
      input.height == inputHeight && input.width == inputWidth && input.channels == inputChannels
        && input.channelStride == inputChannelStride,
      "a linear layer of \(inputHeight)×\(inputWidth)×\(inputChannels) inputs on \(input)")
    return input.output(height: 1, width: 1, channels: outputs)
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    pool.reserveShared(product.sharedCount(for: inputs[0]))
    pool.reserveScratch(product.scratchCount(for: inputs[0]))
    if mode == .training { ChannelSums.reserve(for: outputShape(for: inputs[0]), on: pool) }
  }

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    precondition(
      inputs.count == 1 && outputShape(for: inputs[0].shape) == output.shape,
      "a linear layer of \(inputs[0].shape) into \(output.shape)")
    product.forward(
      inputs[0], weight: weight.value.base, bias: (bias?.value ?? noBias).base, into: output,
      on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    if let gradient = weight.wantedGradient {
      product.weightGradient(pass.inputs[0], pass.outputGradient, into: gradient.base, on: pool)
    }
    if let gradient = bias?.wantedGradient {
      ChannelSums.sum(pass.outputGradient, into: gradient.base, on: pool)
    }
    if let target = pass.inputGradients[0] {
      product.inputGradient(
        pass.outputGradient, weight: weight.value.base, into: target.map, adding: target.adds,
        on: pool)
    }
  }

  private var product: LinearProduct {
    LinearProduct(
      inputs: inputHeight * inputWidth * inputChannelStride,
      outputs: FeatureMapShape.paddedChannels(outputs))
  }
}
