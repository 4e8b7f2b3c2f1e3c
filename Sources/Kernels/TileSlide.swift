import Tensors

/// A kernel sliding over an image's frame by the tile unit: 32 patches by 32 outputs at a time, each summed
/// whole in registers.
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

  /// Slides the kernels of one pair of output vectors over one image.
  ///
  /// - Parameters:
  ///   - image: The filled frame.
  ///   - weights: The pair's weights.
  ///   - target: The first output.
  @inline(__always)
  func run<Element>(
    pair: Int, image: UnsafePointer<Float>, weights: UnsafeRawPointer,
    bias: UnsafePointer<Vector>?, target: PixelVectors<Element>, adding: Bool,
    sums: TileSums
  ) {
    let tiles = kernel.tiles(inPair: pair)
    let (rowBytes, partBytes) = (kernel.rowBytes(pair: pair), kernel.partBytes(pair: pair))
    let patchBytes = 2 * frame.stride * frame.pixelStride
    let patchCount = (outputRows - 1) * frame.patchPitch + outputColumns
    let first = UnsafeRawPointer(image) + 2 * skip
    let bias = bias.map { $0 + 2 * pair }
    let target = target + 2 * pair
    var place = Place()
    var patch = 0
    while patch < patchCount {
      let isWide = patchCount - patch > TileUnit.width
      sums.clear()
      for product in TileParts.firstProduct(parts: frame.parts)..<TileParts.products {
        let (pixelPart, weightPart) = TileParts.factors(ofProduct: product)
        let pixels = first + 2 * pixelPart * frame.partStride + patch * patchBytes
        let weights = weights + weightPart * partBytes
        for row in 0..<kernel.layout.kernelHeight {
          sums.add(
            pixels: pixels + 2 * frame.offset(ofKernelRow: row), pixelStep: patchBytes,
            tileStep: isWide ? TileUnit.width * patchBytes : nil, weights: weights + row * rowBytes,
            weightTiles: tiles, steps: kernel.steps)
        }
      }
      sums.finish(pixelTiles: isWide ? 2 : 1, weightTiles: tiles)
      let count = min(2 * TileUnit.width, patchCount - patch)
      if tiles == 2 {
        place = write(count, from: place, bias, target, adding, sums, tiles: 2)
      } else {
        place = write(count, from: place, bias, target, adding, sums, tiles: 1)
      }
      patch += 2 * TileUnit.width
    }
  }

  /// A patch in reading order; its column may lie beyond the last output's.
  private struct Place {
    var row = 0
    var column = 0
  }

  /// Writes the sums of `count` patches, those between rows left out.
  @inline(__always)
  private func write<Element>(
    _ count: Int, from start: Place, _ bias: UnsafePointer<Vector>?,
    _ target: PixelVectors<Element>, _ adding: Bool, _ sums: TileSums, tiles: Int
  ) -> Place {
    var place = start
    var patch = 0
    while patch < count {
      let inRow = min(frame.patchPitch - place.column, count - patch)
      let written = min(max(outputColumns - place.column, 0), inRow)
      var output = target + place.row * rowStep + place.column * columnStep
      var source = sums.memory + patch * TileSums.pixelStep
      for _ in 0..<written {
        for tile in 0..<tiles {
          var value = source[tile]
          if let bias { value += bias[tile] }
          output[tile] = adding ? output[tile] + value : value
        }
        output = output + columnStep
        source += TileSums.pixelStep
      }
      patch += inRow
      place.column += inRow
      if place.column == frame.patchPitch { place = Place(row: place.row + 1, column: 0) }
    }
    return place
  }
}
