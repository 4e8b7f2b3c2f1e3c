/// A key as the recipe schema needs it: with its full name and the conditions under which it has an
/// effect.
///
/// `stages/schema.yaml` marks the positions of such keys among its own: `declared: true`.
public struct DeclaredSetting: Sendable, Equatable {
  /// A condition on another key: that it has one of some values, or that it has none of them.
  public struct Condition: Sendable, Equatable {
    /// The full name of the other key.
    public let key: String
    /// A text value is a regular expression that matches the key's value; without values, the
    /// other key has to be left out.
    public let values: [SettingValue]
    public let isNegated: Bool

    public init(_ key: String, in values: [SettingValue]) {
      self.init(key: key, values: values, isNegated: false)
    }

    public init(_ key: String, not value: SettingValue) {
      self.init(key: key, values: [value], isNegated: true)
    }

    /// The condition that the other key is left out.
    public static func absent(_ key: String) -> Condition {
      Condition(key: key, values: [], isNegated: false)
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
  /// The key has an effect if all conditions of one of these lists are true; without lists, always.
  public let conditions: [[Condition]]
  /// Whether the key was added later, while earlier results must stay valid: its default describes
  /// the earlier behaviour, so it never changes and is not part of cache keys.
  public let isAddition: Bool

  public init(
    name: String, kind: SettingKind, defaultValue: SettingValue?, about: String,
    conditions: [[Condition]], isAddition: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.about = about
    self.conditions = conditions
    self.isAddition = isAddition
  }

  /// - Parameter condition: The only condition; nil for none.
  public init(
    name: String, kind: SettingKind, defaultValue: SettingValue?, about: String,
    condition: Condition? = nil, isAddition: Bool = false
  ) {
    self.init(
      name: name, kind: kind, defaultValue: defaultValue, about: about,
      conditions: condition.map { [[$0]] } ?? [], isAddition: isAddition)
  }
}
