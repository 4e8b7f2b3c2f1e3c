/// Builds networks by the names that recipes and checkpoints give them.
public enum NetworkCatalog {
  /// - Parameters:
  ///   - name: "small-cnn", "linear", or "resnetD" with D = 6n + 2 layers.
  ///   - width: Channels of a ResNet's first stage; 16 where nil.
  /// - Throws: `NetworkCatalogError` where no such network exists.
  public static func network(named name: String, width: Int? = nil, classes: Int) throws -> Network
  {
    guard classes >= 2 else { throw NetworkCatalogError.tooFewClasses(classes) }
    switch name {
    case "small-cnn", "linear":
      guard width == nil else { throw NetworkCatalogError.widthIsFixed(name: name) }
      return name == "linear"
        ? .linear(name: name, classes: classes) : .smallCNN(name: name, classes: classes)
    default:
      guard name.hasPrefix("resnet"), let depth = Int(name.dropFirst("resnet".count)) else {
        throw NetworkCatalogError.unknown(name: name)
      }
      guard depth >= 8, depth <= 1202, (depth - 2) % 6 == 0 else {
        throw NetworkCatalogError.depth(name: name, depth: depth)
      }
      let width = width ?? 16
      guard (1...1024).contains(width) else { throw NetworkCatalogError.width(width) }
      return .resNet(name: name, blocks: (depth - 2) / 6, width: width, classes: classes)
    }
  }
}

/// Why a network cannot be built.
public enum NetworkCatalogError: Error, Equatable, CustomStringConvertible {
  /// The name is none the catalogue knows.
  case unknown(name: String)
  /// A ResNet's depth is not 6n + 2.
  case depth(name: String, depth: Int)
  /// A width was given for a network that has one only.
  case widthIsFixed(name: String)
  /// A width outside 1...1024.
  case width(Int)
  /// Fewer than two classes.
  case tooFewClasses(Int)

  public var description: String {
    switch self {
    case .unknown(let name):
      "unknown network '\(name)'; train.network takes small-cnn, linear, or resnet8, resnet20, …"
    case .depth(let name, let depth):
      "network '\(name)': a ResNet has 6n + 2 layers, from 8 to 1202, found \(depth); try resnet20"
    case .widthIsFixed(let name):
      "network '\(name)' has one width only; leave train.width out"
    case .width(let width):
      "a network of width \(width); train.width takes 1 to 1024"
    case .tooFewClasses(let classes):
      "a classifier of \(classes) classes; at least 2 are needed"
    }
  }
}
