import Tensors

/// Convolution by Winograd's minimal filtering, F(2×2, 3×3): 16 products for 2×2 outputs of a 3×3 kernel
/// with stride 1, where the formula has 36, and 49 for 100 of 5×5; F(4×2, 3×3), 24 for 72; or F(4×4, 3×3), 36 for
/// 144. Sums are
/// float32.
///
/// Some rows of tiles are transformed at once; at each of the points their products with the transformed
/// kernel are one matrix product.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `KernelLayout` says.
/// Source: Lavin and Gray, 2016, arXiv:1509.09308, section 4.
struct WinogradConvolution: Sendable {
  let direct: DirectConvolution
  let filter: WinogradFilter
  /// What products multiply; in the gradients of weights other than of 3×3 float32 alone.
  let factors: Precision
  /// Whether maps have left the caches when they are read.
  let prefetches: Bool

  init(
    _ direct: DirectConvolution, _ filter: WinogradFilter, factors: Precision, prefetches: Bool
  ) {
    (self.direct, self.filter, self.factors) = (direct, filter, factors)
    self.prefetches = prefetches
  }

  /// Whether these sizes are what it is about, and both maps are stored alike. Kernels of 5×5 are segments of
  /// the smallest tiles.
  static func fits(
    _ filter: WinogradFilter, _ geometry: ConvolutionGeometry, input: FeatureMapShape
  ) -> Bool {
    let kernel = geometry.kernelWidth
    return (kernel == 3 || kernel == 5 && filter == .two) && geometry.kernelHeight == kernel
      && geometry.stride == 1 && geometry.padding < kernel && input.fillsVectors
      && geometry.outputShape(for: input).precision == input.precision
  }

  /// Products for an image, for each input and output channel.
  static func products(
    _ filter: WinogradFilter, _ geometry: ConvolutionGeometry, input: FeatureMapShape
  ) -> Int {
    let output = geometry.outputShape(for: input)
    var products = 0
    for point in 0..<filter.points {
      WinogradSegments(kernel: geometry.kernelWidth)
        .forEachSegment(atPoint: point) { _, _, _ in products += 1 }
    }
    return filter.rows(of: output) * filter.columns(of: output) * products
  }

  private var forwardPass: WinogradPass {
    WinogradPass(
      filter, factors: factors, layout: direct.layout, input: direct.input, output: direct.output,
      padding: direct.geometry.padding, prefetches: prefetches)
  }

  /// A plain convolution of dy by the turned kernel.
  private var inputGradientPass: WinogradPass {
    WinogradPass(
      filter, factors: factors, layout: direct.turnedLayout, input: direct.output,
      output: direct.input,
      padding: direct.geometry.kernelWidth - 1 - direct.geometry.padding,
      prefetches: prefetches)
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
