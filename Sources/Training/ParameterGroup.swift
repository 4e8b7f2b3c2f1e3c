import Declarations
import Layers

/// A group of parameters for which `train.optimizer` can have separate settings.
///
/// Groups are defined by the roles of parameters, so that recipes use the same groups for all
/// networks. Parameters without a group, such as the weights of a hidden linear layer, and those of
/// groups without settings use the settings of the section.
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

  /// The group of each parameter of a network; nil for parameters without a group.
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

/// The settings of `train.optimizer` for one group; nil values are those of the section.
public struct GroupSettings: Sendable {
  public var kind: OptimizerSettings.Kind?
  public var learningRate: Double?
  public var weightDecay: Double?
  /// The number of epochs for which the group trains and over which its schedule runs; nil for all.
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
