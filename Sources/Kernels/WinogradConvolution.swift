import Tensors

/// Convolution by Winograd's minimal filtering, F(2×2, 3×3): 16 products for 2×2 outputs of a 3×3 kernel
/// with stride 1, where the formula has 36, and 49 for 100 of 5×5. Factors are of the maps' arithmetic, sums
/// float32.
///
/// Some rows of tiles are transformed at once; at each of the 16 points their products with the
/// transformed kernel are one matrix product.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `KernelLayout` says.
/// Source: Lavin and Gray, 2016, arXiv:1509.09308, section 4.1.
struct WinogradConvolution: Sendable {
  let direct: DirectConvolution

  init(_ direct: DirectConvolution) {
    self.direct = direct
  }

  /// Whether these sizes are what it is about, and both maps are stored alike. Segments of 5×5 lie a tile
  /// apart, which pairs of tiles do not: in float32 alone.
  static func fits(_ geometry: ConvolutionGeometry, input: FeatureMapShape) -> Bool {
    let kernel = geometry.kernelWidth
    return geometry.kernelHeight == kernel && WinogradSegments.fits(kernel: kernel)
      && (kernel == 3 || input.arithmetic == .float32) && geometry.stride == 1
      && geometry.padding < kernel && input.fillsVectors
      && geometry.outputShape(for: input).precision == input.precision
  }

  private var forwardPass: WinogradPass {
    WinogradPass(
      layout: direct.layout, input: direct.input, output: direct.output,
      padding: direct.geometry.padding)
  }

  /// A plain convolution of dy by the turned kernel.
  private var inputGradientPass: WinogradPass {
    WinogradPass(
      layout: direct.turnedLayout, input: direct.output, output: direct.input,
      padding: direct.geometry.kernelWidth - 1 - direct.geometry.padding)
  }

  /// Floats of scratch memory that a worker needs in a forward pass.
  var scratchCount: Int { forwardPass.scratchCount }

  /// Floats of scratch memory that a worker needs in an input gradient.
  var inputGradientScratchCount: Int { inputGradientPass.scratchCount }

  /// Floats of a transformed kernel.
  var transformedCount: Int { forwardPass.kernel.count }

  /// Floats of a transformed kernel of the input gradient.
  var transformedTurnedCount: Int { inputGradientPass.kernel.count }

  /// y = convolution of x (+ bias).
  ///
  /// - Parameter transformed: `transformedCount` floats.
  func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    transformed: UnsafeMutablePointer<Float>, into y: FeatureMap, statistics: ImageStatistics?,
    on pool: WorkerPool
  ) {
    let pass = forwardPass
    pass.kernel.transform(weight, into: transformed, on: pool)
    pass.run(
      x, kernel: transformed, bias: bias, into: y, adding: false, statistics: statistics, on: pool)
  }

  /// dx = (or +=) the transposed convolution of dy.
  ///
  /// - Parameters:
  ///   - turned: The kernel as `DirectConvolution.turn` writes it.
  ///   - transformed: `transformedTurnedCount` floats.
  func inputGradient(
    _ dy: FeatureMap, turned: UnsafePointer<Float>, transformed: UnsafeMutablePointer<Float>,
    into dx: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    let pass = inputGradientPass
    pass.kernel.transform(turned, into: transformed, on: pool)
    pass.run(
      dy, kernel: transformed, bias: nil, into: dx, adding: adding, statistics: nil, on: pool)
  }
}
