import Tensors

/// The tile sizes of Winograd's minimal filtering, smallest first.
public enum WinogradTile: CaseIterable, Hashable, Sendable {
  /// F(2×2, 3×3): 4 products for each output, where the formula has 9. Rounds about as much as the
  /// formula.
  case two
  /// F(4×4, 3×3): 2¼ products for each output. About three times the rounding error.
  case four

  /// Outputs along each axis of a tile.
  var outputs: Int { self == .two ? 2 : 4 }

  /// Points of a tile: its products for one input and one output channel.
  var points: Int { (outputs + 2) * (outputs + 2) }

  /// Rows of tiles in a map of this shape.
  func rows(of output: FeatureMapShape) -> Int { (output.height + outputs - 1) / outputs }

  /// Tiles in a row.
  func columns(of output: FeatureMapShape) -> Int { (output.width + outputs - 1) / outputs }

  /// Whether a convolution can be computed in these tiles: 3×3, or 5×5 in segments with 2×2 tiles;
  /// with stride 1, and both maps in the same precision.
  func fits(_ geometry: ConvolutionGeometry, input: FeatureMapShape) -> Bool {
    let kernel = geometry.kernelWidth
    return (kernel == 3 || kernel == 5 && self == .two) && geometry.kernelHeight == kernel
      && geometry.stride == 1 && geometry.padding < kernel && input.fillsVectors
      && geometry.outputShape(for: input).precision == input.precision
  }

  /// Products of one image for one input and one output channel.
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
