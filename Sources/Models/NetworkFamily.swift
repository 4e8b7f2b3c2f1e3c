import Declarations

/// Networks that differ only in sizes: their names, their keys of `train.architecture`, and how to
/// build them.
///
/// Adding a family to `NetworkCatalog.families` makes it available in recipes, messages,
/// completion, `bench` and checkpoints.
public protocol NetworkFamily: Sendable {
  /// A regular expression that matches a whole name: `resnet[0-9]+`.
  var pattern: String { get }
  /// The name shown in lists: `resnet20`.
  var example: String { get }
  /// The title of the whole family: `resnetD`.
  var title: String { get }
  /// The rule for names, `resnetD has D = 6n + 2 layers`; nil if `example` is the only one.
  var naming: String? { get }
  /// The recipe that trains it as published, `example` unless it says otherwise: `bench` measures
  /// the network at that recipe's batch size. Nil if there is none.
  var recipe: String? { get }
  /// Its size keys, each with the published value as its default. A key of several families has the
  /// same type and range in each.
  var keys: [any DeclaredKey] { get }

  /// Checks what the pattern can't express about a name that matches it.
  func check(name: String) throws(NetworkCatalogError)

  /// Builds a network.
  ///
  /// - Parameters:
  ///   - name: A checked name.
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
  public var recipe: String? { example }
  public var keys: [any DeclaredKey] { [] }
  public func check(name: String) throws(NetworkCatalogError) {}

  /// Whether the name belongs to the family.
  func matches(_ name: String) -> Bool {
    guard let expression = try? Regex(pattern) else { return false }
    return name.wholeMatch(of: expression) != nil
  }
}
