import Tensors

/// One image's gradient dy in bfloat16, in the order in which `TileUnit` reads weights.
///
///     [pairs of output vectors][parts][steps][1 or 2 vectors][pairs of pixels][16 outputs][2]
///
/// With tile registers, a step has 32 consecutive pixels in the order of the planes that they are
/// multiplied with (`TilePlanes`), with zeros between rows. With vectors, which may stop at any
/// pixel, a step is a row.
struct TileGradient: Sendable {
  let shape: FeatureMapShape
  let parts: Int
  /// Pixels from one row to the next.
  let pitch: Int
  /// Whether steps are rows.
  let isByRows = !TileUnit.hasRegisters

  private var vectors: Int { shape.vectors }

  /// Pairs of pixels in a step.
  var pairsInStep: Int { isByRows ? (shape.width + 1) / 2 : TileUnit.depth / 2 }

  var steps: Int {
    guard !isByRows else { return shape.height }
    return ((shape.height - 1) * pitch + shape.width + TileUnit.depth - 1) / TileUnit.depth
  }

  /// Pixels of a plane from one step to the next.
  var pixelsInStep: Int { isByRows ? pitch : TileUnit.depth }

  /// Bytes of one output vector in a step.
  private var tileBytes: Int { pairsInStep * MemoryLayout<Vector>.stride }

  /// Bytes of a step.
  @inline(__always)
  func stepBytes(pair: Int) -> Int { tiles(inPair: pair) * tileBytes }

  var pairCount: Int { (vectors + 1) / 2 }

  /// Vectors of outputs in a pair.
  @inline(__always)
  func tiles(inPair pair: Int) -> Int { min(2, vectors - 2 * pair) }

  /// Bytes of one part of a pair.
  @inline(__always)
  func partBytes(pair: Int) -> Int { steps * stepBytes(pair: pair) }

  /// Bytes before a pair.
  @inline(__always)
  func pairOffset(_ pair: Int) -> Int { 2 * pair * parts * steps * tileBytes }

  /// Floats of scratch memory.
  var count: Int { vectors * parts * steps * tileBytes / 4 }

  /// Copies an image into memory that is zero or holds another image of the same shape.
  @inline(__always)
  func fill(_ target: UnsafeMutablePointer<Float>, from map: FeatureMap, image: Int) {
    switch map.shape.precision {
    case .float32: fill(target, from: PixelVectors<Float>(map, image: image))
    case .bfloat16: fill(target, from: PixelVectors<BFloat16>(map, image: image))
    }
  }

  @inline(__always)
  private func fill<Element: VectorElement>(
    _ target: UnsafeMutablePointer<Float>, from image: PixelVectors<Element>
  ) {
    let base = UnsafeMutableRawPointer(target)
    for pair in 0..<pairCount {
      let tiles = self.tiles(inPair: pair)
      let partBytes = self.partBytes(pair: pair)
      for tile in 0..<tiles {
        let target = base + pairOffset(pair) + tile * tileBytes
        var pixel = image + (2 * pair + tile)
        for row in 0..<shape.height {
          for column in Swift.stride(from: 0, to: shape.width, by: 2) {
            let place = row * pitch + column
            let (step, first) =
              isByRows ? (row, column) : (place / TileUnit.depth, place % TileUnit.depth)
            let words =
              target + step * tiles * tileBytes + first / 2 * MemoryLayout<Vector>.stride
            let second = column + 1 < shape.width ? pixel[vectors] : .zero
            TileParts.storePairs(
              pixel[0], second, to: words, parts: parts, partBytes: partBytes)
            pixel = pixel + (column + 1 < shape.width ? 2 * vectors : vectors)
          }
        }
      }
    }
  }
}
