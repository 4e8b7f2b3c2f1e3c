import CVectors
import Tensors

/// How a feature map is cut into the tiles of Winograd's convolution, and how they are transformed.
///
/// Tiles are counted in reading order; a *row* of them is two rows of outputs. What a border tile reads
/// outside the map is zero. Kernels of several segments read tiles beyond those of the outputs, at the right
/// and below.
struct WinogradTiles {
  /// The map that is read in tiles of 4×4, and the one that has 2×2 numbers for each.
  let input: FeatureMapShape
  let output: FeatureMapShape
  let padding: Int
  let segments: WinogradSegments

  var columns: Int { (output.width + 1) / 2 }
  var rows: Int { (output.height + 1) / 2 }

  /// Tiles beyond those of the outputs.
  var halo: Int { segments.count - 1 }

  /// Tiles from one row of them to the next.
  var pitch: Int { columns + halo }

  /// How far from an output's tile the one lies that a segment reads for it.
  @inline(__always)
  func offset(ofRow row: Int, _ column: Int) -> Int { row * pitch + column }

  /// Vectors of scratch memory that hold the zeros of a row outside the map.
  var zeroCount: Int { input.width * input.lanes }

  /// Pairs of neighbouring tiles in a row; the neighbour of an odd last one has gradients of zero.
  var columnPairs: Int { (columns + 1) / 2 }

  /// Writes the transformed tiles of one row of them: `[points][tiles][input.channelStride]`.
  ///
  /// - Parameters:
  ///   - zeros: `zeroCount` vectors.
  ///   - pointStep: Vectors from one point to the next.
  ///   - keepingColumns: Whether a tile's two last columns are kept for the next one. Sixteen registers of
  ///     half a vector do not hold them; that the weight gradient is faster with them even so was measured.
  @inline(__always)
  func transformInput<Element: VectorElement, Stored: VectorElement>(
    _ map: FeatureMap, _: Element.Type, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>, into target: PixelVectors<Stored>, pointStep: Int,
    keepingColumns: Bool
  ) {
    let lines = InputLines<Element>(self, map, image: image, row: row, zeros: zeros)
    for lane in 0..<input.lanes {
      var tile = target + lane
      guard keepingColumns else {
        for index in 0..<pitch {
          lines.forEachPoint(ofTile: index, lane) { tile[$0 * pointStep] = $1 }
          tile = tile + input.lanes
        }
        continue
      }
      var (a, b) = (lines.column(0, lane), lines.column(1, lane))
      for index in 0..<pitch {
        let (c, d) = (lines.column(2 * index + 2, lane), lines.column(2 * index + 3, lane))
        for row in 0..<4 {
          let line = WinogradTransform.Line.ofInput(a[row], b[row], c[row], d[row])
          for point in 0..<4 { tile[(4 * row + point) * pointStep] = line[point] }
        }
        (a, b) = (c, d)
        tile = tile + input.lanes
      }
    }
  }

  /// Writes them rounded to bfloat16, number by number beside those of the tile's neighbour:
  /// `[points][pairs of tiles][input.channelStride][2]`.
  @inline(__always)
  func transformInputPairs<Element: VectorElement>(
    _ map: FeatureMap, _: Element.Type, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>, into target: UnsafeMutablePointer<Pairs>, pointStep: Int
  ) {
    let lines = InputLines<Element>(self, map, image: image, row: row, zeros: zeros)
    for lane in 0..<input.lanes {
      var (a, b) = (lines.column(0, lane), lines.column(1, lane))
      var tile = target + lane
      for index in 0..<columnPairs {
        let (c, d) = (lines.column(4 * index + 2, lane), lines.column(4 * index + 3, lane))
        let (e, f) = (lines.column(4 * index + 4, lane), lines.column(4 * index + 5, lane))
        for row in 0..<4 {
          let first = WinogradTransform.Line.ofInput(a[row], b[row], c[row], d[row])
          let second = WinogradTransform.Line.ofInput(c[row], d[row], e[row], f[row])
          write(first, second, to: tile + 4 * row * pointStep, pointStep)
        }
        (a, b) = (e, f)
        tile += input.lanes
      }
    }
  }

