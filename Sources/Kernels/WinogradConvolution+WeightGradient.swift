import Tensors

extension WinogradConvolution {
  /// Tiles whose gradients are summed at each point.
  private var tiles: WinogradTiles {
    WinogradTiles(
      filter: filter, factors: WinogradTiles.factors(factors, ofPairsIn: direct.output),
      input: direct.input, output: direct.output,
      padding: direct.geometry.padding, segments: kernel.segments)
  }

  /// Sums of so many bytes have left the second cache when the next tiles are added to them.
  private static let manyBytes = 1 << 20

  /// More tiles at once where their sums come from memory and go back there each time.
  private var gradientBatch: WinogradBatch {
    let isLarge = 4 * kernel.count > Self.manyBytes
    return WinogradBatch(
      tiles, leastTiles: isLarge ? 4 * WinogradBatch.leastTiles : WinogradBatch.leastTiles)
  }

  private var kernel: WinogradKernel {
    WinogradKernel(layout: direct.layout, filter: filter, factors: .float32)
  }

  /// Floats of scratch memory that a worker needs in a weight gradient.
  var weightGradientScratchCount: Int { gradientBatch.count(tiles) }

  /// Floats that `weightGradient` needs besides.
  var partialGradientCount: Int { direct.gradientGroups * kernel.count }

  /// dweight = the correlation of x with dy, summed over the batch: at each point over all tiles, and
  /// transformed once at the end.
  ///
  /// - Parameter partial: `partialGradientCount` floats.
  func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let (tiles, batch, kernel) = (self.tiles, gradientBatch, self.kernel)
    let groupCount = min(direct.gradientGroups, x.shape.count)
    pool.forEachPiece(groupCount) { group, scratch in
      let memory = batch.memory(tiles, scratch)
      let images =
        x.shape.count * group / groupCount..<x.shape.count * (group + 1) / groupCount
      let sums = vectors(partial + group * kernel.count)
      batch.forEachRows(tiles, images: images) { rows in
        let adding = rows.lowerBound > images.lowerBound * tiles.rows
        let next = batch.rows(after: rows, tiles, images: images)
        switch tiles.factors {
        case .float32:
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
          let tileCount = rows.count * tiles.pitch - tiles.halo
          let sumCount = MatrixCorrelation.sumCount(ofRows: tileCount)
          var coming = linePrefetch(tiles, x, dy, rows: next, steps: blockCount * sumCount)
          correlate(memory, tiles, count: tileCount, into: sums, adding: adding, &coming)
        case .bfloat16:
          for row in rows {
            memory.transformPairs(
              tiles, x, dy, image: row / tiles.rows, row: row % tiles.rows,
              pair: (row - rows.lowerBound) * tiles.columnPairs)
          }
          var coming = linePrefetch(tiles, x, dy, rows: next, steps: pairSumCount)
          correlate(
            memory, pairs: rows.count * tiles.columnPairs, into: sums, adding: adding, &coming)
        }
      }
    }
    sumInOrder(partial, groups: groupCount, size: kernel.count, into: partial, on: pool)
    kernel.transformBack(partial, into: gradient, on: pool)
  }

  /// Blocks of outputs at all points.
  private var blockCount: Int { filter.points * direct.layout.blockCount }

  /// Sums in registers of products of pairs, for all blocks.
  private var pairSumCount: Int {
    var count = 0
    direct.layout.forEachBlock { _, lanes in
      count += MatrixPairCorrelation.sumCount(ofInputs: direct.layout.inputs, vectors: lanes)
    }
    return filter.points * count
  }

  /// What some rows of tiles are made of, where it is asked for.
  private func linePrefetch(
    _ tiles: WinogradTiles, _ x: FeatureMap, _ dy: FeatureMap, rows: Range<Int>, steps: Int
  ) -> LinePrefetch? {
    prefetches
      ? LinePrefetch(
        tiles.memory(of: x, rows: rows), tiles.memory(of: dy, rows: rows), steps: steps) : nil
  }

  /// Adds the products of some tiles at all points.
  private func correlate(
    _ memory: WinogradMemory, _ tiles: WinogradTiles, count: Int,
    into sums: UnsafeMutablePointer<Vector>, adding: Bool, _ coming: inout LinePrefetch?
  ) {
    let correlation = MatrixCorrelation(
      inputs: direct.layout.inputs, inputStep: tiles.inputStep,
      gradientStep: direct.output.lanes, rows: count, adding: adding)
    forEachBlock(sums) { point, lane, lanes, target in
      tiles.segments.forEachSegment(atPoint: point) { segment, row, column in
        let tile = tiles.offset(ofRow: row, column)
        correlation.run(
          memory.inputs(ofPoint: point, tile: tile, of: tiles),
          memory.outputs + (point * memory.outputPointStep + lane), vectors: lanes,
          endsInHalf: direct.layout.endsInHalf(from: lane, lanes: lanes),
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
      inputs: direct.layout.inputs, inputBytes: 4 * direct.input.channelStride,
      gradientStep: direct.output.lanes, pairs: pairs, adding: adding)
    forEachBlock(sums) { point, lane, lanes, target in
      correlation.run(
        memory.inputs(ofPoint: point, as: Float.self),
        UnsafeRawPointer(memory.outputs + (point * memory.outputPointStep + lane))
          .assumingMemoryBound(to: Pairs.self), vectors: lanes, into: target,
        meanwhile: { coming?.prefetchSome() })
    }
  }

  /// Visits the points and at each the blocks of outputs, with the place of their sums.
  @inline(__always)
  private func forEachBlock(
    _ sums: UnsafeMutablePointer<Vector>,
    _ body: (
      _ point: Int, _ lane: Int, _ lanes: Int, _ target: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    let layout = direct.layout
    for point in 0..<filter.points {
      layout.forEachBlock { lane, lanes in
        body(point, lane, lanes, sums + (point * kernel.pointStep + lane * layout.inputs))
      }
    }
  }
}
