import Tensors

/// Convolution by Winograd's minimal filtering, F(2×2, 3×3): 16 products for 2×2 outputs of a 3×3 kernel
/// with stride 1, where the formula has 36, and 49 for 100 of 5×5; F(4×2, 3×3), 24 for 72; or F(4×4, 3×3), 36 for
/// 144. Factors are of the
/// maps' arithmetic, sums float32.
///
/// Some rows of tiles are transformed at once; at each of the points their products with the transformed
/// kernel are one matrix product.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `KernelLayout` says.
/// Source: Lavin and Gray, 2016, arXiv:1509.09308, section 4.
struct WinogradConvolution: Sendable {
  let direct: DirectConvolution
  let filter: WinogradFilter
  /// Whether maps have left the caches when they are read.
  let fetchesAhead: Bool

  init(_ direct: DirectConvolution, _ filter: WinogradFilter, fetchesAhead: Bool) {
    (self.direct, self.filter, self.fetchesAhead) = (direct, filter, fetchesAhead)
  }

  /// The one of some filters, which begin with the smallest, that has the least products for these sizes; nil where
  /// they are not what it is about, or maps are stored differently. Segments of 5×5 lie a tile apart, which pairs
  /// of tiles do not: in float32 alone. So are larger tiles, which round off more.
  static func leastFilter(
    of filters: [WinogradFilter], _ geometry: ConvolutionGeometry, input: FeatureMapShape
  ) -> WinogradFilter? {
    let (kernel, output) = (geometry.kernelWidth, geometry.outputShape(for: input))
    let knowsKernel = kernel == 3 || kernel == 5 && input.arithmetic == .float32
    guard
      knowsKernel, geometry.kernelHeight == kernel, geometry.stride == 1,
      geometry.padding < kernel, input.fillsVectors, output.precision == input.precision
    else { return nil }
    guard kernel == 3 && input.arithmetic == .float32 else { return .two }
    return filters.min { $0.products(for: output) < $1.products(for: output) }
  }

  private var forwardPass: WinogradPass {
    WinogradPass(
      filter, layout: direct.layout, input: direct.input, output: direct.output,
      padding: direct.geometry.padding, fetchesAhead: fetchesAhead)
  }

  /// A plain convolution of dy by the turned kernel.
  private var inputGradientPass: WinogradPass {
    WinogradPass(
      filter, layout: direct.turnedLayout, input: direct.output, output: direct.input,
      padding: direct.geometry.kernelWidth - 1 - direct.geometry.padding,
      fetchesAhead: fetchesAhead)
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
    transformed: UnsafeMutablePointer<Float>, into y: FeatureMap, imageSums: ImageSums?,
    on pool: WorkerPool
  ) {
    let pass = forwardPass
    pass.kernel.transform(weight, into: transformed, on: pool)
    pass.run(
      x, kernel: transformed, bias: bias, into: y, adding: false, imageSums: imageSums, on: pool)
  }

  /// dx = (or +=) the transposed convolution of dy.
  ///
  /// - Parameters:
  ///   - turned: The kernel as `DirectConvolution.turn` writes it.
  ///   - transformed: `transformedTurnedCount` floats.
  func inputGradient(
    _ dy: FeatureMap, turned: UnsafePointer<Float>, transformed: UnsafeMutablePointer<Float>,
    into dx: FeatureMap, adding: Bool, imageSums: ImageSums?, on pool: WorkerPool
  ) {
    let pass = inputGradientPass
    pass.kernel.transform(turned, into: transformed, on: pool)
    pass.run(
      dy, kernel: transformed, bias: nil, into: dx, adding: adding, imageSums: imageSums, on: pool)
  }
}
