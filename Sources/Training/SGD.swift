import CheckedNumbers
import Declarations
import Kernels

/// Stochastic gradient descent with momentum, plain or in Nesterov's variant; see
/// `ParameterUpdates.sgd`.
public struct SGD: UpdateRule {
  public static let name = "sgd"
  public static let about = "gradient descent, with momentum where that is given"

  public static let momentum = SettingKey(
    "momentum", SettingRange(least: 0, below: 1), default: 0,
    about: "share of the old velocity that is kept")
  public static let nesterov = SettingKey(
    "nesterov", default: false, about: "look ahead along the velocity")
  public static let keys: [any DeclaredKey] = [momentum, nesterov]

  private let momentum: Double
  private let nesterov: Bool

  public init(_ settings: OptimizerSettings) {
    (momentum, nesterov) = (settings[Self.momentum], settings[Self.nesterov])
  }

  public static func check(_ settings: OptimizerSettings) throws {
    guard !settings[nesterov] || settings[momentum] > 0 else {
      throw TrainingError.nesterovWithoutMomentum
    }
  }

  public var memory: [String] { momentum > 0 ? ["velocity"] : [] }

  public var words: String {
    momentum == 0
      ? "plain descent: α = 0"
      : "momentum: α = \(momentum)" + (nesterov ? ", Nesterov's variant" : "")
  }

  public func update(_ parameter: ParameterStep, on pool: WorkerPool) {
    ParameterUpdates.sgd(
      value: parameter.value, gradient: parameter.gradient, velocity: parameter.memory.first,
      rate: Float(parameter.rate), momentum: Float(momentum), nesterov: nesterov,
      weightDecay: Float(parameter.weightDecay), on: pool)
  }
}

extension OptimizerSettings.Kind {
  public static let sgd = Self(SGD.self)
}

extension OptimizerSettings {
  public init(
    kind: Kind = .sgd, learningRate: Double, momentum: Double, nesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    self.init(kind: kind, learningRate: learningRate, weightDecay: weightDecay)
    (self.momentum, self.nesterov) = (momentum, nesterov)
  }

  /// Has an effect if the kind is `sgd`.
  public var momentum: Double {
    get { self[SGD.momentum] }
    set { self[SGD.momentum] = newValue }
  }

  /// Has an effect if the kind is `sgd`.
  public var nesterov: Bool {
    get { self[SGD.nesterov] }
    set { self[SGD.nesterov] = newValue }
  }
}
