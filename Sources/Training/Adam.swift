import CheckedNumbers
import Declarations
import Kernels

/// Adam; see `ParameterUpdates.adam`. The weight decay is added to the gradient.
public struct Adam: UpdateRule {
  public static let name = "adam"
  public static let about = "Adam"

  public static let beta1 = SettingKey(
    "beta1", SettingRange(least: 0, below: 1), default: 0.9, about: "decay of the mean gradient")
  public static let beta2 = SettingKey(
    "beta2", SettingRange(least: 0, below: 1), default: 0.999,
    about: "decay of the mean squared gradient")
  public static let epsilon = SettingKey(
    "epsilon", SettingRange(above: 0), default: 1e-8,
    about: "added to the root of the mean squared gradient")
  public static let keys: [any DeclaredKey] = [beta1, beta2, epsilon]

  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double

  public init(_ settings: OptimizerSettings) {
    beta1 = settings[Self.beta1]
    beta2 = settings[Self.beta2]
    epsilon = settings[Self.epsilon]
  }

  public var memory: [String] { ["mean", "square"] }
  public var words: String { "Adam: \(constants)" }
  fileprivate var constants: String { "β₁ = \(beta1) for m, β₂ = \(beta2) for u" }

  public func update(_ parameter: ParameterStep, on pool: WorkerPool) {
    update(parameter, decoupled: false, on: pool)
  }

  /// - Parameter decoupled: Subtract the decay from the weight instead of adding it to the
  ///   gradient.
  fileprivate func update(_ parameter: ParameterStep, decoupled: Bool, on pool: WorkerPool) {
    ParameterUpdates.adam(
      value: parameter.value, gradient: parameter.gradient, mean: parameter.memory[0],
      square: parameter.memory[1], step: parameter.number, rate: parameter.rate, beta1: beta1,
      beta2: beta2, epsilon: epsilon, weightDecay: parameter.weightDecay, decoupled: decoupled,
      on: pool)
  }
}

/// Adam with decoupled weight decay: the decay is subtracted from the weight, not added to the
/// gradient.
public struct AdamW: UpdateRule {
  public static let name = "adamw"
  public static let about =
    "Adam with the weight decay taken off the weight, apart from the gradient"
  public static let keys = Adam.keys

  private let adam: Adam

  public init(_ settings: OptimizerSettings) { adam = Adam(settings) }

  public var memory: [String] { adam.memory }
  public var words: String { "Adam with decay apart from the gradient: \(adam.constants)" }

  public func update(_ parameter: ParameterStep, on pool: WorkerPool) {
    adam.update(parameter, decoupled: true, on: pool)
  }
}

extension OptimizerSettings.Kind {
  public static let adam = Self(Adam.self)
  public static let adamw = Self(AdamW.self)
}
