import Models

/// The networks of the golden vectors, by the names that `Tests/Golden/generate/networks` gives
/// them.
public enum GoldenNetwork {
  /// Builds a network with ten classes as PyTorch's generator does.
  ///
  /// - Throws: `NetworkCatalogError` if there is no such network.
  public static func network(named name: String) throws -> Network {
    let (catalogName, configuration) =
      switch name {
      // Without dropout, since masks cannot be compared.
      case "alexnet": (name, NetworkConfiguration(dropout: 0))
      case "pyramidnet-2": ("pyramidnet", NetworkConfiguration(blocks: 2))
      default: (name, NetworkConfiguration())
      }
    return try NetworkCatalog.network(
      named: catalogName, configuration: configuration, classes: 10)
  }
}
