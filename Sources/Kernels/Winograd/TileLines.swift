import Tensors

/// The rows of pixels of an input map under a row of tiles; pixels outside the map are zero.
struct InputLines<Register: ChannelRegister, Points: TilePoints<Register.Numbers>> {
  /// Only the first `Points.count` lines are read.
  private let lines: InlineArray<6, PixelVectors<Register>>
  let padding: Int
  let width: Int
  /// Registers from one pixel to the next.
  let step: Int

  /// - Parameter zeros: `zeroCount` vectors.
  @inline(__always)
  init(
    _ tiles: WinogradTiles, _ map: FeatureMap, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>
  ) {
    let shape = tiles.input
    (padding, width) = (tiles.padding, shape.width)
    step = shape.channelStride / Register.width
    let image = PixelVectors<Register>(map, image: image)
    lines = InlineArray { tiles.inputLine($0, ofRow: row, in: image, zeros: zeros) }
  }

  /// Bᵀ times a column; column 0 is the first column of padding.
  @inline(__always)
  func column(_ index: Int, _ register: Int) -> Points {
    let column = index - padding
    guard 0 <= column && column < width else { return .zero }
    return self.column(at: column * step + register)
  }

  /// Bᵀ times a column of the map, by the place of its register in a line.
  @inline(__always)
  func column(at place: Int) -> Points { Points.ofInput { lines[$0][place] } }
}

/// The rows of pixels of an output's gradient under a row of tiles; pixels outside the map are
/// zero.
struct GradientLines<Register: ChannelRegister, Points: TilePoints<Register.Numbers>> {
  private let upper: PixelVectors<Register>
  private let lineCount: Int
  private let width: Int
  private let step: Int

  @inline(__always)
  init(_ tiles: WinogradTiles, _ map: FeatureMap, image: Int, row: Int) {
    let shape = tiles.output
    (width, step) = (shape.width, shape.channelStride / Register.width)
    let line = tiles.tileSize.outputs * row
    upper = PixelVectors(map, image: image) + line * width * step
    lineCount = shape.height - line
  }

  /// G of the weight gradient's transform, without its divisors, times a column.
  @inline(__always)
  func column(_ column: Int, _ register: Int) -> Points {
    let source = upper + (column * step + register)
    return Points.ofGradients { line in
      column < width && line < lineCount ? source[line * width * step] : .zero
    }
  }
}
