import Tensors

/// The sizes of tiles of Winograd's minimal filtering.
public enum WinogradFilter: CaseIterable, Hashable, Sendable {
  /// F(2×2, 3×3): 4 products an output, for the formula's 9. Rounds like a sum of its products.
  case two
  /// F(4×2, 3×3): 3 products an output. Rounds off some twice as much.
  case fourByTwo
  /// F(4×4, 3×3): 2¼ products an output. Rounds off some three times as much.
  case four

  /// Rows of a tile's outputs.
  var height: Int { self == .two ? 2 : 4 }

  /// Columns of a tile's outputs.
  var width: Int { self == .four ? 4 : 2 }

  /// Points, at each of which a tile has one product.
  var points: Int { (height + 2) * (width + 2) }

  /// Rows of tiles of such a map.
  func rows(of output: FeatureMapShape) -> Int { (output.height + height - 1) / height }

  /// Tiles of a row.
  func columns(of output: FeatureMapShape) -> Int { (output.width + width - 1) / width }
}
