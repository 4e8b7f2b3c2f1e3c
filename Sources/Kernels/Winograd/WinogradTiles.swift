import Tensors

/// How a feature map is cut into the tiles of Winograd's convolution.
///
/// Tiles are numbered in reading order; a row of tiles covers two or four rows of outputs. Border
/// tiles read zeros outside the map. Weights of several segments also read tiles to the right of
/// the outputs' tiles and below them.
struct WinogradTiles {
  let tileSize: WinogradTile
  /// How transformed inputs are stored.
  let factors: Precision
  /// The map read, and the map written; an output tile is two rows and columns smaller than its
  /// input tile.
  let input: FeatureMapShape
  let output: FeatureMapShape
  let padding: Int
  let segments: WinogradSegments

  var columns: Int { tileSize.columns(of: output) }
  var rows: Int { tileSize.rows(of: output) }

  /// Tiles along each axis that the last segment reads beyond those of the outputs.
  var halo: Int { segments.count - 1 }

  /// Number of tiles from one row of tiles to the next.
  var pitch: Int { columns + halo }

  /// Number of tiles from an output's tile to the tile that a segment reads for it.
  @inline(__always)
  func offset(ofRow row: Int, _ column: Int) -> Int { row * pitch + column }

  /// Elements from one transformed tile to the next at a point. Products in 256-bit vectors read
  /// one channel of four tiles at a time. If tiles were a whole number of cache lines apart, the
  /// four elements would lie in the same bank of the L1 cache, which delivers one element per cycle
  /// (docs/kernels.md).
  var inputStep: Int {
    guard tileSize != .two, factors == .float32, RegisterBlockSize.isNarrow else {
      return input.channelStride
    }
    return (FloatOctet.count(input.channels) | 1) * FloatOctet.width
  }

  /// Vectors of scratch memory for a row of zeros, read in place of rows outside the map.
  var zeroCount: Int { input.width * input.vectors }

  /// A line of an image under a row of tiles; outside the map, `zeros`, which has `zeroCount`
  /// vectors.
  @inline(__always)
  func inputLine<Register: ChannelRegister>(
    _ offset: Int, ofRow row: Int, in image: PixelVectors<Register>,
    zeros: UnsafeMutablePointer<Vector>
  ) -> PixelVectors<Register> {
    let line = tileSize.outputs * row - padding + offset
    let step = input.width * input.channelStride / Register.width
    return 0 <= line && line < input.height ? image + line * step : PixelVectors(zeros)
  }

  /// The memory of a map under some rows of tiles, numbered across images.
  func memory(of map: FeatureMap, rows range: Range<Int>) -> UnsafeRawBufferPointer {
    let shape = map.shape
    /// Pixels before a row of tiles.
    func place(_ row: Int) -> Int {
      let line = min(tileSize.outputs * (row % rows), shape.height)
      return row / rows * shape.pixelCount + line * shape.width
    }
    return map.memory(ofPixels: place(range.lowerBound)..<place(range.upperBound))
  }

  /// Precision of the factors in products over tiles; float32 maps are never stored in pairs.
  static func factors(_ factors: Precision, ofPairsIn output: FeatureMapShape) -> Precision {
    output.precision == .float32 ? .float32 : factors
  }

  /// Pairs of neighbouring tiles in a row; an odd last tile is paired with one whose gradients are
  /// zero.
  var columnPairs: Int { (columns + 1) / 2 }
}
