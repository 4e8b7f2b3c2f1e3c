import Tensors

/// How a feature map is cut into the tiles of Winograd's convolution.
///
/// Tiles are counted in reading order; a *row* of them is two or four rows of outputs. What a border tile reads
/// outside the map is zero. Kernels of several segments read tiles beyond those of the outputs, at the right
/// and below.
struct WinogradTiles {
  let tileSize: WinogradTile
  /// How transformed inputs are stored.
  let factors: Precision
  /// The map that is read in tiles, and the one that has two rows and two columns of numbers fewer for each.
  let input: FeatureMapShape
  let output: FeatureMapShape
  let padding: Int
  let segments: WinogradSegments

  var columns: Int { tileSize.columns(of: output) }
  var rows: Int { tileSize.rows(of: output) }

  /// Tiles beyond those of the outputs.
  var halo: Int { segments.count - 1 }

  /// Tiles from one row of them to the next.
  var pitch: Int { columns + halo }

  /// How far from an output's tile the one lies that a segment reads for it.
  @inline(__always)
  func offset(ofRow row: Int, _ column: Int) -> Int { row * pitch + column }

  /// Numbers from a transformed tile's channels at one point to the next tile's. Products of 256 bits read one
  /// channel of four tiles at a time: where those lie a whole number of lines of the first cache apart, they are all
  /// in the same bank of it, which gives one number a cycle (docs/kernels.md).
  var inputStep: Int {
    guard tileSize != .two, factors == .float32, RegisterBlockSize.isFourByOne else {
      return input.channelStride
    }
    return (FloatOctet.count(input.channels) | 1) * FloatOctet.width
  }

  /// Vectors of scratch memory that hold the zeros of a row outside the map.
  var zeroCount: Int { input.width * input.vectors }

  /// A line of an image under a row of tiles; outside the map `zeros`, which has `zeroCount` vectors.
  @inline(__always)
  func inputLine<Register: ChannelRegister>(
    _ offset: Int, ofRow row: Int, in image: PixelVectors<Register>,
    zeros: UnsafeMutablePointer<Vector>
  ) -> PixelVectors<Register> {
    let line = tileSize.height * row - padding + offset
    let step = input.width * input.channelStride / Register.width
    return 0 <= line && line < input.height ? image + line * step : PixelVectors(zeros)
  }

  /// The memory of a map under some rows of tiles, counted on from image to image.
  func memory(of map: FeatureMap, rows range: Range<Int>) -> UnsafeRawBufferPointer {
    let shape = map.shape
    /// Pixels before a row's.
    func place(_ row: Int) -> Int {
      let line = min(tileSize.height * (row % rows), shape.height)
      return row / rows * shape.pixelCount + line * shape.width
    }
    return map.memory(ofPixels: place(range.lowerBound)..<place(range.upperBound))
  }

  /// What the products of pairs of tiles multiply: maps of one pixel, which are not rounded, lie in no pairs.
  static func factors(_ factors: Precision, ofPairsIn output: FeatureMapShape) -> Precision {
    output.precision == .float32 ? .float32 : factors
  }

  /// Pairs of neighbouring tiles in a row; the neighbour of an odd last one has gradients of zero.
  var columnPairs: Int { (columns + 1) / 2 }
}
