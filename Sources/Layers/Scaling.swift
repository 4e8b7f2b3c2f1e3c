import Kernels
import Tensors

/// Multiplies each element by a constant: y = factor · x.
///
/// Before the loss, it determines the spread of the logits of a new network.
/// Shapes: x, y `[N, H, W, C]`.
public final class Scaling: Layer {
  public let factor: Float

  public init(by factor: Float) {
    self.factor = factor
  }

  public var parameters: [Parameter] { [] }
  public var backwardReads: BackwardReads { [] }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    requireVectors(inputs, count: 1...1, "scaling")
    return inputs[0]
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {}

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    Pointwise.scale(pass.inputs[0], by: factor, into: pass.output, adding: false, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let target = pass.inputGradients[0] else { return }
    Pointwise.scale(
      pass.outputGradient, by: factor, into: target.map, adding: target.adds, on: pool)
  }
}
