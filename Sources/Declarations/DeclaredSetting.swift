/// A key as the recipe schema needs it: with its full name and the condition under which it has an
/// effect.
///
/// `stages/schema.yaml` marks the positions of such keys among its own: `declared: true`.
public struct DeclaredSetting: Sendable, Equatable {
  /// A condition on another key: that it has one of some values, or none of them.
  public struct Condition: Sendable, Equatable {
    /// The full name of the other key.
    public let key: String
    /// A text value is a regular expression that matches the key's value.
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

  /// The full name: `train.optimizer.momentum`.
  public let name: String
  public let kind: SettingKind
  /// The value if a recipe leaves the key out; nil if the key may be absent.
  public let defaultValue: SettingValue?
  /// The description, in one sentence without a full stop.
  public let about: String
  /// The condition under which the key has an effect; nil for always.
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
