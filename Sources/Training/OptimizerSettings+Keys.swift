import CheckedNumbers
import Declarations

/// The keys of `train.optimizer`: those common to all rules, those of single rules, and the same
/// keys for each group of parameters.
extension OptimizerSettings {
  enum SharedKeys {
    static let kind = "kind"
    static let learningRate = SettingKey(
      "learning-rate", SettingRange(above: 0), default: 0.1, about: "rate at the start")
    static let weightDecay = SettingKey(
      "weight-decay", SettingRange(least: 0), default: 0,
      about: "L2 penalty, added to the gradient or, where the kind says so, taken off the weight")
    static let decayNormsAndBiases = SettingKey(
      "decay-norms-and-biases", default: true, about: "whether norms and biases decay too")
    /// A key of groups only.
    static let epochs = SettingKey(
      "epochs", SettingRange(least: 0, most: 100_000), default: 0,
      about: "epochs, or a fraction of one, that they train for by a schedule of that length, "
        + "before they are frozen")
  }

  static let section = "train.optimizer."

  static func section(of group: ParameterGroup) -> String { "\(section)\(group.rawValue)." }

  /// The keys specific to single rules, each once.
  static func ownKeys(of rules: [any UpdateRule.Type]) -> [any DeclaredKey] {
    var keys: [any DeclaredKey] = []
    for key in rules.flatMap({ $0.keys }) where !keys.contains(where: { $0.name == key.name }) {
      keys.append(key)
    }
    return keys
  }

  /// The keys of a group, except `kind`.
  static func groupKeys(of rules: [any UpdateRule.Type]) -> [any DeclaredKey] {
    [SharedKeys.learningRate] + ownKeys(of: rules) + [SharedKeys.weightDecay, SharedKeys.epochs]
  }

  /// The recipe keys of the optimisers.
  public static func recipeKeys(
    of rules: [any UpdateRule.Type] = rules
  ) -> [DeclaredSetting] {
    func declared(
      _ key: any DeclaredKey, about: String? = nil, where conditions: [[Condition]] = []
    ) -> DeclaredSetting {
      DeclaredSetting(
        name: section + key.name, kind: key.kind, defaultValue: key.defaultSetting,
        about: about ?? key.about, conditions: conditions, isAddition: key.isAddition)
    }
    let kind = DeclaredSetting(
      name: section + SharedKeys.kind, kind: .choice(rules.map { $0.name }),
      defaultValue: .text(SGD.name),
      about: (["the optimiser"] + rules.map { "\($0.name): \($0.about)" }).joined(separator: "; "))
    let own = ownKeys(of: rules).map { key in
      let owners = owners(of: key, among: rules)
      // A group may set the rule but not the key, which then has the section's value.
      let kinds = [kind.name] + ParameterGroup.allCases.map { section(of: $0) + SharedKeys.kind }
      return declared(
        key, about: "\(key.about) (\(owners.joined(separator: ", ")))",
        where: kinds.map { [Condition($0, in: owners.map { .text($0) })] })
    }
    let decay = declared(SharedKeys.weightDecay)
    let rate = declared(
      SharedKeys.learningRate,
      about: "rate at the start, for the mean loss of a batch; a recipe for sgd that sums the loss "
        + "over N images has the same steps here with N times its rate and an N-th of its decay")
    return [kind, rate] + own + [
      decay,
      declared(SharedKeys.decayNormsAndBiases, where: [[Condition(decay.name, not: 0)]]),
    ] + ParameterGroup.allCases.flatMap { recipeKeys(of: $0, rules) }
  }

  private typealias Condition = DeclaredSetting.Condition

  private static func owners(
    of key: any DeclaredKey, among rules: [any UpdateRule.Type]
  ) -> [String] {
    rules.filter { $0.keys.contains { $0.name == key.name } }.map { $0.name }
  }

  /// The keys of a group. They have no defaults: a key that is left out has the section's value.
  private static func recipeKeys(
    of group: ParameterGroup, _ rules: [any UpdateRule.Type]
  ) -> [DeclaredSetting] {
    let kind = DeclaredSetting(
      name: section(of: group) + SharedKeys.kind, kind: .choice(rules.map { $0.name }),
      defaultValue: nil, about: "the optimiser of \(group.about); the section's by default",
      isAddition: true)
    return [kind]
      + groupKeys(of: rules).map { key in
        let owners = owners(of: key, among: rules).map { SettingValue.text($0) }
        let otherwise =
          key.name == SharedKeys.epochs.name ? "the whole training" : "the section's"
        return DeclaredSetting(
          name: section(of: group) + key.name, kind: key.kind, defaultValue: nil,
          about: "for \(group.about): \(key.about); \(otherwise) by default",
          conditions: owners.isEmpty
            ? []
            : [
              [Condition(kind.name, in: owners)],
              [.absent(kind.name), Condition(section + SharedKeys.kind, in: owners)],
            ],
          isAddition: true)
      }
  }

  /// Checks every value against the bounds of its key.
  func check() throws(SettingOutOfRange) {
    try SharedKeys.learningRate.check(learningRate.setting, in: Self.section)
    try SharedKeys.weightDecay.check(weightDecay.setting, in: Self.section)
    for key in Self.ownKeys(of: Self.rules + [kind.rule]) {
      try key.check(own[key.name], in: Self.section)
    }
    for group in ParameterGroup.allCases {
      guard let given = groups[group] else { continue }
      let section = Self.section(of: group)
      try SharedKeys.learningRate.check(given.learningRate?.setting, in: section)
      try SharedKeys.weightDecay.check(given.weightDecay?.setting, in: section)
      try SharedKeys.epochs.check(given.epochs?.setting, in: section)
      for key in Self.ownKeys(of: Self.rules + [kind.rule] + (given.kind.map { [$0.rule] } ?? [])) {
        try key.check(given.own[key.name], in: section)
      }
    }
  }
}
