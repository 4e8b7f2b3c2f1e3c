import Tensors

/// How a feature map is cut into the tiles of Winograd's convolution, and how they are transformed.
///
/// Tiles are counted in reading order; a *row* of them is two rows of outputs. What a border tile reads
/// outside the map is zero.
struct WinogradTiles {
  /// The map that is read in tiles of 4×4, and the one that has 2×2 numbers for each.
  let input: FeatureMapShape
  let output: FeatureMapShape
  let padding: Int

  var columns: Int { (output.width + 1) / 2 }
  var rows: Int { (output.height + 1) / 2 }

  /// Vectors of scratch memory that hold the zeros of a row outside the map.
  var zeroCount: Int { input.width * input.lanes }

  /// Writes the transformed tiles of one row of them: `[points][tiles][input.channelStride]`.
  ///
  /// - Parameters:
  ///   - zeros: `zeroCount` vectors.
  ///   - pointStep: Vectors from one point to the next.
  @inline(__always)
  func transformInput<Element: VectorElement>(
    _ map: FeatureMap, _: Element.Type, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>, into target: UnsafeMutablePointer<Vector>, pointStep: Int
  ) {
    let (lanes, width) = (input.lanes, input.width)
    let image = PixelVectors<Element>(map, image: image)
    let outside = PixelVectors<Element>(UnsafeMutableRawPointer(zeros))
    func line(_ offset: Int) -> PixelVectors<Element> {
      let line = 2 * row - padding + offset
      return 0 <= line && line < input.height ? image + line * width * lanes : outside
    }
    let (line0, line1, line2, line3) = (line(0), line(1), line(2), line(3))
    for lane in 0..<lanes {
      func column(_ index: Int) -> WinogradTransform.Line {
        guard 0 <= index && index < width else { return .zero }
        let place = index * lanes + lane
        return .ofInput(line0[place], line1[place], line2[place], line3[place])
      }
      var (a, b) = (column(-padding), column(1 - padding))
      var tile = target + lane
      for index in 0..<columns {
        let (c, d) = (column(2 * index - padding + 2), column(2 * index - padding + 3))
        write(.ofInput(a.first, b.first, c.first, d.first), to: tile, pointStep)
        write(
          .ofInput(a.second, b.second, c.second, d.second), to: tile + 4 * pointStep, pointStep)
        write(.ofInput(a.third, b.third, c.third, d.third), to: tile + 8 * pointStep, pointStep)
        write(
          .ofInput(a.fourth, b.fourth, c.fourth, d.fourth), to: tile + 12 * pointStep, pointStep)
        (a, b) = (c, d)
        tile += lanes
      }
    }
  }

  /// Writes the transformed gradients of one row of tiles: `[points][tiles][output.channelStride]`.
  @inline(__always)
  func transformGradient<Element: VectorElement>(
    _ map: FeatureMap, _: Element.Type, image: Int, row: Int,
    into target: UnsafeMutablePointer<Vector>, pointStep: Int
  ) {
    let (lanes, width) = (output.lanes, output.width)
    let upper = PixelVectors<Element>(map, image: image) + 2 * row * width * lanes
    let hasLower = 2 * row + 1 < output.height
    for lane in 0..<lanes {
      var tile = target + lane
      for index in 0..<columns {
        let place = 2 * index * lanes + lane
        let hasRight = 2 * index + 1 < width
        let left = WinogradTransform.Line.ofGradients(
          upper[place], hasLower ? upper[place + width * lanes] : .zero)
        let right =
          hasRight
          ? WinogradTransform.Line.ofGradients(
            upper[place + lanes], hasLower ? upper[place + (width + 1) * lanes] : .zero) : .zero
        write(.ofGradients(left.first, right.first), to: tile, pointStep)
        write(.ofGradients(left.second, right.second), to: tile + 4 * pointStep, pointStep)
        write(.ofGradients(left.third, right.third), to: tile + 8 * pointStep, pointStep)
        write(.ofGradients(left.fourth, right.fourth), to: tile + 12 * pointStep, pointStep)
        tile += lanes
      }
    }
  }

  /// Writes, or adds, the outputs of one row of tiles from their products:
  /// `[points][tiles][output.channelStride]`.
  @inline(__always)
  func writeOutputs<Element: VectorElement>(
    of products: UnsafePointer<Vector>, pointStep: Int, bias: UnsafePointer<Vector>?, to map: FeatureMap,
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
    _ line: WinogradTransform.Line, to target: UnsafeMutablePointer<Vector>, _ pointStep: Int
  ) {
    target[0] = line.first
    target[pointStep] = line.second
    target[2 * pointStep] = line.third
    target[3 * pointStep] = line.fourth
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
