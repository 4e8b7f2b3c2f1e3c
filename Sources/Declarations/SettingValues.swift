/// Values of declared keys by their names in recipes. Keys that are left out have their default
/// values.
public struct SettingValues: Sendable, Equatable {
  /// The given values, by name.
  public private(set) var given: [String: SettingValue]

  public init(_ given: [String: SettingValue] = [:]) {
    self.given = given
  }

  /// The value given for a name; nil if there is none.
  public subscript(name: String) -> SettingValue? {
    get { given[name] }
    set { given[name] = newValue }
  }

  /// The value of a key; its default if none is given.
  ///
  /// - Precondition: a given value has the key's type; `DeclaredKey.fault(of:)` finds those that
  ///   don't.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    get {
      guard let setting = given[key.name] else { return key.defaultValue }
      guard let value = Value(setting: setting) else {
        preconditionFailure("\(key.name) is \(setting), which is no \(Value.self)")
      }
      return value
    }
    set { given[key.name] = newValue.setting }
  }
}

extension SettingValues: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, SettingValue)...) {
    given = Dictionary(elements) { _, last in last }
  }
}

extension SettingValues: Codable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  /// Reads an object whose keys are in kebab-case or camelCase; a null value counts as left out.
  public init(from decoder: any Decoder) throws { try self.init(from: decoder, except: []) }

  /// Reads an object, without the members of some names.
  public init(from decoder: any Decoder, except others: [String]) throws {
    let container = try decoder.container(keyedBy: Name.self)
    given = [:]
    for name in container.allKeys
    where try !others.contains(name.stringValue) && !container.decodeNil(forKey: name) {
      given[Self.kebabCase(name.stringValue)] = try container.decode(
        SettingValue.self, forKey: name)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    for (name, value) in given {
      try container.encode(value, forKey: Name(stringValue: name))
    }
  }

  /// Converts `learningRate` to `learning-rate`.
  private static func kebabCase(_ name: String) -> String {
    name.reduce(into: "") { text, character in
      text += character.isUppercase ? "-" + character.lowercased() : String(character)
    }
  }
}
