import Declarations
import Layers

/// A group of parameters for which `train.optimizer` may have settings of its own.
///
/// A group goes by what its parameters are, so that a recipe names the same groups whatever the
/// network. Parameters of no group, such as the weights of a hidden linear layer, go by the section
/// itself, as do those of a group without settings.
public enum ParameterGroup: String, CaseIterable, Sendable {
  case convolutions, norms, biases, head, whitening

  /// Its parameters in a few words.
  public var about: String {
    switch self {
    case .convolutions: "the weights of convolutions"
    case .norms: "the scales and biases of norms"
    case .biases: "the biases of convolutions and linear layers"
    case .head: "the weights of the last linear layer"
    case .whitening: "the weights and biases of a layer called 'whitening'"
    }
  }

  /// The group of each parameter of a network, nil for those of none.
  ///
  /// The layer's name decides first; then the role; then, for weights, the number of dimensions.
  package static func groups(of parameters: [Parameter]) -> [ParameterGroup?] {
    let head = parameters.lastIndex { $0.role == .weight }
    return parameters.enumerated().map { index, parameter in
      if parameter.name.split(separator: ".").contains("whitening") { return .whitening }
      switch parameter.role {
      case .normWeight, .normBias: return .norms
      case .bias: return .biases
      case .weight where parameter.shape.count >= 4: return .convolutions
      case .weight: return index == head ? .head : nil
      case .whitening: return .whitening
      case .runningMean, .runningVariance: return nil
      }
    }
  }
}

/// What `train.optimizer` says of one group; what is nil is as in the section itself.
public struct GroupSettings: Sendable {
  public var kind: OptimizerSettings.Kind?
  public var learningRate: Double?
  public var weightDecay: Double?
  /// Epochs after which the group no longer trains; its schedule runs over them. Nil for all.
  public var epochs: Double?
  /// Values of the keys that are specific to a rule.
  public var own: SettingValues

  public init(
    kind: OptimizerSettings.Kind? = nil, learningRate: Double? = nil, weightDecay: Double? = nil,
    epochs: Double? = nil, own: SettingValues = [:]
  ) {
    self.kind = kind
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.epochs = epochs
    self.own = own
  }

  var isEmpty: Bool {
    kind == nil && learningRate == nil && weightDecay == nil && epochs == nil && own.given.isEmpty
  }
}
