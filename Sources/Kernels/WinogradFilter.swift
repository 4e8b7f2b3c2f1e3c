import Tensors

/// The two sizes of tiles of Winograd's minimal filtering.
public enum WinogradFilter: Hashable, Sendable {
  /// F(2×2, 3×3): 16 products for the formula's 36. Rounds like a sum of its products.
  case two
  /// F(4×4, 3×3): 36 products for the formula's 144. Rounds off some three times as much.
  case four

  /// Outputs of a tile along an axis.
  var outputs: Int {
    switch self {
    case .two: 2
    case .four: 4
    }
  }

  /// Points, at each of which a tile has one product.
  var points: Int { (outputs + 2) * (outputs + 2) }

  /// Tiles along an axis of so many outputs.
  func tiles(along length: Int) -> Int { (length + outputs - 1) / outputs }

  /// Products for an image of such a map, for each input and output channel.
  func products(for output: FeatureMapShape) -> Int {
    tiles(along: output.height) * tiles(along: output.width) * points
  }
}
