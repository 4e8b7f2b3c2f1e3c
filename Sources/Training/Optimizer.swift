import Kernels
import Layers
import Tensors

/// Updates parameters from their gradients by update rules, and holds the rules' state.
public final class Optimizer {
  public let settings: OptimizerSettings
  /// Number of steps taken.
  public private(set) var stepCount = 0
  /// The parameters of each group with its own settings; those without such a group come first.
  private let parts: [Part]

  /// Parameters that are updated with the same settings.
  private struct Part {
    /// Nil for the section itself.
    let group: ParameterGroup?
    let settings: OptimizerSettings
    let rule: any UpdateRule
    let parameters: [Parameter]
    /// For each parameter, one buffer per state quantity of the rule, in the layout of the
    /// parameter.
    let memory: [[AlignedBuffer]]
    let scratch: AlignedBuffer
  }

  /// - Parameter parameters: Those of a network, in its order; frozen ones are never updated.
  public init(_ settings: OptimizerSettings, for parameters: [Parameter]) {
    self.settings = settings
    let groups = zip(parameters, ParameterGroup.groups(of: parameters)).map { parameter, group in
      (parameter: parameter, group: group.flatMap { settings.groups[$0] == nil ? nil : $0 })
    }
    parts = ([nil] + ParameterGroup.allCases.map(Optional.some)).compactMap { group in
      let own = groups.filter { $0.group == group && $0.parameter.isTrainable }.map(\.parameter)
      guard !own.isEmpty else { return nil }
      let settings = settings.settings(of: group)
      let rule = settings.kind.rule.init(settings)
      return Part(
        group: group, settings: settings, rule: rule, parameters: own,
        memory: own.map { parameter in
          rule.memory.map { _ in AlignedBuffer(count: parameter.value.count) }
        },
        scratch: AlignedBuffer(count: own.map { rule.scratchCount(for: $0) }.max() ?? 0))
    }
  }

  /// Takes one step at the section's learning rate `rate`; the rates of groups are proportional to
  /// it.
  public func step(rate: Double, on pool: WorkerPool) {
    step(on: pool) { group in
      group == nil
        ? rate : rate * settings.settings(of: group).learningRate / settings.learningRate
    }
  }

  /// Takes one step.
  ///
  /// - Parameter rate: Returns the rate of a group, or of the section for nil. A group without a
  ///   rate is not changed, nor is its state.
  func step(on pool: WorkerPool, rate: (ParameterGroup?) -> Double?) {
    stepCount += 1
    for part in parts {
      guard let rate = rate(part.group) else { continue }
      for (parameter, memory) in zip(part.parameters, part.memory) {
        guard let gradient = parameter.gradient else { continue }
        part.rule.update(
          ParameterStep(
            value: parameter.value, gradient: gradient, memory: memory, matrix: parameter.matrix,
            scratch: part.scratch, number: stepCount, rate: rate,
            weightDecay: part.settings.weightDecay(of: parameter.role)), on: pool)
      }
    }
  }

  /// Freezes or unfreezes the parameters of groups. Backward passes then compute no gradient for
  /// frozen weights of convolutions and linear layers, and clipping ignores frozen parameters.
  func freeze(where isFrozen: (ParameterGroup?) -> Bool) {
    for part in parts {
      let isFrozen = isFrozen(part.group)
      for parameter in part.parameters { parameter.isFrozen = isFrozen }
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
    parts.flatMap { part in
      part.rule.memory.enumerated().flatMap { index, quantity in
        zip(part.parameters, part.memory).map { parameter, buffers in
          StateTensor(
            name: "\(quantity).\(parameter.name)", shape: parameter.shape,
            values: { parameter.unpack(buffers[index]) })
        }
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
    for part in parts {
      for (index, quantity) in part.rule.memory.enumerated() {
        for (parameter, buffers) in zip(part.parameters, part.memory) {
          parameter.pack(
            try values("\(quantity).\(parameter.name)", parameter.shape), into: buffers[index])
        }
      }
    }
  }
}
