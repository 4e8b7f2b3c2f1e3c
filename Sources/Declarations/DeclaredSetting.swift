/// A key as the recipe schema needs it: with its full name, and where it counts.
///
/// `stages/schema.yaml` says where such keys stand among those that it spells out: `declared: true`.
public struct DeclaredSetting: Sendable, Equatable {
  /// That another key has one of some values, or that it has none of them.
  public struct Condition: Sendable, Equatable {
    /// The full name of the other key.
    public let key: String
    /// Text stands for all that matches it as a regular expression.
    public let values: [SettingValue]
    public let isNegated: Bool

    public init(_ key: String, in values: [SettingValue]) {
      self.init(key: key, values: values, isNegated: false)
    }

    public init(_ key: String, not value: SettingValue) {
      self.init(key: key, values: [value], isNegated: true)
    }

    private init(key: String, values: [SettingValue], isNegated: Bool) {
      (self.key, self.values, self.isNegated) = (key, values, isNegated)
    }
  }

  /// `train.optimizer.momentum`.
  public let name: String
  public let kind: SettingKind
  /// What applies where a recipe leaves the key out; nil where it may be absent.
  public let defaultValue: SettingValue?
  /// In one sentence without a full stop.
  public let about: String
  /// Where the key has an effect; nil for everywhere.
  public let condition: Condition?

  public init(
    name: String, kind: SettingKind, defaultValue: SettingValue?, about: String,
    condition: Condition? = nil
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.about = about
    self.condition = condition
  }
}