  /// Writes the transformed gradients of one row of tiles: `[points][tiles][output.channelStride]`; zeros for
  /// those beyond the outputs.
  @inline(__always)
  func transformGradient<Element: VectorElement>(
    _ map: FeatureMap, _: Element.Type, image: Int, row: Int,
    into target: UnsafeMutablePointer<Vector>, pointStep: Int
  ) {
    let lines = GradientLines<Element>(self, map, image: image, row: row)
    for lane in 0..<output.lanes {
      var tile = target + lane
      for index in 0..<columns {
        let (left, right) = (lines.column(2 * index, lane), lines.column(2 * index + 1, lane))
        for row in 0..<4 {
          let line = WinogradTransform.Line.ofGradients(left[row], right[row])
          for point in 0..<4 { tile[(4 * row + point) * pointStep] = line[point] }
        }
        tile += output.lanes
      }
      for _ in 0..<halo {
        for point in 0..<WinogradTransform.points { tile[point * pointStep] = .zero }
        tile += output.lanes
      }
    }
  }

  /// Writes them rounded to bfloat16, number by number beside those of the tile's neighbour:
  /// `[points][pairs of tiles][output.channelStride][2]`.
  @inline(__always)
  func transformGradientPairs<Element: VectorElement>(
    _ map: FeatureMap, _: Element.Type, image: Int, row: Int,
    into target: UnsafeMutablePointer<Pairs>, pointStep: Int
  ) {
    let lines = GradientLines<Element>(self, map, image: image, row: row)
    for lane in 0..<output.lanes {
      var tile = target + lane
      for index in 0..<columnPairs {
        let (a, b) = (lines.column(4 * index, lane), lines.column(4 * index + 1, lane))
        let (c, d) = (lines.column(4 * index + 2, lane), lines.column(4 * index + 3, lane))
        for row in 0..<4 {
          write(
            .ofGradients(a[row], b[row]), .ofGradients(c[row], d[row]),
            to: tile + 4 * row * pointStep, pointStep)
        }
        tile += output.lanes
      }
    }
  }

  /// Writes, or adds, the outputs of one row of tiles from their products:
  /// `[points][tiles][output.channelStride]`.
  @inline(__always)
  func writeOutputs<Element: VectorElement>(
    of products: UnsafePointer<Vector>, pointStep: Int, bias: UnsafePointer<Vector>?,
    to map: FeatureMap,
    _: Element.Type, image: Int, row: Int, adding: Bool
  ) {
    let (lanes, width) = (output.lanes, output.width)
    let upper = PixelVectors<Element>(map, image: image) + 2 * row * width * lanes
    let hasLower = 2 * row + 1 < output.height
    for lane in 0..<lanes {
      let bias = bias?[lane] ?? .zero
      var tile = products + lane
      for index in 0..<columns {
        let (a, b) = read(tile, pointStep).outputs
        let (c, d) = read(tile + 4 * pointStep, pointStep).outputs
        let (e, f) = read(tile + 8 * pointStep, pointStep).outputs
        let (g, h) = read(tile + 12 * pointStep, pointStep).outputs
        let left = WinogradTransform.Line(first: a, second: c, third: e, fourth: g).outputs
        let right = WinogradTransform.Line(first: b, second: d, third: f, fourth: h).outputs
        @inline(__always)
        func put(_ value: Vector, _ place: Int) {
          upper[place] = adding ? upper[place] + value : value + bias
        }
        let place = 2 * index * lanes + lane
        let hasRight = 2 * index + 1 < width
        put(left.0, place)
        if hasRight { put(right.0, place + lanes) }
        if hasLower {
          put(left.1, place + width * lanes)
          if hasRight { put(right.1, place + (width + 1) * lanes) }
        }
        tile += lanes
      }
    }
  }

