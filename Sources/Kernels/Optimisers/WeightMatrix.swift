import Tensors

/// Weights as a matrix `[outputs, terms]`: one row for each output, one column for each term of its
/// sum.
///
/// In memory the matrix is transposed and cut into panels of outputs, `[panels][terms][outputs of a
/// panel]`: the blocks of `KernelLayout`, or a single panel for a linear layer. Terms are in the
/// order of the layout. Terms and outputs include padding, which is zero.
public struct WeightMatrix: Sendable {
  /// Outputs without padding.
  public let outputs: Int
  /// Terms of an output's sum, padding included.
  let terms: Int
  /// Outputs with padding.
  let columns: Int
  /// Nil for a single panel.
  private let layout: KernelLayout?

  /// The weights of a convolution.
  public init(_ layout: KernelLayout) {
    outputs = layout.outputs
    terms = layout.kernelHeight * layout.kernelWidth * layout.inputStride
    columns = FeatureMapShape.paddedChannels(layout.outputs)
    self.layout = layout
  }

  /// The weights of a linear layer, `[terms, outputs]` in memory.
  public init(outputs: Int, terms: Int) {
    self.outputs = outputs
    self.terms = terms
    columns = FeatureMapShape.paddedChannels(outputs)
    layout = nil
  }

  /// Floats in memory.
  public var count: Int { terms * columns }

  /// Calls `body` with each panel's offset in memory, its first output and its number of outputs.
  @inline(__always)
  func forEachPanel(_ body: (_ offset: Int, _ first: Int, _ width: Int) -> Void) {
    guard let layout else { return body(0, 0, columns) }
    layout.forEachBlock { vector, vectors in
      let width = FeatureMapShape.vectorWidth
      body(layout.blockOffset(from: vector), vector * width, vectors * width)
    }
  }
}
