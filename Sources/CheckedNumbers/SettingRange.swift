/// The valid range of a setting.
///
/// Recipes are checked against `stages/schema.yaml`. A stage checks the same bounds again, since it
/// may be called directly, and a batch size or accumulation of 0 would end it with a trap.
public struct SettingRange: Sendable, Equatable {
  public let least: Double?
  public let most: Double?
  public let above: Double?
  public let below: Double?

  /// - Parameters:
  ///   - least, most: Bounds that are in the range.
  ///   - above, below: Bounds that are not in the range.
  public init(
    least: Double? = nil, most: Double? = nil, above: Double? = nil, below: Double? = nil
  ) {
    (self.least, self.most, self.above, self.below) = (least, most, above, below)
  }

  /// - Parameter key: The setting's name in a recipe, for the error.
  /// - Throws: `SettingOutOfRange` if `number` is outside the range or not finite.
  public func check(_ number: Double?, _ key: String) throws(SettingOutOfRange) {
    guard let number, !contains(number) else { return }
    throw SettingOutOfRange(key: key, found: "\(number)", expected: description)
  }

  /// - Parameter key: The setting's name in a recipe, for the error.
  /// - Throws: `SettingOutOfRange` if `number` is outside the range.
  public func check(_ number: Int?, _ key: String) throws(SettingOutOfRange) {
    guard let number, !contains(Double(number)) else { return }
    throw SettingOutOfRange(key: key, found: "\(number)", expected: description)
  }

  /// Whether the number is finite and within the bounds.
  public func contains(_ number: Double) -> Bool {
    number.isFinite && number >= least ?? -.infinity && number <= most ?? .infinity
      && number > above ?? -.infinity && number < below ?? .infinity
  }
}

extension SettingRange: CustomStringConvertible {
  /// The range in the form used after "expected": `1 to 1024`, `0 to less than 1`, `above 0`.
  public var description: String {
    func shown(_ number: Double) -> String {
      Int(exactly: number).map(String.init) ?? "\(number)"
    }
    if let least, above == nil {
      if let most, below == nil { return "\(shown(least)) to \(shown(most))" }
      if let below, most == nil { return "\(shown(least)) to less than \(shown(below))" }
    }
    let ends = [
      least.map { "at least \(shown($0))" }, above.map { "above \(shown($0))" },
      most.map { "at most \(shown($0))" }, below.map { "below \(shown($0))" },
    ].compactMap(\.self)
    return ends.isEmpty ? "a finite number" : ends.joined(separator: " and ")
  }
}

/// A setting whose value is outside its valid range.
public struct SettingOutOfRange: Error, Equatable, Sendable, CustomStringConvertible {
  public let key: String
  public let found: String
  public let expected: String

  public init(key: String, found: String, expected: String) {
    (self.key, self.found, self.expected) = (key, found, expected)
  }

  public var description: String {
    "\(key): expected \(expected), found \(found); change it in the recipe, or with --set"
  }
}

/// Settings that a stage reads, which can check the ranges that their types do not enforce.
public protocol CheckedSettings: Decodable {
  /// Checks the range of every number.
  func check() throws
}
