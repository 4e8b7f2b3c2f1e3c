import Tensors

/// A convolution by Winograd's minimal filtering with stride 1 and sums in float32. Number of
/// products of one tile, and of the formula in brackets: F(2×2, 3×3) 16 (36), 5×5 in segments of
/// F(2×2, 3×3) 49 (100), F(4×4, 3×3) 36 (144).
///
/// A batch of tile rows is transformed. At each point, the transformed tiles times the transformed
/// weights are one matrix product.
///
/// Source: Lavin and Gray, 2016, arXiv:1509.09308, section 4.
struct WinogradPass: MapPass {
  let kernel: WinogradKernel
  /// Whether the maps' cache lines are prefetched.
  private let prefetches: Bool
  let tiles: WinogradTiles
  private let batch: WinogradBatch

  init(
    _ tileSize: WinogradTile, factors: Precision, layout: KernelLayout, input: FeatureMapShape,
    output: FeatureMapShape, padding: Int, prefetches: Bool
  ) {
    self.prefetches = prefetches
    kernel = WinogradKernel(layout: layout, tileSize: tileSize, factors: factors)
    tiles = WinogradTiles(
      tileSize: tileSize, factors: factors, input: input, output: output, padding: padding,
      segments: kernel.segments)
    batch = WinogradBatch(tiles)
  }

  var scratchCount: Int { batch.count(tiles) }

  /// Transformed weights.
  var sharedCount: Int { kernel.count }

  func run(
    _ x: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: FeatureMap,
    addend: FeatureMap?, epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    kernel.transform(weights, into: shared, on: pool)
    let alsoRead = epilogue?.alsoRead
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      let memory = batch.memory(tiles, scratch)
      batch.forEachRows(tiles, images: images) { rows in
        for row in rows.lowerBound..<rows.upperBound + tiles.halo {
          let image = min(row, rows.upperBound - 1) / tiles.rows
          let inImage = row - image * tiles.rows
          memory.transformInput(
            tiles, x, image: image, row: inImage, tile: (row - rows.lowerBound) * tiles.pitch)
        }
        let tileCount = rows.count * tiles.pitch - tiles.halo
        var coming =
          prefetches
          ? LinePrefetch(
            tiles.memory(of: x, rows: batch.rows(after: rows, tiles, images: images)),
            tiles.memory(of: y, rows: rows),
            alsoRead.map { tiles.memory(of: $0, rows: rows) },
            steps: productCount(tileCount)) : nil
        multiply(tileCount, memory, asVectors(shared), &coming)
        for row in rows {
          let (image, inImage) = (row / tiles.rows, row % tiles.rows)
          memory.writeOutputs(
            tiles, bias: bias, to: y, image: image, row: inImage,
            tile: (row - rows.lowerBound) * tiles.pitch, adding: addend != nil)
          if inImage == tiles.rows - 1 { epilogue?.run(image: image, of: y) }
        }
      }
    }
  }

  /// Tiles multiplied between two prefetches.
  private static let tilesAtOnce = MatrixProduct.mostRowsAtOnce

  /// The number of matrix products, and so of prefetch steps, for `tileCount` tiles.
  private func productCount(_ tileCount: Int) -> Int {
    let (blocks, parts) = (
      kernel.layout.blockCount, (tileCount + Self.tilesAtOnce - 1) / Self.tilesAtOnce
    )
    return kernel.tileSize.points * blocks * parts
  }

  /// Multiplies tiles by weights at every point.
  private func multiply(
    _ tileCount: Int, _ memory: WinogradMemory, _ weights: UnsafePointer<Vector>,
    _ coming: inout LinePrefetch?
  ) {
    switch kernel.factors {
    case .float32:
      let product = MatrixProduct(
        inputs: kernel.layout.inputs, inputStep: tiles.inputStep,
        outputStep: tiles.output.vectors)
      forEachProduct(tileCount, memory, weights, &coming) {
        point, tileRange, weights, vectors, endsInHalf, target in
        var isFirst = true
        kernel.segments.forEachSegment(atPoint: point) { segment, row, column in
          let tile = tileRange.lowerBound + tiles.offset(ofRow: row, column)
          product.run(
            rows: tileRange.count, memory.inputs(ofPoint: point, tile: tile, of: tiles),
            weights + segment * kernel.segmentStep, vectors: vectors, endsInHalf: endsInHalf,
            into: target, adding: !isFirst)
          isFirst = false
        }
      }
    case .bfloat16:
      let product = MatrixPairProduct(
        pairs: kernel.depth, inputBytes: 2 * tiles.input.channelStride,
        outputStep: tiles.output.vectors)
      forEachProduct(tileCount, memory, weights, &coming) {
        point, tileRange, weights, vectors, _, target in
        let inputs = memory.inputs(ofPoint: point, as: BFloat16.self)
        let weights = UnsafeRawPointer(weights).assumingMemoryBound(to: Pairs.self)
        var isFirst = true
        kernel.segments.forEachSegment(atPoint: point) { segment, row, column in
          let tile = tileRange.lowerBound + tiles.offset(ofRow: row, column)
          var product = product
          product.adding = !isFirst
          product.run(
            rows: tileRange.count, inputs + tile * product.inputBytes,
            weights + segment * kernel.segmentStep, vectors: vectors, into: target)
          isFirst = false
        }
      }
    }
  }

  /// Visits every point, block of outputs and group of `tilesAtOnce` tiles.
  @inline(__always)
  private func forEachProduct(
    _ tileCount: Int, _ memory: WinogradMemory, _ weights: UnsafePointer<Vector>,
    _ coming: inout LinePrefetch?,
    _ body: (
      _ point: Int, _ tiles: Range<Int>, _ weights: UnsafePointer<Vector>, _ vectors: Int,
      _ endsInHalf: Bool, _ target: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    for point in 0..<kernel.tileSize.points {
      let outputs = memory.outputs + point * memory.outputPointStep
      let weights = weights + point * kernel.pointStep
      kernel.layout.forEachBlock { vector, vectors in
        let endsInHalf = kernel.layout.endsInHalf(from: vector, vectors: vectors)
        for first in stride(from: 0, to: tileCount, by: Self.tilesAtOnce) {
          coming?.prefetchSome()
          body(
            point, first..<min(first + Self.tilesAtOnce, tileCount),
            weights + vector * kernel.depth,
            vectors, endsInHalf, outputs + (first * tiles.output.vectors + vector))
        }
      }
    }
  }
}
