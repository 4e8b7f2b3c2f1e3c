/// A recipe's value for a key that the program declares.
public enum SettingValue: Sendable {
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case integers([Int])
}

extension SettingValue: Equatable {
  /// An integer equals the same floating-point number, since JSON writes both alike.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.boolean(let a), .boolean(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(a) == b
    case (.text(let a), .text(let b)): a == b
    case (.integers(let a), .integers(let b)): a == b
    default: false
    }
  }
}

extension SettingValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else {
      self = .integers(try container.decode([Int].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .integers(let values): try container.encode(values)
    }
  }
}

extension SettingValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .integers(let values): values.map(String.init).joined(separator: ", ")
    }
  }
}

extension SettingValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(arrayLiteral elements: Int...) { self = .integers(elements) }
}

/// A Swift type of key values.
public protocol DeclarableValue: Sendable, Equatable {
  /// Nil if the value has another type.
  init?(setting: SettingValue)
  var setting: SettingValue { get }
}

extension Bool: DeclarableValue {
  public init?(setting: SettingValue) {
    guard case .boolean(let value) = setting else { return nil }
    self = value
  }
  public var setting: SettingValue { .boolean(self) }
}

extension Int: DeclarableValue {
  public init?(setting: SettingValue) {
    guard case .integer(let value) = setting else { return nil }
    self = value
  }
  public var setting: SettingValue { .integer(self) }
}

extension Double: DeclarableValue {
  public init?(setting: SettingValue) {
    switch setting {
    case .number(let value): self = value
    case .integer(let value): self = Double(value)
    default: return nil
    }
  }
  public var setting: SettingValue { .number(self) }
}

extension String: DeclarableValue {
  public init?(setting: SettingValue) {
    guard case .text(let value) = setting else { return nil }
    self = value
  }
  public var setting: SettingValue { .text(self) }
}

extension [Int]: DeclarableValue {
  public init?(setting: SettingValue) {
    guard case .integers(let values) = setting else { return nil }
    self = values
  }
  public var setting: SettingValue { .integers(self) }
}
