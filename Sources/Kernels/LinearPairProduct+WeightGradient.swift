import CVectors
import Tensors

extension LinearPairProduct {
  /// Bytes of a gradient that is written around the caches. Of a smaller one the optimiser finds much in
  /// the last cache at the end of the step.
  private static var streamedBytes: Int { 32 << 20 }

  /// dweight = xᵀ · dy, by pairs of images. An odd one's partner is zero.
  func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    pairImages(dy, on: pool)
    switch x.shape.precision {
    case .float32: correlate(x, Float.self, into: gradient, on: pool)
    case .bfloat16: correlate(x, BFloat16.self, into: gradient, on: pool)
    }
  }

  /// Writes pairs of images of dy to the pool's shared memory, for two vectors of outputs at a time:
  /// `[O / 32][N / 2][2][16][2]`, and of an odd one `[N / 2][16][2]`.
  private func pairImages(_ dy: FeatureMap, on pool: WorkerPool) {
    let images = dy.shape.count
    let pairs = (images + 1) / 2
    let target = pool.shared.memory.assumingMemoryBound(to: Pairs.self)
    pool.forEachRange(of: outputVectors, size: 2) { block, _ in
      Self.pairImages(
        PixelVectors<Float>(dy) + block.lowerBound, count: images, step: outputVectors,
        lanes: block.count, into: target + block.lowerBound * pairs)
    }
  }

  /// Writes some vectors of neighbouring images side by side: `[N / 2][lanes][16][2]`.
  ///
  /// - Parameter step: Vectors from one image to the next.
  @inline(__always)
  private static func pairImages<Element: VectorElement>(
    _ source: PixelVectors<Element>, count: Int, step: Int, lanes: Int,
    into target: UnsafeMutablePointer<Pairs>
  ) {
    for image in stride(from: 0, to: count, by: 2) {
      let (first, target) = (source + image * step, target + image / 2 * lanes)
      let hasPartner = image + 1 < count
      for lane in 0..<lanes {
        target[lane] = roundedPairs(first[lane], hasPartner ? first[step + lane] : .zero)
      }
    }
  }

  @inline(__always)
  private func correlate<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, into gradient: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let width = FeatureMapShape.vectorWidth
    let images = x.shape.count
    let pairs = (images + 1) / 2
    let (inputVectors, outputVectors) = (inputVectors, outputVectors)
    let gradients = UnsafePointer(pool.shared.memory.assumingMemoryBound(to: Pairs.self))
    let target = vectors(gradient)
    let byteCount = inputVectors * width * outputVectors * MemoryLayout<Vector>.size
    let streams = byteCount >= Self.streamedBytes
    pool.forEachRange(of: inputVectors, size: Self.blockVectors) { block, scratch in
      let columns = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Pairs.self)
      Self.pairImages(
        PixelVectors<Element>(x) + block.lowerBound, count: images, step: inputVectors,
        lanes: block.count, into: columns)
      let rows = target + block.lowerBound * width * outputVectors
      for lane in stride(from: 0, to: outputVectors, by: 2) {
        let lanes = min(2, outputVectors - lane)
        MatrixPairCorrelation(
          inputs: block.count * width, inputBytes: block.count * MemoryLayout<Pairs>.size,
          gradientStep: lanes, pairs: pairs, adding: false, sumStep: outputVectors,
          streams: streams
        ).run(columns, gradients + lane * pairs, lanes: lanes, into: rows + lane)
      }
      if streams { streamingEnds() }
    }
  }
}
