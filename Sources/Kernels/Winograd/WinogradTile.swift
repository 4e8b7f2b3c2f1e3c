import Tensors

/// The sizes of tiles of Winograd's minimal filtering.
public enum WinogradTile: CaseIterable, Hashable, Sendable {
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

  /// Whether a convolution can be cut into these tiles: 3×3 or, in the smallest, 5×5 in segments, with stride 1, and
  /// both maps stored alike.
  func fits(_ geometry: ConvolutionGeometry, input: FeatureMapShape) -> Bool {
    let kernel = geometry.kernelWidth
    return (kernel == 3 || kernel == 5 && self == .two) && geometry.kernelHeight == kernel
      && geometry.stride == 1 && geometry.padding < kernel && input.fillsVectors
      && geometry.outputShape(for: input).precision == input.precision
  }

  /// Products for an image, for each input and output channel.
  func products(_ geometry: ConvolutionGeometry, input: FeatureMapShape) -> Int {
    let output = geometry.outputShape(for: input)
    let segments = WinogradSegments(kernel: geometry.kernelWidth)
    var products = 0
    for point in 0..<points {
      segments.forEachSegment(atPoint: point) { _, _, _ in products += 1 }
    }
    return rows(of: output) * columns(of: output) * products
  }
}
