import Tensors

/// The gradient of a convolution's weights by Winograd's minimal filtering: at each point the
/// correlation of all input tiles with the output gradient's tiles, then one inverse transform at
/// the end.
struct WinogradWeightGradient: WeightGradient {
  private let sizes: ConvolutionSizes
  private let prefetches: Bool
  private let kernel: WinogradKernel
  private let tiles: WinogradTiles
  private let batch: WinogradBatch
  private let groups: GradientGroups

  /// Sums larger than this have left the L2 cache by the time the next tiles are added to them.
  private static let manyBytes = 1 << 20

  /// - Parameter factors: Precision of the factors; 5×5 supports float32 only.
  init(_ sizes: ConvolutionSizes, _ tile: WinogradTile, factors: Precision, prefetches: Bool) {
    self.sizes = sizes
    self.prefetches = prefetches
    let kernel = WinogradKernel(layout: sizes.layout, tileSize: tile, factors: .float32)
    self.kernel = kernel
    tiles = WinogradTiles(
      tileSize: tile, factors: WinogradTiles.factors(factors, ofPairsIn: sizes.output),
      input: sizes.input, output: sizes.output, padding: sizes.geometry.padding,
      segments: kernel.segments)
    // Sums that do not stay in the cache are loaded and stored once for each batch of tiles, so
    // larger batches do so less often.
    let isLarge = 4 * kernel.count > Self.manyBytes
    batch = WinogradBatch(
      tiles, leastTiles: isLarge ? 4 * WinogradBatch.leastTiles : WinogradBatch.leastTiles)
    groups = GradientGroups(sizes.layout, size: kernel.count)
  }

  var scratchCount: Int { batch.count(tiles) }
  var sharedCount: Int { groups.sharedCount }

  func run(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    groups.sum(images: x.shape.count, buffers: shared, into: shared, on: pool) {
      images, sums, scratch in
      let (memory, sums) = (batch.memory(tiles, scratch), asVectors(sums))
      batch.forEachRows(tiles, images: images) { rows in
        let adding = rows.lowerBound > images.lowerBound * tiles.rows
        let next = batch.rows(after: rows, tiles, images: images)
        switch tiles.factors {
        case .float32: add(x, dy, rows: rows, next: next, memory, to: sums, adding: adding)
        case .bfloat16: addPairs(x, dy, rows: rows, next: next, memory, to: sums, adding: adding)
        }
      }
    }
    kernel.transformBack(shared, into: gradient, on: pool)
  }

  /// Writes, or adds, the products of some rows of tiles, summed at each point.
  private func add(
    _ x: FeatureMap, _ dy: FeatureMap, rows: Range<Int>, next: Range<Int>, _ memory: WinogradMemory,
    to sums: UnsafeMutablePointer<Vector>, adding: Bool
  ) {
    for row in rows {
      memory.transform(
        tiles, x, dy, image: row / tiles.rows, row: row % tiles.rows,
        tile: (row - rows.lowerBound) * tiles.pitch)
    }
    for row in rows.upperBound..<rows.upperBound + tiles.halo {
      let image = (rows.upperBound - 1) / tiles.rows
      memory.transformInput(
        tiles, x, image: image, row: row - image * tiles.rows,
        tile: (row - rows.lowerBound) * tiles.pitch)
    }
    let count = rows.count * tiles.pitch - tiles.halo
    var coming = linePrefetch(
      x, dy, rows: next, steps: blockCount * MatrixCorrelation.sumCount(ofRows: count))
    correlate(memory, tiles: count, into: sums, adding: adding, &coming)
  }

  /// Like `add`, with factors in pairs of bfloat16.
  private func addPairs(
    _ x: FeatureMap, _ dy: FeatureMap, rows: Range<Int>, next: Range<Int>, _ memory: WinogradMemory,
    to sums: UnsafeMutablePointer<Vector>, adding: Bool
  ) {
    for row in rows {
      memory.transformPairs(
        tiles, x, dy, image: row / tiles.rows, row: row % tiles.rows,
        pair: (row - rows.lowerBound) * tiles.columnPairs)
    }
    var coming = linePrefetch(x, dy, rows: next, steps: pairSumCount)
    correlate(
      memory, pairs: rows.count * tiles.columnPairs, into: sums, adding: adding, &coming)
  }

  /// Blocks of outputs, over all points.
  private var blockCount: Int { kernel.tileSize.points * sizes.layout.blockCount }

  /// Register blocks that `MatrixPairCorrelation` sums, over all points and blocks of outputs.
  private var pairSumCount: Int {
    var count = 0
    sizes.layout.forEachBlock { _, vectors in
      count += MatrixPairCorrelation.sumCount(ofInputs: sizes.layout.inputs, vectors: vectors)
    }
    return kernel.tileSize.points * count
  }

  /// A prefetch of the maps under some rows of tiles; nil if prefetching is off.
  private func linePrefetch(
    _ x: FeatureMap, _ dy: FeatureMap, rows: Range<Int>, steps: Int
  ) -> LinePrefetch? {
    prefetches
      ? LinePrefetch(
        tiles.memory(of: x, rows: rows), tiles.memory(of: dy, rows: rows), steps: steps) : nil
  }

  /// Adds the products of some tiles at all points.
  private func correlate(
    _ memory: WinogradMemory, tiles count: Int,
    into sums: UnsafeMutablePointer<Vector>, adding: Bool, _ coming: inout LinePrefetch?
  ) {
    let correlation = MatrixCorrelation(
      inputs: sizes.layout.inputs, inputStep: tiles.inputStep,
      gradientStep: sizes.output.vectors, rows: count, adding: adding)
    forEachBlock(sums) { point, vector, vectors, target in
      tiles.segments.forEachSegment(atPoint: point) { segment, row, column in
        let tile = tiles.offset(ofRow: row, column)
        correlation.run(
          memory.inputs(ofPoint: point, tile: tile, of: tiles),
          memory.outputs + (point * memory.outputPointStep + vector), vectors: vectors,
          endsInHalf: sizes.layout.endsInHalf(from: vector, vectors: vectors),
          into: target + segment * kernel.segmentStep, meanwhile: { coming?.prefetchSome() })
      }
    }
  }

  /// Adds the products of some pairs of tiles at all points.
  private func correlate(
    _ memory: WinogradMemory, pairs: Int, into sums: UnsafeMutablePointer<Vector>, adding: Bool,
    _ coming: inout LinePrefetch?
  ) {
    let correlation = MatrixPairCorrelation(
      inputs: sizes.layout.inputs, inputBytes: 4 * sizes.input.channelStride,
      gradientStep: sizes.output.vectors, pairs: pairs, adding: adding)
    forEachBlock(sums) { point, vector, vectors, target in
      correlation.run(
        memory.inputs(ofPoint: point, as: Float.self),
        UnsafeRawPointer(memory.outputs + (point * memory.outputPointStep + vector))
          .assumingMemoryBound(to: Pairs.self), vectors: vectors, into: target,
        meanwhile: { coming?.prefetchSome() })
    }
  }

  /// Visits every point and block of outputs, with the address of its sums.
  @inline(__always)
  private func forEachBlock(
    _ sums: UnsafeMutablePointer<Vector>,
    _ body: (
      _ point: Int, _ vector: Int, _ vectors: Int, _ target: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    for point in 0..<kernel.tileSize.points {
      sizes.layout.forEachBlock { vector, vectors in
        body(
          point, vector, vectors, sums + (point * kernel.pointStep + vector * sizes.layout.inputs))
      }
    }
  }
}
