import TensorFiles

/// Builds networks by their names in recipes and checkpoints.
public enum NetworkCatalog {
  /// All networks, in the order in which lists show them.
  public static let families: [any NetworkFamily] = [
    SmallCNN(), AlexNet(), ResNet(), PreActivationResNet(), PyramidNet(), AdaptiveConvNet(),
    Airbench(), LinearClassifier(),
  ]

  /// - Parameters:
  ///   - name: A name of one of the families.
  ///   - configuration: Sizes that differ from the published ones.
  ///   - side: Width and height of the images, or of the input recorded in a checkpoint. AlexNet
  ///     has an input of 227×227 for images of any size.
  ///   - families: The networks to choose from.
  /// - Throws: `NetworkCatalogError` if there is no such network.
  public static func network(
    named name: String, configuration: NetworkConfiguration = NetworkConfiguration(),
    side: Int = 32, classes: Int, among families: [any NetworkFamily] = families
  ) throws(NetworkCatalogError) -> Network {
    guard classes >= 2 else { throw .tooFewClasses(classes) }
    let family = try family(named: name, configuration, among: families)
    return try family.network(
      named: name, configuration.completed(for: family.keys), side: side, classes: classes)
  }

  /// Checks that there is such a network, without building it.
  ///
  /// - Throws: What `network(named:configuration:classes:)` throws.
  public static func check(
    named name: String, configuration: NetworkConfiguration,
    among families: [any NetworkFamily] = families
  ) throws(NetworkCatalogError) {
    _ = try family(named: name, configuration, among: families)
  }

  private static func family(
    named name: String, _ configuration: NetworkConfiguration,
    among families: [any NetworkFamily]
  ) throws(NetworkCatalogError) -> any NetworkFamily {
    guard let family = families.first(where: { $0.matches(name) }) else {
      throw .unknown(name: name, known: families.map(\.example))
    }
    try family.check(name: name)
    let keys = family.keys.map(\.name)
    for key in configuration.names where !keys.contains(key) {
      let owners = families.filter { $0.keys.contains { $0.name == key } }
      throw .foreignKey(name: name, key: key, owners: owners.map(\.title))
    }
    try configuration.check(family.keys)
    return family
  }
}

/// Why a network cannot be built.
public enum NetworkCatalogError: PrintableError, Equatable {
  /// The name is not in the catalogue.
  case unknown(name: String, known: [String] = NetworkCatalog.families.map(\.example))
  /// A ResNet's depth is not 6n + 2, or 9n + 2 in version 2.
  case depth(name: String, depth: Int, layersInBlock: Int)
  /// A size was given for a key that the network doesn't have.
  case foreignKey(name: String, key: String, owners: [String])
  /// A size that no network can have.
  case outOfRange(key: String, found: String, expected: String)
  /// Fewer than two classes.
  case tooFewClasses(Int)

  public var message: String {
    switch self {
    case .unknown(let name, let known):
      "unknown network '\(name)'; train.network takes names such as "
        + known.joined(separator: ", ")
    case .depth(let name, let depth, let layersInBlock):
      "network '\(name)': a ResNet of version \(layersInBlock == 6 ? 1 : 2) has \(layersInBlock)n + 2 "
        + "layers, from \(layersInBlock + 2) to 1202, found \(depth); "
        + "try \(layersInBlock == 6 ? "resnet20" : "resnet29v2")"
    case .foreignKey(let name, let key, let owners) where owners.isEmpty:
      "network '\(name)' has no '\(key)', nor has any other: leave train.architecture.\(key) out"
    case .foreignKey(let name, let key, let owners):
      "network '\(name)' has no '\(key)'; train.architecture.\(key) belongs to "
        + "\(owners.joined(separator: ", ")): leave it out, or change train.network"
    case .outOfRange(let key, let found, let expected):
      "train.architecture.\(key): expected \(expected), found \(found)"
    case .tooFewClasses(let classes):
      "a classifier of \(classes) classes; at least 2 are needed"
    }
  }
}
