import CheckedNumbers

/// A recipe key of a network or an optimiser: name, type, range, default value and meaning. The
/// recipe schema, the checks of the stages and the types of the settings are derived from it.
///
///     static let width = SettingKey("width", 1...1024, default: 16, about: "channels of the first stage")
///     let width = configuration[Self.width]    // an Int
public struct SettingKey<Value: DeclarableValue>: DeclaredKey {
  public let name: String
  public let kind: SettingKind
  public let defaultValue: Value
  public let about: String
  public private(set) var isAddition = false

  public var defaultSetting: SettingValue { defaultValue.setting }

  /// The same key, marked as added later (`DeclaredSetting.isAddition`).
  public var asAddition: SettingKey {
    var key = self
    key.isAddition = true
    return key
  }
}

extension SettingKey where Value == Int {
  public init(_ name: String, _ range: ClosedRange<Int>, default value: Int, about: String) {
    let range = SettingRange(least: Double(range.lowerBound), most: Double(range.upperBound))
    self.init(name: name, kind: .integer(range), defaultValue: value, about: about)
  }
}

extension SettingKey where Value == Double {
  public init(_ name: String, _ range: SettingRange, default value: Double, about: String) {
    self.init(name: name, kind: .number(range), defaultValue: value, about: about)
  }
}

extension SettingKey where Value == Bool {
  public init(_ name: String, default value: Bool, about: String) {
    self.init(name: name, kind: .boolean, defaultValue: value, about: about)
  }
}

extension SettingKey where Value == String {
  public init(_ name: String, _ words: [String], default value: String, about: String) {
    self.init(name: name, kind: .choice(words), defaultValue: value, about: about)
  }
}

extension SettingKey where Value == [Int] {
  /// - Parameters:
  ///   - range: The range of each element.
  ///   - count: The allowed number of elements.
  public init(
    _ name: String, each range: ClosedRange<Int>, count: ClosedRange<Int>, default value: [Int],
    about: String
  ) {
    let range = SettingRange(least: Double(range.lowerBound), most: Double(range.upperBound))
    self.init(name: name, kind: .integers(range, count: count), defaultValue: value, about: about)
  }
}

/// The type of a key, with its range.
public enum SettingKind: Sendable, Equatable {
  case boolean
  case integer(SettingRange)
  case number(SettingRange)
  /// One of the words.
  case choice([String])
  /// Text that matches a whole regular expression; `example` names some values, for messages.
  case text(pattern: String, example: String)
  case integers(SettingRange, count: ClosedRange<Int>)
}

/// A key of any type.
public protocol DeclaredKey: Sendable {
  /// The last part of its name in recipes, in kebab-case: `learning-rate`.
  var name: String { get }
  var kind: SettingKind { get }
  /// The value if a recipe leaves the key out.
  var defaultSetting: SettingValue { get }
  /// Its meaning, in one sentence without a full stop.
  var about: String { get }
  /// Whether the key was added later: its default describes the earlier behaviour and is not part
  /// of cache keys (`DeclaredSetting.isAddition`).
  var isAddition: Bool { get }
}

extension DeclaredKey {
  public var isAddition: Bool { false }
}

/// An invalid value and what was expected.
public struct SettingFault: Sendable, Equatable {
  public let found: String
  public let expected: String
}

extension DeclaredKey {
  /// Why `value` is not valid for this key; nil if it is valid.
  public func fault(of value: SettingValue) -> SettingFault? {
    func fault(unless isFine: Bool, _ expected: String) -> SettingFault? {
      isFine ? nil : SettingFault(found: "\(value)", expected: expected)
    }
    switch (kind, value) {
    case (.boolean, .boolean), (.text, .text): return nil
    case (.integer(let range), .integer(let number)):
      return fault(unless: range.contains(Double(number)), "\(range)")
    case (.number(let range), .integer(let number)):
      return fault(unless: range.contains(Double(number)), "\(range)")
    case (.number(let range), .number(let number)):
      return fault(unless: range.contains(number), "\(range)")
    case (.choice(let words), .text(let word)):
      return fault(unless: words.contains(word), words.joined(separator: ", "))
    case (.integers(let range, let count), .integers(let numbers)):
      guard count.contains(numbers.count) else {
        return SettingFault(
          found: "a list of \(numbers.count)",
          expected: "\(count.lowerBound) to \(count.upperBound) \(name)")
      }
      return numbers.first { !range.contains(Double($0)) }.map {
        SettingFault(found: "\($0)", expected: "\(range)")
      }
    default: return fault(unless: false, kind.noun)
    }
  }

  /// Whether a value has this key's type, in range or not.
  public func hasType(of value: SettingValue) -> Bool {
    switch (kind, value) {
    case (.boolean, .boolean), (.integer, .integer), (.number, .integer), (.number, .number),
      (.choice, .text), (.text, .text), (.integers, .integers):
      true
    default: false
    }
  }

  /// Checks a value; nil is valid.
  ///
  /// - Parameter section: The prefix before the key's name in recipes, with a dot:
  ///   `train.optimizer.`.
  /// - Throws: `SettingOutOfRange`.
  public func check(
    _ value: SettingValue?, in section: String
  ) throws(SettingOutOfRange) {
    guard let value, let fault = fault(of: value) else { return }
    throw SettingOutOfRange(key: section + name, found: fault.found, expected: fault.expected)
  }
}

extension SettingKind {
  fileprivate var noun: String {
    switch self {
    case .boolean: "true or false"
    case .integer(let range): "an integer, \(range)"
    case .number(let range): "a number, \(range)"
    case .choice(let words): words.joined(separator: ", ")
    case .text(_, let example): "text such as \(example)"
    case .integers(let range, _): "a list of integers, each \(range)"
    }
  }
}