  @inline(__always)
  private func write(
    _ first: WinogradTransform.Line, _ second: WinogradTransform.Line,
    to target: UnsafeMutablePointer<Pairs>, _ pointStep: Int
  ) {
    for point in 0..<4 {
      target[point * pointStep] = pairHalves(
        roundToBFloat16(first[point]), roundToBFloat16(second[point]))
    }
  }

  @inline(__always)
  private func read(
    _ source: UnsafePointer<Vector>, _ pointStep: Int
  ) -> WinogradTransform.Line {
    .init(
      first: source[0], second: source[pointStep], third: source[2 * pointStep],
      fourth: source[3 * pointStep])
  }
}

/// The four lines of a map under a row of tiles; what lies outside the map is zero.
private struct InputLines<Element: VectorElement> {
  private let lines:
    (
      PixelVectors<Element>, PixelVectors<Element>, PixelVectors<Element>, PixelVectors<Element>
    )
  private let padding: Int
  private let width: Int
  private let lanes: Int

  @inline(__always)
  init(
    _ tiles: WinogradTiles, _ map: FeatureMap, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>
  ) {
    let shape = tiles.input
    (padding, width, lanes) = (tiles.padding, shape.width, shape.lanes)
    let image = PixelVectors<Element>(map, image: image)
    let outside = PixelVectors<Element>(UnsafeMutableRawPointer(zeros))
    func line(_ offset: Int) -> PixelVectors<Element> {
      let line = 2 * row - tiles.padding + offset
      return 0 <= line && line < shape.height ? image + line * shape.width * shape.lanes : outside
    }
    lines = (line(0), line(1), line(2), line(3))
  }

  /// Bᵀ times a column, counted from the padding's first.
  @inline(__always)
  func column(_ index: Int, _ lane: Int) -> WinogradTransform.Line {
    let column = index - padding
    guard 0 <= column && column < width else { return .zero }
    let place = column * lanes + lane
    return .ofInput(lines.0[place], lines.1[place], lines.2[place], lines.3[place])
  }

  /// Visits the points of a tile, a row of four at a time, for each of which columns are read and summed anew.
  @inline(__always)
  func forEachPoint(
    ofTile index: Int, _ lane: Int, _ body: (_ point: Int, _ number: Vector) -> Void
  ) {
    let first = 2 * index - padding
    @inline(__always)
    func visit(_ row: Int, _ column: (_ index: Int) -> WinogradTransform.Line) {
      let line = WinogradTransform.Line.ofInput(
        column(0)[row], column(1)[row], column(2)[row], column(3)[row])
      for point in 0..<4 { body(4 * row + point, line[point]) }
    }
    if 0 <= first && first + 4 <= width {
      @inline(__always)
      func inside(_ index: Int) -> WinogradTransform.Line {
        let place = (first + index) * lanes + lane
        return .ofInput(lines.0[place], lines.1[place], lines.2[place], lines.3[place])
      }
      visit(0, inside)
      visit(1, inside)
      visit(2, inside)
      visit(3, inside)
    } else {
      @inline(__always)
      func any(_ offset: Int) -> WinogradTransform.Line { column(2 * index + offset, lane) }
      visit(0, any)
      visit(1, any)
      visit(2, any)
      visit(3, any)
    }
  }
}

/// The two lines of a gradient that belong to a row of tiles; what lies outside is zero.
private struct GradientLines<Element: VectorElement> {
  private let upper: PixelVectors<Element>
  private let hasLower: Bool
  private let width: Int
  private let lanes: Int

  @inline(__always)
  init(_ tiles: WinogradTiles, _ map: FeatureMap, image: Int, row: Int) {
    let shape = tiles.output
    (width, lanes) = (shape.width, shape.lanes)
    upper = PixelVectors<Element>(map, image: image) + 2 * row * width * lanes
    hasLower = 2 * row + 1 < shape.height
  }

  /// G times a column.
  @inline(__always)
  func column(_ column: Int, _ lane: Int) -> WinogradTransform.Line {
    guard column < width else { return .zero }
    let place = column * lanes + lane
    return .ofGradients(upper[place], hasLower ? upper[place + width * lanes] : .zero)
  }
}
