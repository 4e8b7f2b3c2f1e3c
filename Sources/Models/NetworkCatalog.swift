import TensorFiles

/// Builds networks by the names that recipes and checkpoints give them.
public enum NetworkCatalog {
  /// - Parameters:
  ///   - name: "linear", "small-cnn", "alexnet", "pyramidnet", "adaptive-conv", "resnetD" with D = 6n + 2
  ///     layers, or "resnetDv2" with 9n + 2.
  ///   - configuration: Sizes other than the published ones.
  ///   - side: Width and height of the images, or of the input that a checkpoint states. AlexNet has an
  ///     input of 227×227 for images of any size.
  /// - Throws: `NetworkCatalogError` where no such network exists.
  public static func network(
    named name: String, configuration: NetworkConfiguration = NetworkConfiguration(),
    side: Int = 32,
    classes: Int
  ) throws(NetworkCatalogError) -> Network {
    guard classes >= 2 else { throw .tooFewClasses(classes) }
    let family = try family(named: name, configuration)
    let complete = configuration.completed(by: family.published)
    return family.network(name: name, complete, side: side, classes: classes)
  }

  /// Checks that there is such a network, without building it.
  ///
  /// - Throws: What `network(named:configuration:classes:)` throws.
  public static func check(
    named name: String, configuration: NetworkConfiguration
  ) throws(NetworkCatalogError) {
    _ = try family(named: name, configuration)
  }

  private static func family(
    named name: String, _ configuration: NetworkConfiguration
  ) throws(NetworkCatalogError) -> Family {
    let family = try Family(name)
    for key in configuration.keys where !family.published.keys.contains(key) {
      throw .foreignKey(
        name: name, key: key.rawValue, owners: Family.names(having: key))
    }
    try configuration.checkRanges()
    return family
  }
}

extension NetworkCatalog {
  /// Networks that differ in sizes only.
  private enum Family {
    case linear
    case smallCNN
    case alexNet
    case pyramidNet
    case adaptiveConvNet
    /// ResNets with so many blocks in a stage.
    case resNet(blocks: Int)
    case preActivationResNet(blocks: Int)

    init(_ name: String) throws(NetworkCatalogError) {
      switch name {
      case "linear": self = .linear
      case "small-cnn": self = .smallCNN
      case "alexnet": self = .alexNet
      case "pyramidnet": self = .pyramidNet
      case "adaptive-conv": self = .adaptiveConvNet
      default: self = try Self.resNet(name)
      }
    }

    /// "resnetD" or "resnetDv2".
    private static func resNet(_ name: String) throws(NetworkCatalogError) -> Self {
      let isSecond = name.hasSuffix("v2")
      let digits = name.dropFirst("resnet".count).dropLast(isSecond ? 2 : 0)
      guard name.hasPrefix("resnet"), let depth = Int(digits) else { throw .unknown(name: name) }
      let layersInBlock = isSecond ? 9 : 6
      guard depth >= layersInBlock + 2, depth <= 1202, (depth - 2) % layersInBlock == 0 else {
        throw .depth(name: name, depth: depth, layersInBlock: layersInBlock)
      }
      let blocks = (depth - 2) / layersInBlock
      return isSecond ? .preActivationResNet(blocks: blocks) : .resNet(blocks: blocks)
    }

    /// The sizes it was published with; it has these keys and no others.
    var published: NetworkConfiguration {
      switch self {
      case .linear, .smallCNN: NetworkConfiguration()
      case .alexNet: NetworkConfiguration(dropout: 0.5)
      case .pyramidNet: NetworkConfiguration(blocks: 18, alpha: 48)
      case .adaptiveConvNet:
        NetworkConfiguration(widths: Network.adaptiveWidths, kernels: 4)
      case .resNet, .preActivationResNet: NetworkConfiguration(width: 16)
      }
    }

    /// The networks that a key belongs to.
    static func names(having key: NetworkConfiguration.Key) -> [String] {
      let all: [(String, Family)] = [
        ("alexnet", .alexNet), ("pyramidnet", .pyramidNet), ("adaptive-conv", .adaptiveConvNet),
        ("resnetD", .resNet(blocks: 1)), ("resnetDv2", .preActivationResNet(blocks: 1)),
      ]
      return all.filter { $0.1.published.keys.contains(key) }.map(\.0)
    }

    /// - Parameter sizes: A value for each of the family's keys.
    func network(
      name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int
    ) -> Network {
      switch self {
      case .linear: .linear(name: name, side: side, classes: classes)
      case .smallCNN: .smallCNN(name: name, side: side, classes: classes)
      case .alexNet: .alexNet(name: name, sizes, classes: classes)
      case .pyramidNet: .pyramidNet(name: name, sizes, side: side, classes: classes)
      case .adaptiveConvNet: .adaptiveConvNet(name: name, sizes, side: side, classes: classes)
      case .resNet(let blocks):
        .resNet(name: name, blocks: blocks, sizes, side: side, classes: classes)
      case .preActivationResNet(let blocks):
        .preActivationResNet(name: name, blocks: blocks, sizes, side: side, classes: classes)
      }
    }
  }
}

/// Why a network cannot be built.
public enum NetworkCatalogError: PrintableError, Equatable {
  /// The name is none the catalogue knows.
  case unknown(name: String)
  /// A ResNet's depth is not 6n + 2, or 9n + 2 in version 2.
  case depth(name: String, depth: Int, layersInBlock: Int)
  /// A size was given that the network does not have.
  case foreignKey(name: String, key: String, owners: [String])
  /// A size that no network can have.
  case outOfRange(key: String, found: String, expected: String)
  /// Fewer than two classes.
  case tooFewClasses(Int)

  public var message: String {
    switch self {
    case .unknown(let name):
      "unknown network '\(name)'; train.network takes linear, small-cnn, alexnet, pyramidnet, "
        + "adaptive-conv, resnet20 (or another depth 6n + 2), resnet29v2 (9n + 2)"
    case .depth(let name, let depth, let layersInBlock):
      "network '\(name)': a ResNet of version \(layersInBlock == 6 ? 1 : 2) has \(layersInBlock)n + 2 "
        + "layers, from \(layersInBlock + 2) to 1202, found \(depth); "
        + "try \(layersInBlock == 6 ? "resnet20" : "resnet29v2")"
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
