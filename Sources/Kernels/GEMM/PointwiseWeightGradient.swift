import CVectors
import Tensors

/// The gradient of a 1×1 convolution's weights: a matrix product summed over pixels.
struct PointwiseWeightGradient: WeightGradient {
  private let sizes: ConvolutionSizes
  private let prefetches: Bool
  private let groups: GradientGroups

  init(_ sizes: ConvolutionSizes, prefetches: Bool) {
    (self.sizes, self.prefetches) = (sizes, prefetches)
    groups = GradientGroups(sizes.layout, size: sizes.layout.count)
  }

  /// Pairs of neighbouring pixels that are summed together; their elements in both maps stay in the
  /// L1 cache.
  private static let pairsInPass = 64

  /// Floats of both maps that are summed together.
  private static let floatsInPass = 6_144

  /// Pixels of both maps in pairs.
  var scratchCount: Int {
    guard sizes.input.precision == .bfloat16 else { return 0 }
    return Self.pairsInPass * (sizes.input.channelStride + sizes.output.channelStride)
  }
  var sharedCount: Int { groups.sharedCount }

  func run(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    groups.sum(images: x.shape.count, buffers: shared, into: gradient, on: pool) {
      images, sums, scratch in
      sums.update(repeating: 0, count: groups.size)
      switch x.shape.precision {
      case .float32: add(x, dy, images, to: sums)
      case .bfloat16: addPairs(x, dy, images, to: sums, scratch: scratch)
      }
    }
  }

  /// Adds the products of some images.
  private func add(
    _ x: FeatureMap, _ dy: FeatureMap, _ images: Range<Int>,
    to target: UnsafeMutablePointer<Float>
  ) {
    let (layout, input, output) = (sizes.layout, sizes.input, sizes.output)
    let rows = MatrixCorrelation.longestSum
    let mostRows =
      max(1, Self.floatsInPass / (input.channelStride + output.channelStride) / rows) * rows
    let end = images.upperBound * input.pixelCount
    for first in stride(from: images.lowerBound * input.pixelCount, to: end, by: mostRows) {
      let count = min(mostRows, end - first)
      let correlation = MatrixCorrelation(
        inputs: layout.inputs, inputStep: input.channelStride, gradientStep: output.vectors,
        rows: count, adding: true)
      let next = first + count..<first + 2 * count
      var coming =
        prefetches
        ? LinePrefetch(
          x.memory(ofPixels: next), dy.memory(ofPixels: next),
          steps: layout.blockCount * MatrixCorrelation.sumCount(ofRows: count)) : nil
      layout.forEachBlock { vector, vectors in
        correlation.run(
          x.base + first * input.channelStride,
          asVectors(dy.base + first * output.channelStride) + vector, vectors: vectors,
          endsInHalf: layout.endsInHalf(from: vector, vectors: vectors),
          into: asVectors(target + layout.blockOffset(from: vector)),
          meanwhile: { coming?.prefetchSome() })
      }
    }
  }

  /// Adds the products of some images, over pairs of pixels.
  private func addPairs(
    _ x: FeatureMap, _ dy: FeatureMap, _ images: Range<Int>,
    to target: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let (layout, input, output) = (sizes.layout, sizes.input, sizes.output)
    let inputs = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Pairs.self)
    let gradients = inputs + Self.pairsInPass * input.vectors
    for image in images {
      for first in stride(from: 0, to: input.pixelCount, by: 2 * Self.pairsInPass) {
        let pixels = first..<min(first + 2 * Self.pairsInPass, input.pixelCount)
        pairPixels(x, image, pixels, into: inputs)
        pairPixels(dy, image, pixels, into: gradients)
        let correlation = MatrixPairCorrelation(
          inputs: layout.inputs, inputBytes: 4 * input.channelStride,
          gradientStep: output.vectors, pairs: (pixels.count + 1) / 2, adding: true)
        layout.forEachBlock { vector, vectors in
          correlation.run(
            UnsafeRawPointer(inputs), gradients + vector, vectors: vectors,
            into: asVectors(target + layout.blockOffset(from: vector)))
        }
      }
    }
  }

  /// Writes pixels in pairs, element by element; an odd last pixel is paired with zeros.
  @inline(__always)
  private func pairPixels(
    _ map: FeatureMap, _ image: Int, _ pixels: Range<Int>,
    into target: UnsafeMutablePointer<Pairs>
  ) {
    let vectors = map.shape.vectors
    let source = map.numbers(as: BFloat16.self) + image * map.shape.imageStride
    let halves = UnsafeRawPointer(source).assumingMemoryBound(to: SIMD16<UInt16>.self)
    var target = target
    for pixel in stride(from: pixels.lowerBound, to: pixels.upperBound, by: 2) {
      let first = halves + pixel * vectors
      for vector in 0..<vectors {
        let second = pixel + 1 < pixels.upperBound ? first[vectors + vector] : .zero
        target[vector] = pairHalves(first[vector], second)
      }
      target += vectors
    }
  }
}
