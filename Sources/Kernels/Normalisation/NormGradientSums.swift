import Tensors

/// The sums over the batch that a norm's gradients need, image by image; with g = dy · f′
///
///     Σ g        Σ g · (x − mean)
public struct NormGradientSums: ImageEpilogue, @unchecked Sendable {
  let x: FeatureMap
  /// The output if a residual was added to it; otherwise nil, since its sign follows from x.
  let y: FeatureMap?
  let coefficients: BatchNormalization.Coefficients
  let images: ImageStatistics
  /// The memory of `images`, kept for as long as this epilogue may run.
  private let owner: AlignedBuffer

  /// - Parameters:
  ///   - y: The output if a residual was added to it.
  ///   - images: Room for the sums of each image.
  /// - Precondition: `images` has `ImageStatistics.byteCount(for:)` bytes.
  public init(
    x: FeatureMap, y: FeatureMap?, coefficients: BatchNormalization.Coefficients,
    images: AlignedBuffer
  ) {
    (self.x, self.y, self.coefficients) = (x, y, coefficients)
    (self.images, owner) = (ImageStatistics(memory: images.memory), images)
  }

  public var alsoRead: FeatureMap? { x }

  /// Computes the sums of one image.
  ///
  /// - Precondition: the map's pixels fill vectors.
  public func run(image: Int, of dy: FeatureMap) {
    switch dy.shape.precision {
    case .float32: take(image, of: dy, Float.self)
    case .bfloat16: take(image, of: dy, BFloat16.self)
    }
  }

  private func take<Element: VectorElement>(_ image: Int, of dy: FeatureMap, _: Element.Type) {
    let slope = coefficients.negativeSlope
    if slope == 1 {
      take(image, of: dy, Element.self, NoKink())
    } else if let y {
      let y = PixelVectors<Element>(y, image: image)
      take(image, of: dy, Element.self, SignOfOutput(y: y, slope: slope))
    } else {
      take(image, of: dy, Element.self, SignOfInput(slope: slope))
    }
  }

  @inline(__always)
  private func take<Element: VectorElement, Slope: SlopeSource>(
    _ image: Int, of dy: FeatureMap, _: Element.Type, _ slope: Slope
  ) {
    let shape = dy.shape
    let x = PixelVectors<Element>(x, image: image)
    let dy = PixelVectors<Element>(dy, image: image)
    let sums = images.sums + 2 * image * shape.channelStride
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
        let g = slope.apply(to: dy[index], deviation, scale, bias, index)
        sum += g
        product.addProduct(g, deviation)
      }
      WideSums(sums, vector: vector).add(sum)
      WideSums(products, vector: vector).add(product)
    }
  }
}
