import Tensors

/// How many rows of tiles are worked on at once.
struct WinogradBatch {
  private let rows: Int

  /// What transformed inputs and products should fit.
  private static let bytes = 524_288
  /// Tiles that each fetched weight should serve, if they fit or not.
  private static let least = 64

  init(_ tiles: WinogradTiles) {
    let tileBytes =
      (tiles.input.channelStride + tiles.output.channelStride) * WinogradTransform.points * 4
    let count = max(Self.bytes / tileBytes, Self.least)
    let most = tiles.halo > 0 ? tiles.rows : tiles.rows * tiles.input.count
    rows = max(1, min(count / tiles.pitch, most))
  }

  /// Vectors from one point to the next: an odd number, lest all points fall into the same sets of the
  /// cache.
  private func pointStep(_ tiles: WinogradTiles, rows: Int, lanes: Int) -> Int {
    (rows * tiles.pitch + tiles.halo + MatrixProduct.mostRowsAtOnce) * lanes | 1
  }

  private func inputPointStep(_ tiles: WinogradTiles) -> Int {
    pointStep(tiles, rows: rows + tiles.halo, lanes: tiles.input.lanes)
  }

  private func outputPointStep(_ tiles: WinogradTiles) -> Int {
    pointStep(tiles, rows: rows, lanes: tiles.output.lanes)
  }

  /// Floats of scratch memory.
  func count(_ tiles: WinogradTiles) -> Int {
    let steps = inputPointStep(tiles) + outputPointStep(tiles)
    return (steps * WinogradTransform.points + tiles.zeroCount) * FeatureMapShape.vectorWidth
  }

  /// Cuts up scratch memory.
  func memory(_ tiles: WinogradTiles, _ scratch: UnsafeMutablePointer<Float>) -> WinogradMemory {
    let inputs = vectors(scratch)
    let (inputPointStep, outputPointStep) = (inputPointStep(tiles), outputPointStep(tiles))
    let outputs = inputs + inputPointStep * WinogradTransform.points
    let zeros = outputs + outputPointStep * WinogradTransform.points
    zeros.update(repeating: .zero, count: tiles.zeroCount)
    return WinogradMemory(
      inputs: UnsafeMutableRawPointer(inputs), inputPointStep: inputPointStep, outputs: outputs,
      outputPointStep: outputPointStep, zeros: zeros)
  }

  /// Visits the rows of tiles of some images, counted on from image to image. Where tiles reach beyond those
  /// of the outputs, rows that are visited at once are of one image.
  @inline(__always)
  func forEachRows(
    _ tiles: WinogradTiles, images: Range<Int>, _ body: (_ rows: Range<Int>) -> Void
  ) {
    let last = images.upperBound * tiles.rows
    var first = images.lowerBound * tiles.rows
    while first < last {
      let end = tiles.halo > 0 ? (first / tiles.rows + 1) * tiles.rows : last
      let rows = first..<min(first + rows, end)
      body(rows)
      first = rows.upperBound
    }
  }
}

/// A worker's transformed tiles.
struct WinogradMemory {
  /// Inputs, sixteen floats, bfloat16 or pairs of those to a vector.
  private let inputs: UnsafeMutableRawPointer
  /// Vectors from one point to the next.
  private let inputPointStep: Int
  /// Products, or transformed gradients.
  let outputs: UnsafeMutablePointer<Vector>
  let outputPointStep: Int
  private let zeros: UnsafeMutablePointer<Vector>

  init(
    inputs: UnsafeMutableRawPointer, inputPointStep: Int, outputs: UnsafeMutablePointer<Vector>,
    outputPointStep: Int, zeros: UnsafeMutablePointer<Vector>
  ) {
    (self.inputs, self.inputPointStep) = (inputs, inputPointStep)
    (self.outputs, self.outputPointStep) = (outputs, outputPointStep)
    self.zeros = zeros
  }

  /// Transforms a row of tiles from the place of tile `tile` on.
  ///
  /// - Parameter stored: What they are rounded to.
  @inline(__always)
  func transformInput<Stored: VectorElement>(
    _ tiles: WinogradTiles, _ x: FeatureMap, image: Int, row: Int, tile: Int, as stored: Stored.Type
  ) {
    let target = PixelVectors<Stored>(inputs) + tile * tiles.input.lanes
    switch x.shape.precision {
    case .float32:
      tiles.transformInput(
        x, Float.self, image: image, row: row, zeros: zeros, into: target,
        pointStep: inputPointStep, keepingColumns: !RegisterTile.isOneQuad)
    case .bfloat16:
      tiles.transformInput(
        x, BFloat16.self, image: image, row: row, zeros: zeros, into: target,
        pointStep: inputPointStep, keepingColumns: !RegisterTile.isOneQuad)
    }
  }

  /// The transformed inputs of one point, from a tile on.
  @inline(__always)
  func inputs<Stored: VectorElement>(
    ofPoint point: Int, tile: Int = 0, lanes: Int = 0, as stored: Stored.Type
  ) -> UnsafeRawPointer {
    UnsafeRawPointer(
      (PixelVectors<Stored>(inputs) + (point * inputPointStep + tile * lanes)).memory)
  }

  /// Transforms a row of tiles and their gradients, in float32 from the place of tile `tile` on.
  @inline(__always)
  func transform<Element: VectorElement>(
    _ tiles: WinogradTiles, _ x: FeatureMap, _ dy: FeatureMap, _ type: Element.Type, image: Int,
    row: Int, tile: Int
  ) {
    tiles.transformInput(
      x, type, image: image, row: row, zeros: zeros,
      into: PixelVectors<Float>(inputs) + tile * tiles.input.lanes, pointStep: inputPointStep,
      keepingColumns: true)
    tiles.transformGradient(
      dy, type, image: image, row: row, into: outputs + tile * tiles.output.lanes,
      pointStep: outputPointStep)
  }

  /// Transforms them in pairs of bfloat16, from the place of pair `pair` on.
  @inline(__always)
  func transformPairs<Element: VectorElement>(
    _ tiles: WinogradTiles, _ x: FeatureMap, _ dy: FeatureMap, _ type: Element.Type, image: Int,
    row: Int, pair: Int
  ) {
    tiles.transformInputPairs(
      x, type, image: image, row: row, zeros: zeros,
      into: inputs.assumingMemoryBound(to: Pairs.self) + pair * tiles.input.lanes,
      pointStep: inputPointStep)
    tiles.transformGradientPairs(
      dy, type, image: image, row: row,
      into: UnsafeMutableRawPointer(outputs).assumingMemoryBound(to: Pairs.self)
        + pair * tiles.output.lanes, pointStep: outputPointStep)
  }
}
