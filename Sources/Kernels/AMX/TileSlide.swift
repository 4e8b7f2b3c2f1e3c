import Tensors

/// Slides a filter over an image's frame with `TileUnit`: 32 patches by 32 outputs at a time, whose
/// sums are completed in registers.
struct TileSlide: Sendable {
  let frame: TileFrame
  let kernel: TileKernel
  /// Elements of the frame before the first patch.
  let skip: Int
  let outputRows: Int
  let outputColumns: Int
  /// Vectors from one output row or pixel to the next.
  let rowStep: Int
  let columnStep: Int

  /// Applies the filters of one pair of output vectors to one image.
  ///
  /// - Parameters:
  ///   - image: The filled frame.
  ///   - weights: The pair's weights.
  ///   - target: The first output.
  @inline(__always)
  func run<Element: VectorElement>(
    pair: Int, image: UnsafePointer<Float>, weights: UnsafeRawPointer,
    bias: UnsafePointer<Vector>?, target: PixelVectors<Element>, adding: Bool,
    sums: TileSums
  ) {
    let tiles = kernel.tiles(inPair: pair)
    let partBytes = kernel.partBytes(pair: pair)
    let patchBytes = 2 * frame.stride * frame.pixelStride
    let rowBytes = kernel.rowBytes(pair: pair)
    let runs = TileRuns(
      count: kernel.layout.kernelHeight, pairs: (kernel.runLength + 1) / 2, period: frame.stride,
      pixelBytes: (
        2 * frame.offset(ofKernelRow: 1 % frame.stride), 2 * frame.offset(ofKernelRow: frame.stride)
      ),
      weightBytes: (rowBytes, frame.stride * rowBytes))
    let first = UnsafeRawPointer(image) + 2 * skip
    let bias = bias.map { $0 + 2 * pair }
    let target = target + 2 * pair
    // Vectors process eight patches at a time, so positions between rows need not be computed.
    let isByRows = !sums.hasRegisters && outputColumns % 8 == 0
    let rowLength = isByRows ? outputColumns : frame.patchPitch
    let patchCount = (outputRows - 1) * frame.patchPitch + outputColumns
    var place = Place()
    var patch = 0
    while patch < patchCount {
      let count = min(
        2 * TileUnit.width, isByRows ? rowLength - place.column : patchCount - patch)
      sums.clear()
      for product in TileParts.firstProduct(parts: frame.parts)..<TileParts.products {
        let (pixelPart, weightPart) = TileParts.factors(ofProduct: product)
        sums.add(
          runs, pixels: first + 2 * pixelPart * frame.partStride + patch * patchBytes,
          pixelStep: patchBytes,
          tileStep: count > TileUnit.width ? TileUnit.width * patchBytes : nil,
          counts: (min(count, TileUnit.width), count - TileUnit.width),
          weights: weights + weightPart * partBytes, weightTiles: tiles)
      }
      sums.finish(pixelTiles: count > TileUnit.width ? 2 : 1, weightTiles: tiles)
      if tiles == 2 {
        place = write(count, from: place, rowLength, bias, target, adding, sums, tiles: 2)
      } else {
        place = write(count, from: place, rowLength, bias, target, adding, sums, tiles: 1)
      }
      patch = place.row * frame.patchPitch + place.column
    }
  }

  /// A patch in reading order; its column may lie beyond the last output.
  private struct Place {
    var row = 0
    var column = 0
  }

  /// Writes the sums of `count` patches, except those between rows.
  @inline(__always)
  private func write<Element: VectorElement>(
    _ count: Int, from start: Place, _ rowLength: Int, _ bias: UnsafePointer<Vector>?,
    _ target: PixelVectors<Element>, _ adding: Bool, _ sums: TileSums, tiles: Int
  ) -> Place {
    var place = start
    var patch = 0
    while patch < count {
      let inRow = min(rowLength - place.column, count - patch)
      let written = min(max(outputColumns - place.column, 0), inRow)
      var output = target + place.row * rowStep + place.column * columnStep
      for index in 0..<written {
        sums.write(pixel: patch + index, tiles: tiles, bias: bias, to: output, adding: adding)
        output = output + columnStep
      }
      patch += inRow
      place.column += inRow
      if place.column == rowLength { place = Place(row: place.row + 1, column: 0) }
    }
    return place
  }
}
