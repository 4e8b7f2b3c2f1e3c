import Declarations

/// The sizes in which networks of one name differ: the section `train.architecture` of a recipe,
/// and the entry `configuration` of a checkpoint.
///
/// A size that is left out has the network's published value. The keys of a network and their
/// ranges are declared by its `NetworkFamily`.
public struct NetworkConfiguration: Sendable, Equatable {
  var values: SettingValues

  public init() { values = [:] }

  init(_ values: SettingValues) { self.values = values }

  /// The size with a name of `train.architecture`; nil if it is left out.
  public subscript(name: String) -> SettingValue? { values[name] }

  /// The size of a key; the published one if it is left out.
  ///
  /// - Precondition: the given value has the key's type; the catalogue checks that before it
  ///   builds.
  public subscript<Value>(key: SettingKey<Value>) -> Value { values[key] }

  /// A copy with another size for a key; with the published one if `size` is nil.
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
  /// - Throws: `DecodingError` if a size of the catalogue's networks has another type than its key.
  public init(from decoder: any Decoder) throws {
    values = try SettingValues(from: decoder)
    for key in NetworkCatalog.families.flatMap(\.keys) {
      guard let value = values[key.name], !key.hasType(of: value) else { continue }
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "train.architecture.\(key.name) is '\(value)'"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    try values.encode(to: encoder)
  }
}

extension NetworkConfiguration {
  /// The names of the given sizes, sorted.
  var names: [String] { values.given.keys.sorted() }

  /// A copy with a size for each of the keys.
  func completed(for keys: [any DeclaredKey]) -> Self {
    let sizes = keys.map { ($0.name, values[$0.name] ?? $0.defaultSetting) }
    return Self(SettingValues(Dictionary(sizes) { first, _ in first }))
  }

  /// Checks that each size is in the range of its key. A size that no family declares is ignored.
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
