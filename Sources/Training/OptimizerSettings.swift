import CheckedNumbers
import Declarations
import Layers

/// `train.optimizer`: the update rule, the settings common to all rules, the values of the rule's
/// own keys, and different settings for groups of parameters.
public struct OptimizerSettings: Sendable {
  /// All optimisers, in the order in which lists show them.
  public static let rules: [any UpdateRule.Type] = [
    SGD.self, Adam.self, AdamW.self, Muon.self,
  ]

  /// An optimiser, identified by the name of its rule.
  public struct Kind: RawRepresentable, Equatable, Sendable, CustomStringConvertible {
    public let rule: any UpdateRule.Type

    public init(_ rule: any UpdateRule.Type) { self.rule = rule }

    /// - Returns: Nil if none of `rules` has the name.
    public init?(rawValue: String) {
      guard let rule = rules.first(where: { $0.name == rawValue }) else { return nil }
      self.rule = rule
    }

    public var rawValue: String { rule.name }
    public var description: String { rawValue }
  }

  public var kind: Kind
  public var learningRate: Double
  public var weightDecay: Double
  /// Whether weight decay also applies to norms and biases.
  public var decayNormsAndBiases: Bool
  /// Settings of groups of parameters that differ from these.
  public var groups: [ParameterGroup: GroupSettings]
  /// Values of the keys that are specific to a rule.
  var own: SettingValues

  /// - Parameter own: Values of the rule's own keys that differ from the defaults.
  public init(
    kind: Kind, learningRate: Double, weightDecay: Double = 0, decayNormsAndBiases: Bool = true,
    groups: [ParameterGroup: GroupSettings] = [:], own: SettingValues = [:]
  ) {
    self.kind = kind
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.decayNormsAndBiases = decayNormsAndBiases
    self.groups = groups
    self.own = own
  }

  /// The value of one of the rule's own keys.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    get { own[key] }
    set { own[key] = newValue }
  }

  /// The rule with its constants, as text within a line of a chapter, and those of the groups.
  public var words: String {
    ([kind.rule.init(self).words]
      + ParameterGroup.allCases.compactMap { group in
        groups[group].map { words(of: group, $0) }
      }).joined(separator: "; ")
  }

  private func words(of group: ParameterGroup, _ given: GroupSettings) -> String {
    let settings = settings(of: group)
    let epochs = given.epochs.map { ", for \(SettingValue.number($0)) epochs" } ?? ""
    return "\(group.rawValue): \(settings.kind.rule.init(settings).words), "
      + "η = \(settings.learningRate)\(epochs)"
  }
}

extension OptimizerSettings {
  /// The settings for the parameters of a group, without groups.
  ///
  /// If the group sets a weight decay, it applies to norms and biases too, whatever the section's
  /// setting.
  public func settings(of group: ParameterGroup?) -> OptimizerSettings {
    var settings = self
    settings.groups = [:]
    guard let group, let given = groups[group] else { return settings }
    if let kind = given.kind { settings.kind = kind }
    if let rate = given.learningRate { settings.learningRate = rate }
    if let decay = given.weightDecay {
      (settings.weightDecay, settings.decayNormsAndBiases) = (decay, true)
    }
    for (name, value) in given.own.given { settings.own[name] = value }
    return settings
  }

  /// The weight decay of a parameter with this role.
  ///
  /// Decaying norms and biases does not reduce overfitting; excluding them is common since He et
  /// al., 2019, arXiv:1812.01187, section 3.1. PyTorch's optimisers decay them by default.
  public func weightDecay(of role: Parameter.Role) -> Double {
    switch role {
    case .bias, .normWeight, .normBias: decayNormsAndBiases ? weightDecay : 0
    default: weightDecay
    }
  }

  /// Checks combinations of keys, of the section and of each group.
  func checkRules() throws {
    try kind.rule.check(self)
    for group in ParameterGroup.allCases where groups[group] != nil {
      let settings = settings(of: group)
      do {
        try settings.kind.rule.check(settings)
      } catch let error as TrainingError {
        throw TrainingError.optimizerGroup(group, problem: error.message)
      }
    }
  }

  /// Checks that each group with settings has parameters, and that each parameter can be updated by
  /// its rule.
  func check(for parameters: [Parameter]) throws {
    let members = ParameterGroup.groups(of: parameters)
    for group in ParameterGroup.allCases where groups[group] != nil && !members.contains(group) {
      throw TrainingError.emptyGroup(group)
    }
    for (parameter, group) in zip(parameters, members) where parameter.isTrainable {
      let settings = settings(of: group)
      guard !settings.kind.rule.accepts(parameter) else { continue }
      throw TrainingError.unsuitableRule(
        settings.kind, parameter: parameter.name, shape: parameter.shape, group: group)
    }
  }
}
