import Declarations

/// Networks that differ in sizes only: their names, the keys of `train.architecture` that they have, and
/// how they are built.
///
/// A family in the list `NetworkCatalog.families` is known everywhere: to recipes, messages, completion,
/// `bench` and checkpoints.
public protocol NetworkFamily: Sendable {
  /// A regular expression that matches the whole of a name: `resnet[0-9]+`.
  var pattern: String { get }
  /// One of the names, the one that lists give: `resnet20`.
  var example: String { get }
  /// What all of its networks are called together: `resnetD`.
  var title: String { get }
  /// How the names are made, `resnetD has D = 6n + 2 layers`; nil where `example` is the only one.
  var naming: String? { get }
  /// Whether a recipe is called `example`: `bench` measures the network as that recipe trains it.
  var hasRecipe: Bool { get }
  /// The sizes it has, each with the published value as its default. A key that several families have
  /// is of one type and range.
  var keys: [any DeclaredKey] { get }

  /// Checks what the pattern can't say of a name that matches it.
  func check(name: String) throws(NetworkCatalogError)

  /// Builds a network.
  ///
  /// - Parameters:
  ///   - name: A name that has been checked.
  ///   - sizes: A value in range for each of the keys.
  ///   - side: Width and height of the images.
  /// - Throws: What `check(name:)` throws.
  func network(
    named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int
  ) throws(NetworkCatalogError) -> Network
}

extension NetworkFamily {
  public var pattern: String { example }
  public var title: String { example }
  public var naming: String? { nil }
  public var hasRecipe: Bool { true }
  public var keys: [any DeclaredKey] { [] }
  public func check(name: String) throws(NetworkCatalogError) {}

  /// Whether a name is one of its networks'.
  func matches(_ name: String) -> Bool {
    guard let expression = try? Regex(pattern) else { return false }
    return name.wholeMatch(of: expression) != nil
  }
}
