import Tensors

/// One image's gradient dy in bfloat16, in the order in which the tile unit takes weights.
///
///     [pairs of output vectors][parts][steps of 32 pixels][1 or 2 vectors][16 pairs of pixels][16 outputs][2]
///
/// Pixels follow one another as in the planes it meets (`TilePlanes`), with zeros between rows.
struct TileGradient: Sendable {
  let shape: FeatureMapShape
  let parts: Int
  /// Pixels from one row to the next.
  let pitch: Int

  private var lanes: Int { shape.lanes }

  /// Steps of 32 pixels.
  var steps: Int {
    ((shape.height - 1) * pitch + shape.width + TileUnit.depth - 1) / TileUnit.depth
  }

  var pairCount: Int { (lanes + 1) / 2 }

  /// Vectors of outputs in a pair.
  @inline(__always)
  func tiles(inPair pair: Int) -> Int { min(2, lanes - 2 * pair) }

  /// Bytes of one part of a pair.
  @inline(__always)
  func partBytes(pair: Int) -> Int { steps * tiles(inPair: pair) * TileUnit.weightBytes }

  /// Bytes before a pair.
  @inline(__always)
  func pairOffset(_ pair: Int) -> Int { 2 * pair * parts * steps * TileUnit.weightBytes }

  /// Floats of scratch memory.
  var count: Int { lanes * parts * steps * TileUnit.weightBytes / 4 }

  /// Copies an image into memory that was zero, or holds another image.
  @inline(__always)
  func fill(_ target: UnsafeMutablePointer<Float>, from map: FeatureMap, image: Int) {
    switch map.shape.precision {
    case .float32: fill(target, from: PixelVectors<Float>(map, image: image))
    case .bfloat16: fill(target, from: PixelVectors<BFloat16>(map, image: image))
    }
  }

  @inline(__always)
  private func fill<Element>(
    _ target: UnsafeMutablePointer<Float>, from image: PixelVectors<Element>
  ) {
    let base = UnsafeMutableRawPointer(target)
    for pair in 0..<pairCount {
      let tiles = self.tiles(inPair: pair)
      let partBytes = self.partBytes(pair: pair)
      for tile in 0..<tiles {
        let target = base + pairOffset(pair) + tile * TileUnit.weightBytes
        var pixel = image + (2 * pair + tile)
        for row in 0..<shape.height {
          for column in Swift.stride(from: 0, to: shape.width, by: 2) {
            let place = row * pitch + column
            let words =
              target + place / TileUnit.depth * tiles * TileUnit.weightBytes
              + place % TileUnit.depth / 2 * MemoryLayout<Vector>.stride
            let second = column + 1 < shape.width ? pixel[lanes] : .zero
            TileParts.storePairs(
              pixel[0], second, to: words, parts: parts, partBytes: partBytes)
            pixel = pixel + (column + 1 < shape.width ? 2 * lanes : lanes)
          }
        }
      }
    }
  }
}
