import Kernels
import Layers
import Tensors

/// Updates parameters from their gradients by an update rule, and owns the rule's state.
public final class Optimizer {
  public let settings: OptimizerSettings
  /// Number of steps taken.
  public private(set) var stepCount = 0
  private let rule: any UpdateRule
  private let parameters: [Parameter]
  /// For each parameter, one buffer per state quantity of the rule, in the layout of the parameter.
  private let memory: [[AlignedBuffer]]

  public init(_ settings: OptimizerSettings, for parameters: [Parameter]) {
    self.settings = settings
    self.parameters = parameters.filter(\.isTrainable)
    let rule = settings.kind.rule.init(settings)
    self.rule = rule
    memory = self.parameters.map { parameter in
      rule.memory.map { _ in AlignedBuffer(count: parameter.value.count) }
    }
  }

  /// Takes one step at learning rate `rate`.
  public func step(rate: Double, on pool: WorkerPool) {
    stepCount += 1
    for (parameter, memory) in zip(parameters, memory) {
      guard let gradient = parameter.gradient else { continue }
      rule.update(
        ParameterStep(
          value: parameter.value, gradient: gradient, memory: memory, number: stepCount, rate: rate,
          weightDecay: settings.weightDecay(of: parameter.role)), on: pool)
    }
  }
}

extension Optimizer {
  /// A state quantity of one parameter, in PyTorch's order of elements.
  public struct StateTensor {
    public let name: String
    public let shape: [Int]
    /// Returns the values at the time of the call.
    public let values: () -> [Float]
  }

  /// The whole state.
  public var state: [StateTensor] {
    rule.memory.enumerated().flatMap { index, quantity in
      zip(parameters, memory).map { parameter, buffers in
        StateTensor(
          name: "\(quantity).\(parameter.name)", shape: parameter.shape,
          values: { parameter.unpack(buffers[index]) })
      }
    }
  }

  /// Restores a state that `state` returned.
  ///
  /// - Parameter values: Returns the values of a state tensor by name and shape.
  public func restore(
    stepCount: Int, values: (_ name: String, _ shape: [Int]) throws -> [Float]
  ) rethrows {
    self.stepCount = stepCount
    for (index, quantity) in rule.memory.enumerated() {
      for (parameter, buffers) in zip(parameters, memory) {
        parameter.pack(
          try values("\(quantity).\(parameter.name)", parameter.shape), into: buffers[index])
      }
    }
  }
}
