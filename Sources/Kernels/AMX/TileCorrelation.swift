import Tensors

/// The weight gradient over some images by `TileUnit`: 32 places of the patch by 32 outputs at a
/// time, summed over all pixels in registers.
struct TileCorrelation {
  let planes: TilePlanes
  let gradient: TileGradient
  let layout: KernelLayout
  /// Planes, image after image.
  let images: UnsafePointer<Float>
  /// Output gradients, image after image.
  let gradients: UnsafePointer<Float>
  /// Number of images.
  let count: Int

  /// Steps in a pass: their planes and gradients stay in the L1 cache for all taps.
  private var stepsInPass: Int { max(1, (planes.parts == 3 ? 96 : 288) / gradient.pairsInStep) }

  /// A group of taps: one row of the filter and `stride` of its columns.
  private struct Tap {
    var kernelRow = 0
    var columnGroup = 0
  }

  /// The pixels of one sum: some steps of some images.
  private struct Pass {
    let images: Range<Int>
    let steps: Range<Int>
  }

  /// Adds the gradient to `target`, in the layout of the weights.
  @inline(__always)
  func add(to target: UnsafeMutablePointer<Float>, sums: TileSums) {
    let steps = gradient.steps
    let imagesInPass = max(1, stepsInPass / steps)
    for pair in 0..<gradient.pairCount {
      for firstImage in stride(from: 0, to: count, by: imagesInPass) {
        let images = firstImage..<min(firstImage + imagesInPass, count)
        for firstStep in stride(from: 0, to: steps, by: stepsInPass) {
          let pass = Pass(images: images, steps: firstStep..<min(firstStep + stepsInPass, steps))
          for tile in 0..<planes.tilesInPhase {
            add(pass, tile: tile, pair: pair, to: target, sums)
          }
        }
      }
    }
  }

  /// The next group of taps, possibly beyond the filter's last row. Skips groups whose columns all
  /// lie outside the filter for the tile's planes.
  @inline(__always)
  private func following(_ tap: Tap, firstColumn: Int) -> Tap {
    var next = Tap(kernelRow: tap.kernelRow, columnGroup: tap.columnGroup + 1)
    if next.columnGroup * planes.stride + firstColumn >= layout.kernelWidth {
      next = Tap(kernelRow: tap.kernelRow + 1)
    }
    return next
  }

  /// Adds the contribution of a pass for sixteen planes and all taps.
  @inline(__always)
  private func add(
    _ pass: Pass, tile: Int, pair: Int, to target: UnsafeMutablePointer<Float>, _ sums: TileSums
  ) {
    let tiles = gradient.tiles(inPair: pair)
    let firstColumn = tile * TileUnit.width / planes.shape.channels
    guard firstColumn < layout.kernelWidth else { return }
    var tap = Tap()
    while tap.kernelRow < layout.kernelHeight {
      let second = following(tap, firstColumn: firstColumn)
      let hasSecond = second.kernelRow < layout.kernelHeight
      sum(pass, tap, hasSecond ? second : nil, tile: tile, pair: pair, tiles: tiles, sums)
      write(tap, sums.memory, tile: tile, pair: pair, tiles: tiles, to: target)
      guard hasSecond else { return }
      write(
        second, sums.memory + TileUnit.width * TileSums.pixelStep, tile: tile, pair: pair,
        tiles: tiles, to: target)
      tap = following(second, firstColumn: firstColumn)
    }
  }

  private func offset(_ tap: Tap, _ tile: Int) -> Int {
    planes.offset(kernelRow: tap.kernelRow, columnGroup: tap.columnGroup, tile: tile)
  }

  @inline(__always)
  private func sum(
    _ pass: Pass, _ first: Tap, _ second: Tap?, tile: Int, pair: Int, tiles: Int, _ sums: TileSums
  ) {
    let tileStep = second.map { 2 * (offset($0, tile) - offset(first, tile)) }
    let start = 2 * (offset(first, tile) + pass.steps.lowerBound * gradient.pixelsInStep)
    let stepBytes = gradient.stepBytes(pair: pair)
    let firstWeights = gradient.pairOffset(pair) + pass.steps.lowerBound * stepBytes
    let partBytes = gradient.partBytes(pair: pair)
    let runs = TileRuns(
      count: pass.images.count * pass.steps.count, pairs: gradient.pairsInStep,
      tilePairs: gradient.pairsInStep, period: pass.steps.count,
      pixelBytes: (2 * gradient.pixelsInStep, 4 * planes.count),
      weightBytes: (stepBytes, 4 * gradient.count))
    let firstImage = pass.images.lowerBound
    let planeCount = min(TileUnit.width, planes.planesInPhase - tile * TileUnit.width)
    let pixels = UnsafeRawPointer(images + firstImage * planes.count) + start
    let weights = UnsafeRawPointer(gradients + firstImage * gradient.count) + firstWeights
    sums.clear()
    for product in TileParts.firstProduct(parts: planes.parts)..<TileParts.products {
      let (planePart, gradientPart) = TileParts.factors(ofProduct: product)
      sums.add(
        runs, pixels: pixels + 2 * planePart * planes.partStride,
        pixelStep: 2 * planes.planeStride,
        tileStep: tileStep, counts: (planeCount, planeCount),
        weights: weights + gradientPart * partBytes, weightTiles: tiles)
    }
    sums.finish(pixelTiles: second == nil ? 1 : 2, weightTiles: tiles)
  }

  /// Adds a tile's sums to the gradients of their weights.
  @inline(__always)
  private func write(
    _ tap: Tap, _ sums: UnsafePointer<Vector>, tile: Int, pair: Int, tiles: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    let channels = planes.shape.channels
    let firstPlane = tile * TileUnit.width
    var (columnPhase, channel) = (firstPlane / channels, firstPlane % channels)
    var source = sums
    var (place, step) = (0, 0)
    for row in 0..<min(TileUnit.width, planes.planesInPhase - firstPlane) {
      if row == 0 || channel % layout.inputBlock == 0 {
        let column = tap.columnGroup * planes.stride + columnPhase
        guard column < layout.kernelWidth else { return }
        let output = 2 * pair * TileUnit.width
        place = layout.place(
          output: output, input: channel, row: tap.kernelRow, column: column)
        step = layout.outputStep(output)
      }
      asVectors(target + place).pointee += source[0]
      if tiles == 2 { asVectors(target + place + TileUnit.width).pointee += source[1] }
      place += step
      source += TileSums.pixelStep
      channel += 1
      if channel == channels {
        channel = 0
        columnPhase += 1
      }
    }
  }
}
