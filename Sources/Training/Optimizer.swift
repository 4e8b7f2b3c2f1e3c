import Kernels
import Layers
import Tensors

/// `train.optimizer`.
public struct OptimizerSettings: Decodable, Sendable {
  public enum Kind: String, Decodable, Sendable { case sgd, adam, adamw }

  public var kind: Kind
  public var learningRate: Double
  public var momentum: Double
  public var nesterov: Bool
  public var weightDecay: Double
  /// False leaves norms and biases out of the decay.
  public var decayNormsAndBiases: Bool
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double

  public init(
    kind: Kind, learningRate: Double, momentum: Double = 0, nesterov: Bool = false,
    weightDecay: Double = 0, decayNormsAndBiases: Bool = true, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8
  ) {
    self.kind = kind
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.decayNormsAndBiases = decayNormsAndBiases
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }
}

extension OptimizerSettings {
  /// The decay of a parameter of a role.
  ///
  /// Decay of norms and biases fights no overfitting; leaving them out is common since He et al., 2019,
  /// arXiv:1812.01187, section 3.1. PyTorch's optimisers decay them unless told otherwise.
  public func weightDecay(of role: Parameter.Role) -> Double {
    switch role {
    case .bias, .normWeight, .normBias: decayNormsAndBiases ? weightDecay : 0
    default: weightDecay
    }
  }
}

/// Changes parameters by their gradients, and owns what it remembers of earlier steps.
public final class Optimizer {
  public let settings: OptimizerSettings
  /// Steps taken.
  public private(set) var stepCount = 0
  private let parameters: [Parameter]
  /// One buffer for each parameter and remembered quantity, in the layout of the parameter.
  private let memory: [Memory]

  /// A quantity remembered between steps: SGD's velocity, Adam's two moments.
  struct Memory {
    let name: String
    let buffers: [AlignedBuffer]
  }

  public init(_ settings: OptimizerSettings, for parameters: [Parameter]) {
    self.settings = settings
    self.parameters = parameters.filter(\.isTrainable)
    let names =
      switch settings.kind {
      case .sgd: settings.momentum > 0 ? ["velocity"] : []
      case .adam, .adamw: ["mean", "square"]
      }
    let trained = self.parameters
    memory = names.map { name in
      Memory(name: name, buffers: trained.map { AlignedBuffer(count: $0.value.count) })
    }
  }

  /// One step at learning rate `rate`.
  public func step(rate: Double, on pool: WorkerPool) {
    stepCount += 1
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      let weightDecay = settings.weightDecay(of: parameter.role)
      switch settings.kind {
      case .sgd:
        ParameterUpdates.sgd(
          value: parameter.value, gradient: gradient, velocity: memory.first?.buffers[index],
          rate: Float(rate), momentum: Float(settings.momentum), nesterov: settings.nesterov,
          weightDecay: Float(weightDecay), on: pool)
      case .adam, .adamw:
        ParameterUpdates.adam(
          value: parameter.value, gradient: gradient, mean: memory[0].buffers[index],
          square: memory[1].buffers[index], step: stepCount, rate: rate, beta1: settings.beta1,
          beta2: settings.beta2, epsilon: settings.epsilon, weightDecay: weightDecay,
          decoupled: settings.kind == .adamw, on: pool)
      }
    }
  }
}

extension Optimizer {
  /// A remembered quantity of one parameter, in PyTorch's order of elements.
  public struct StateTensor {
    public let name: String
    public let shape: [Int]
    /// Gives the values as they are when it is called.
    public let values: () -> [Float]
  }

  /// Everything remembered.
  public var state: [StateTensor] {
    memory.flatMap { quantity in
      zip(parameters, quantity.buffers).map { parameter, buffer in
        StateTensor(
          name: "\(quantity.name).\(parameter.name)", shape: parameter.shape,
          values: { parameter.unpack(buffer) })
      }
    }
  }

  /// Restores what `state` gave.
  ///
  /// - Parameter values: Gives the values of a state tensor by name and shape.
  public func restore(
    stepCount: Int, values: (_ name: String, _ shape: [Int]) throws -> [Float]
  ) rethrows {
    self.stepCount = stepCount
    for quantity in memory {
      for (parameter, buffer) in zip(parameters, quantity.buffers) {
        parameter.pack(
          try values("\(quantity.name).\(parameter.name)", parameter.shape), into: buffer)
      }
    }
  }
}
