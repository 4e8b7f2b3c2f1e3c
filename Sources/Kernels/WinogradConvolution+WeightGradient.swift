import Tensors

extension WinogradConvolution {
  /// Tiles whose gradients are summed at each point.
  private var tiles: WinogradTiles {
    WinogradTiles(input: direct.input, output: direct.output, padding: direct.geometry.padding)
  }

  private var gradientBatch: WinogradBatch { WinogradBatch(tiles, bytes: 524_288, least: 64) }

  private var kernel: WinogradKernel { WinogradKernel(layout: direct.layout) }

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
        for row in rows {
          let (image, inImage) = (row / tiles.rows, row % tiles.rows)
          let tile = (row - rows.lowerBound) * tiles.columns
          memory.transformInput(tiles, x, image: image, row: inImage, tile: tile)
          memory.transformGradient(tiles, dy, image: image, row: inImage, tile: tile)
        }
        correlate(
          rows.count * tiles.columns, memory, into: sums,
          adding: rows.lowerBound > images.lowerBound * tiles.rows)
      }
    }
    sumInOrder(partial, groups: groupCount, size: kernel.count, into: partial, on: pool)
    kernel.transformBack(partial, into: gradient, on: pool)
  }

  /// Adds the products of some tiles at all points.
  private func correlate(
    _ tileCount: Int, _ memory: WinogradMemory, into sums: UnsafeMutablePointer<Vector>,
    adding: Bool
  ) {
    let layout = direct.layout
    let correlation = WinogradCorrelation(
      inputs: layout.inputs, inputStep: direct.input.channelStride,
      gradientStep: direct.output.lanes, tiles: tileCount, adding: adding)
    for point in 0..<WinogradTransform.points {
      let inputs = UnsafeRawPointer(memory.inputs + point * memory.inputPointStep)
        .assumingMemoryBound(to: Float.self)
      let gradients = UnsafePointer(memory.outputs + point * memory.outputPointStep)
      let target = sums + point * kernel.pointStep
      var lane = 0
      while lane < layout.lanes {
        let lanes = layout.lanesInBlock(from: lane)
        correlation.run(
          inputs, gradients + lane, lanes: lanes, into: target + lane * layout.inputs)
        lane += lanes
      }
    }
  }
}
