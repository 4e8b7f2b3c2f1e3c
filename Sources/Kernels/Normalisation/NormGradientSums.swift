import Tensors

/// The sums over the batch that a norm's gradients need, image by image:
///
///     Σ g        Σ g · (x − mean)        with g = dy · f′
public struct NormGradientSums: ImageEpilogue, @unchecked Sendable {
  let x: FeatureMap
  /// If a residual was added, the map from which, with x, the derivative of f is computed: the
  /// output if f is linear on each side of zero, otherwise the residual.
  let sumArgument: FeatureMap?
  let coefficients: BatchNormalization.Coefficients
  let images: ImageStatistics
  /// The memory of the images' sums, kept alive as long as this epilogue exists.
  private let owner: AlignedBuffer

  /// - Parameters:
  ///   - sumArgument: The output or the residual, if a residual was added.
  ///   - images: Room for the sums of each image.
  /// - Precondition: `images` has `ImageStatistics.byteCount(for:)` bytes.
  public init(
    x: FeatureMap, sumArgument: FeatureMap?, coefficients: BatchNormalization.Coefficients,
    images: AlignedBuffer
  ) {
    (self.x, self.sumArgument, self.coefficients) = (x, sumArgument, coefficients)
    (self.images, owner) = (ImageStatistics(memory: images.memory), images)
  }

  public var alsoRead: FeatureMap? { x }

  /// Computes the sums of one image.
  ///
  /// - Precondition: the map's pixels fill vectors.
  public func run(image: Int, of dy: FeatureMap) {
    switch dy.shape.precision {
    case .float32: run(GradientSumLoop<Float>(sums: self, dy: dy, image: image))
    case .bfloat16: run(GradientSumLoop<BFloat16>(sums: self, dy: dy, image: image))
    }
  }

  private func run<Element: VectorElement>(_ loop: GradientSumLoop<Element>) {
    coefficients.function.apply(
      to: NormGradient(loop: loop, sumArgument: sumArgument(loop.image)))
  }

  func sumArgument<Element: VectorElement>(_ image: Int) -> PixelVectors<Element>? {
    sumArgument.map { PixelVectors($0, image: image) }
  }
}

private struct GradientSumLoop<Element: VectorElement>: NormGradientLoop {
  let sums: NormGradientSums
  let dy: FeatureMap
  let image: Int

  func run(_ function: some VectorFunction, _ argument: some NormArgument) {
    let (shape, coefficients) = (dy.shape, sums.coefficients)
    let x = PixelVectors<Element>(self.sums.x, image: image)
    let dy = PixelVectors<Element>(dy, image: image)
    let sums = self.sums.images.sums + 2 * image * shape.channelStride
    let products = sums + shape.channelStride
    for vector in 0..<shape.vectors {
      WideSums(sums, vector: vector).clear()
      WideSums(products, vector: vector).clear()
    }
    for run in shape.shortRuns {
      let vector = run.vector
      let mean = coefficients.mean[vector]
      let (scale, bias) = (coefficients.scale[vector], coefficients.bias[vector])
      var (sum, product) = (Vector.zero, Vector.zero)
      for index in run {
        let deviation = x[index] - mean
        let g = function.gradient(dy[index], at: argument.value(deviation, scale, bias, index))
        sum += g
        product.addProduct(g, deviation)
      }
      WideSums(sums, vector: vector).add(sum)
      WideSums(products, vector: vector).add(product)
    }
  }
}
