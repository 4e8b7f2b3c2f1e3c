import Declarations

extension OptimizerSettings: Decodable {
  private struct GroupKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ group: ParameterGroup) { stringValue = group.rawValue }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  /// Reads the section of a recipe, which has a value for each key of its rule, and may have values
  /// for keys of groups.
  public init(from decoder: any Decoder) throws {
    let names = ParameterGroup.allCases.map(\.rawValue)
    let section = Section(
      values: try SettingValues(from: decoder, except: names), name: Self.section,
      path: decoder.codingPath)
    guard let kind = try section.kind() else { throw section.refusal(of: SharedKeys.kind) }
    self.init(
      kind: kind, learningRate: try section.required(SharedKeys.learningRate),
      weightDecay: try section.required(SharedKeys.weightDecay),
      decayNormsAndBiases: try section.required(SharedKeys.decayNormsAndBiases),
      own: try section.own(neededBy: kind))
    let container = try decoder.container(keyedBy: GroupKey.self)
    for group in ParameterGroup.allCases {
      let values = try container.decodeIfPresent(SettingValues.self, forKey: GroupKey(group))
      guard let values else { continue }
      let section = Section(
        values: values, name: Self.section(of: group),
        path: decoder.codingPath + [GroupKey(group)])
      let settings = try section.group()
      if !settings.isEmpty { groups[group] = settings }
    }
  }
}

/// The values of `train.optimizer`, or of one of its groups, before their types are checked.
private struct Section {
  let values: SettingValues
  /// The name of the section, with a dot at the end.
  let name: String
  let path: [any CodingKey]

  func refusal(of key: String) -> DecodingError {
    let found = values[key].map { "'\($0)'" } ?? "missing"
    return .dataCorrupted(
      DecodingError.Context(codingPath: path, debugDescription: "\(name)\(key) is \(found)"))
  }

  /// The rule; nil if the section does not set it.
  func kind() throws -> OptimizerSettings.Kind? {
    guard let value = values[OptimizerSettings.SharedKeys.kind] else { return nil }
    guard case .text(let name) = value, let kind = OptimizerSettings.Kind(rawValue: name) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: path,
          debugDescription:
            "\(self.name)\(OptimizerSettings.SharedKeys.kind) is '\(value)', which is no optimiser")
      )
    }
    return kind
  }

  func required<Value>(_ key: SettingKey<Value>) throws -> Value {
    guard let value = try optional(key) else { throw refusal(of: key.name) }
    return value
  }

  func optional<Value>(_ key: SettingKey<Value>) throws -> Value? {
    guard let value = values[key.name] else { return nil }
    guard key.hasType(of: value) else { throw refusal(of: key.name) }
    return values[key]
  }

  /// The values of the keys of single rules.
  ///
  /// - Parameter kind: The rule whose keys must all be present; nil for none.
  func own(neededBy kind: OptimizerSettings.Kind?) throws -> SettingValues {
    var own = SettingValues()
    for key in OptimizerSettings.ownKeys(of: OptimizerSettings.rules) {
      guard let value = values[key.name] else {
        if let kind, !key.isAddition, kind.rule.keys.contains(where: { $0.name == key.name }) {
          throw refusal(of: key.name)
        }
        continue
      }
      guard key.hasType(of: value) else { throw refusal(of: key.name) }
      own[key.name] = value
    }
    return own
  }

  func group() throws -> GroupSettings {
    typealias Keys = OptimizerSettings.SharedKeys
    return GroupSettings(
      kind: try kind(), learningRate: try optional(Keys.learningRate),
      weightDecay: try optional(Keys.weightDecay), epochs: try optional(Keys.epochs),
      own: try own(neededBy: nil))
  }
}
