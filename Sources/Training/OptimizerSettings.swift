import CheckedNumbers
import Declarations
import Layers

/// `train.optimizer`: the update rule, the settings common to all rules, and the values of the
/// rule's own keys.
public struct OptimizerSettings: Sendable {
  /// All optimisers, in the order in which lists show them.
  public static let rules: [any UpdateRule.Type] = [SGD.self, Adam.self, AdamW.self]

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
  /// Values of the keys that are specific to a rule.
  private var own: SettingValues

  /// - Parameter own: Values of the rule's own keys that differ from the defaults.
  public init(
    kind: Kind, learningRate: Double, weightDecay: Double = 0, decayNormsAndBiases: Bool = true,
    own: SettingValues = [:]
  ) {
    self.kind = kind
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.decayNormsAndBiases = decayNormsAndBiases
    self.own = own
  }

  /// The value of one of the rule's own keys.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    get { own[key] }
    set { own[key] = newValue }
  }

  /// The rule with its constants, as text within a line of a chapter.
  public var words: String { kind.rule.init(self).words }
}

extension OptimizerSettings {
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
}

// MARK: - Keys

extension OptimizerSettings {
  private enum SharedKeys {
    static let learningRate = SettingKey(
      "learning-rate", SettingRange(above: 0), default: 0.1, about: "rate at the start")
    static let weightDecay = SettingKey(
      "weight-decay", SettingRange(least: 0), default: 0,
      about: "L2 penalty, added to the gradient or, where the kind says so, taken off the weight")
    static let decayNormsAndBiases = SettingKey(
      "decay-norms-and-biases", default: true, about: "whether norms and biases decay too")
  }

  private static let section = "train.optimizer."

  /// The keys specific to single rules, each once.
  private static func ownKeys(of rules: [any UpdateRule.Type]) -> [any DeclaredKey] {
    var keys: [any DeclaredKey] = []
    for key in rules.flatMap({ $0.keys }) where !keys.contains(where: { $0.name == key.name }) {
      keys.append(key)
    }
    return keys
  }

  /// The recipe keys of the optimisers.
  public static func recipeKeys(
    of rules: [any UpdateRule.Type] = rules
  ) -> [DeclaredSetting] {
    func declared(
      _ key: any DeclaredKey, about: String? = nil,
      where condition: DeclaredSetting.Condition? = nil
    ) -> DeclaredSetting {
      DeclaredSetting(
        name: section + key.name, kind: key.kind, defaultValue: key.defaultSetting,
        about: about ?? key.about, condition: condition)
    }
    let kind = DeclaredSetting(
      name: section + "kind", kind: .choice(rules.map { $0.name }),
      defaultValue: .text(SGD.name),
      about: (["the optimiser"] + rules.map { "\($0.name): \($0.about)" }).joined(separator: "; "))
    let own = ownKeys(of: rules).map { key in
      let owners = rules.filter { $0.keys.contains { $0.name == key.name } }.map { $0.name }
      return declared(
        key, about: "\(key.about) (\(owners.joined(separator: ", ")))",
        where: DeclaredSetting.Condition(kind.name, in: owners.map { .text($0) }))
    }
    let decay = declared(SharedKeys.weightDecay)
    return [kind, declared(SharedKeys.learningRate)] + own + [
      decay,
      declared(
        SharedKeys.decayNormsAndBiases, where: DeclaredSetting.Condition(decay.name, not: 0)),
    ]
  }

  /// Checks every value against the bounds of its key.
  func check() throws(SettingOutOfRange) {
    try SharedKeys.learningRate.check(learningRate.setting, in: Self.section)
    try SharedKeys.weightDecay.check(weightDecay.setting, in: Self.section)
    for key in Self.ownKeys(of: Self.rules + [kind.rule]) {
      try key.check(own[key.name], in: Self.section)
    }
  }
}

extension OptimizerSettings: Decodable {
  private enum KindKey: CodingKey { case kind }

  /// Reads the section of a recipe, which has a value for each key of its kind.
  public init(from decoder: any Decoder) throws {
    let name = try decoder.container(keyedBy: KindKey.self).decode(String.self, forKey: .kind)
    guard let kind = Kind(rawValue: name) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "train.optimizer.kind is '\(name)', which is no optimiser"))
    }
    let values = try SettingValues(from: decoder)
    func checked(_ key: any DeclaredKey) throws {
      guard let value = values[key.name], key.hasType(of: value) else {
        let found = values[key.name].map { "'\($0)'" } ?? "missing"
        throw DecodingError.dataCorrupted(
          DecodingError.Context(
            codingPath: decoder.codingPath,
            debugDescription: "\(Self.section)\(key.name) is \(found)"))
      }
    }
    func shared<Value>(_ key: SettingKey<Value>) throws -> Value {
      try checked(key)
      return values[key]
    }
    self.init(
      kind: kind, learningRate: try shared(SharedKeys.learningRate),
      weightDecay: try shared(SharedKeys.weightDecay),
      decayNormsAndBiases: try shared(SharedKeys.decayNormsAndBiases))
    for key in Self.ownKeys(of: Self.rules) {
      let isNeeded = kind.rule.keys.contains { $0.name == key.name }
      guard isNeeded || values[key.name] != nil else { continue }
      try checked(key)
      own[key.name] = values[key.name]
    }
  }
}
