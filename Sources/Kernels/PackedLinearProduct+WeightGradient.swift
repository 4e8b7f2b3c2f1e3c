import CVectors
import Tensors

extension PackedLinearProduct {
  /// Bytes of a gradient that is written around the caches. Of a smaller one the optimiser finds much in
  /// the last cache at the end of the step.
  private static var streamedBytes: Int { 32 << 20 }

  /// dweight = xᵀ · dy, by factors of images. In a pair an odd one's partner is zero.
  func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    pack(dy, on: pool)
    switch x.shape.precision {
    case .float32: correlate(x, Float.self, into: gradient, on: pool)
    case .bfloat16: correlate(x, BFloat16.self, into: gradient, on: pool)
    }
  }

  /// Writes factors of images of dy to the pool's shared memory, for two vectors of outputs at a time:
  /// `[O / 32][factors][2]`, and for an odd one `[factors]`.
  private func pack(_ dy: FeatureMap, on pool: WorkerPool) {
    let images = dy.shape.count
    let factors = Self.imageFactors(images)
    let target = pool.shared.memory.assumingMemoryBound(to: Factor.Lane.self)
    pool.forEachRange(of: outputVectors, size: 2) { block, _ in
      Self.packImages(
        PixelVectors<Float>(dy) + block.lowerBound, count: images, step: outputVectors,
        lanes: block.count, into: target + block.lowerBound * factors)
    }
  }

  /// Writes factors of neighbouring images: `[factors][lanes]`.
  ///
  /// - Parameter step: Vectors from one image to the next.
  @inline(__always)
  private static func packImages<Element: VectorElement>(
    _ source: PixelVectors<Element>, count: Int, step: Int, lanes: Int,
    into target: UnsafeMutablePointer<Factor.Lane>
  ) {
    for index in 0..<imageFactors(count) {
      let image = Factor.numbers * index
      let (first, target) = (source + image * step, target + index * lanes)
      let hasPartner = image + 1 < count
      for lane in 0..<lanes {
        target[lane] = Factor.lane(first[lane], hasPartner ? first[step + lane] : .zero)
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
    let factors = Self.imageFactors(images)
    let (inputVectors, outputVectors) = (inputVectors, outputVectors)
    let gradients = UnsafePointer(pool.shared.memory.assumingMemoryBound(to: Factor.Lane.self))
    let target = vectors(gradient)
    let byteCount = inputVectors * width * outputVectors * MemoryLayout<Vector>.size
    let streams = byteCount >= Self.streamedBytes
    pool.forEachRange(of: inputVectors, size: Self.blockVectors) { block, scratch in
      let columns = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Factor.Lane.self)
      Self.packImages(
        PixelVectors<Element>(x) + block.lowerBound, count: images, step: inputVectors,
        lanes: block.count, into: columns)
      let rows = target + block.lowerBound * width * outputVectors
      let sums = vectors(scratch + block.count * width * factors)
      for lane in stride(from: 0, to: outputVectors, by: 2) {
        let lanes = min(2, outputVectors - lane)
        Factor.correlate(
          factors: factors, inputs: block.count * width, columns, gradients + lane * factors,
          lanes: lanes, into: rows + lane, step: outputVectors, streams: streams, block: sums)
      }
      if streams { streamingEnds() }
    }
  }
}
