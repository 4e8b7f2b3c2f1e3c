import Kernels
import Tensors

/// Applies an activation function to each element.
///
/// Shapes: x, y `[N, H, W, C]`.
public final class Activation: Layer {
  public let function: ActivationFunction

  public init(_ function: ActivationFunction) {
    self.function = function
  }

  public var parameters: [Parameter] { [] }
  public var backwardReads: BackwardReads { function.negativeSlope == nil ? .inputs : .output }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    requireVectors(inputs, count: 1...1, "an activation")
    return inputs[0]
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {}

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    precondition(
      inputs[0].shape == output.shape, "an activation of \(inputs[0].shape) into \(output.shape)")
    Pointwise.forward(inputs[0], function, into: output, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let target = pass.inputGradients[0] else { return }
    Pointwise.backward(
      x: pass.inputs[0], y: pass.output, pass.outputGradient, function, into: target.map,
      adding: target.adds, on: pool)
  }
}
