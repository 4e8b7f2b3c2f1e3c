import Declarations

/// The sizes by which networks of one name differ: the section `train.architecture` of a recipe, and the
/// entry `configuration` of a checkpoint.
///
/// A size that is left out has the network's published value. Which sizes a network has, with their
/// ranges, its `NetworkFamily` says.
public struct NetworkConfiguration: Sendable, Equatable {
  var values: SettingValues

  public init() { values = [:] }

  init(_ values: SettingValues) { self.values = values }

  /// The size under a name of `train.architecture`; nil where it is left out.
  public subscript(name: String) -> SettingValue? { values[name] }

  /// The size under a key, the published one where it is left out.
  ///
  /// - Precondition: what is given is of the key's type, as the catalogue checks before it builds.
  public subscript<Value>(key: SettingKey<Value>) -> Value { values[key] }

  /// The configuration with another size, or with the published one where that is nil.
  func with<Value>(_ key: SettingKey<Value>, _ size: Value?) -> Self {
    var result = self
    result.values[key.name] = size?.setting
    return result
  }
}

extension NetworkConfiguration: ExpressibleByDictionaryLiteral {
  /// Sizes by their names in recipes: `["width": 8]`.
  public init(dictionaryLiteral elements: (String, SettingValue)...) {
    values = SettingValues(Dictionary(elements) { _, last in last })
  }
}

extension NetworkConfiguration: Codable {
  public init(from decoder: any Decoder) throws {
    values = try SettingValues(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    try values.encode(to: encoder)
  }
}

extension NetworkConfiguration {
  /// The names of the sizes that are given, in order.
  var names: [String] { values.given.keys.sorted() }

  /// A size for each of the keys.
  func completed(for keys: [any DeclaredKey]) -> Self {
    let sizes = keys.map { ($0.name, values[$0.name] ?? $0.defaultSetting) }
    return Self(SettingValues(Dictionary(sizes) { first, _ in first }))
  }

  /// Checks that each size is one a network can be built with. A size that no family has is passed over.
  public func checkRanges(
    of families: [any NetworkFamily] = NetworkCatalog.families
  ) throws(NetworkCatalogError) {
    try check(families.flatMap(\.keys))
  }

  func check(_ keys: [any DeclaredKey]) throws(NetworkCatalogError) {
    for key in keys {
      guard let value = values[key.name], let fault = key.fault(of: value) else { continue }
      throw .outOfRange(key: key.name, found: fault.found, expected: fault.expected)
    }
  }
}
