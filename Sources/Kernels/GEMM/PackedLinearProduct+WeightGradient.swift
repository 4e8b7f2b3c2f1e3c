import CVectors
import Tensors

extension PackedLinearProduct {
  /// Gradients of at least this number of bytes are written by non-temporal stores. Much of a
  /// smaller one is still in the last-level cache when the optimiser reads it.
  private static var streamedBytes: Int { 32 << 20 }

  /// dweight = xᵀ · dy, by factors of images; an odd last image is paired with zeros.
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

  /// Writes factors of images of dy to the pool's shared memory, for two vectors of outputs at a
  /// time: `[O / 32][factors][2]`, and `[factors]` for an odd last vector.
  private func pack(_ dy: FeatureMap, on pool: WorkerPool) {
    let images = dy.shape.count
    let factors = Self.imageFactors(images)
    let target = pool.shared.memory.assumingMemoryBound(to: Factor.Column.self)
    pool.forEachRange(of: outputVectors, size: 2) { block, _ in
      Self.packImages(
        PixelVectors<Float>(dy) + block.lowerBound, count: images, step: outputVectors,
        vectors: block.count, into: target + block.lowerBound * factors)
    }
  }

  /// Writes factors of neighbouring images: `[factors][vectors]`.
  ///
  /// - Parameter step: Vectors from one image to the next.
  @inline(__always)
  private static func packImages<Element: VectorElement>(
    _ source: PixelVectors<Element>, count: Int, step: Int, vectors: Int,
    into target: UnsafeMutablePointer<Factor.Column>
  ) {
    for index in 0..<imageFactors(count) {
      let image = Factor.numbers * index
      let (first, target) = (source + image * step, target + index * vectors)
      let hasPartner = image + 1 < count
      for column in 0..<vectors {
        target[column] = Factor.column(first[column], hasPartner ? first[step + column] : .zero)
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
    let gradients = UnsafePointer(pool.shared.memory.assumingMemoryBound(to: Factor.Column.self))
    let target = asVectors(gradient)
    let byteCount = inputVectors * width * outputVectors * MemoryLayout<Vector>.size
    let streams = byteCount >= Self.streamedBytes
    pool.forEachRange(of: inputVectors, size: Self.blockVectors) { block, scratch in
      let columns = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Factor.Column.self)
      Self.packImages(
        PixelVectors<Element>(x) + block.lowerBound, count: images, step: inputVectors,
        vectors: block.count, into: columns)
      let rows = target + block.lowerBound * width * outputVectors
      let sums = asVectors(scratch + block.count * width * factors)
      for column in stride(from: 0, to: outputVectors, by: 2) {
        let vectors = min(2, outputVectors - column)
        Factor.correlate(
          factors: factors, inputs: block.count * width, columns, gradients + column * factors,
          vectors: vectors, into: rows + column, step: outputVectors, streams: streams, block: sums)
      }
      if streams { streamingEnds() }
    }
  }
}
