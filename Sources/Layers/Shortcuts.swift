import Kernels
import Tensors

/// The sum of two feature maps of the same shape.
///
/// Shapes: both inputs and y `[N, H, W, C]`.
public final class Add: Layer {
  public init() {}

  public var parameters: [Parameter] { [] }
  public var backwardReads: BackwardReads { [] }
  public var passesGradientTo: [Int] { [0, 1] }
  public var runsEpilogues: Bool { true }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    requireVectors(inputs, count: 2...2, "a sum")
    precondition(inputs[0] == inputs[1], "a sum of \(inputs)")
    return inputs[0]
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {}

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    precondition(
      inputs.count == 2 && output.shape.fillsVectors
        && inputs.allSatisfy { $0.shape == output.shape },
      "a sum of \(inputs.map(\.shape)) into \(output.shape)")
    Pointwise.add(inputs[0], inputs[1], into: output, epilogue: pass.epilogue, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    for case let target? in pass.inputGradients {
      Pointwise.copy(
        pass.outputGradient, into: target.map, adding: target.adds, epilogue: target.epilogue,
        on: pool)
    }
  }
}

/// Appends channels of zeros: the shortcut of a block that widens without a projection. The input
/// may be a batch of images.
///
/// Shapes: x `[N, H, W, C]`, y `[N, H, W, C + extra]`.
/// Source: He et al., 2015, arXiv:1512.03385, section 3.3, option A.
public final class ChannelPad: Layer {
  public let extraChannels: Int

  public init(extraChannels: Int) {
    self.extraChannels = extraChannels
  }

  public var parameters: [Parameter] { [] }
  public var backwardReads: BackwardReads { [] }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    precondition(inputs.count == 1, "channel padding of \(inputs.count) inputs")
    let input = inputs[0]
    return input.output(
      height: input.height, width: input.width, channels: input.channels + extraChannels)
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {}

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    ChannelCopy.copy(inputs[0], into: output, adding: false, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let target = pass.inputGradients[0] else { return }
    precondition(target.map.shape.fillsVectors, "a gradient of images \(target.map.shape)")
    ChannelCopy.copy(pass.outputGradient, into: target.map, adding: target.adds, on: pool)
  }
}
