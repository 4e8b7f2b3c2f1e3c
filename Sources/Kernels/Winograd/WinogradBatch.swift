import Tensors

/// Some rows of tiles that are processed together, and the memory that they need.
struct WinogradBatch {
  private let rows: Int

  /// Bytes that the transformed inputs and products of a batch should not exceed.
  private static let bytes = 524_288
  /// The smallest number of tiles multiplied each time weights are loaded, even if these tiles
  /// exceed `bytes`.
  static let leastTiles = 64

  /// - Parameter leastTiles: The smallest number of tiles processed at once, even if they exceed
  ///   `bytes`.
  init(_ tiles: WinogradTiles, leastTiles: Int = Self.leastTiles) {
    let tileBytes =
      (tiles.inputStep + tiles.output.channelStride) * tiles.tileSize.points * 4
    let count = max(Self.bytes / tileBytes, leastTiles)
    let most = tiles.halo > 0 ? tiles.rows : tiles.rows * tiles.input.count
    rows = max(1, min(count / tiles.pitch, most))
  }

  /// - Parameter rows: Rows of tiles.
  init(rows: Int) { self.rows = rows }

  /// Vectors from one point to the next: an odd number, which spreads points over the sets of the
  /// cache.
  private func pointStep(_ tiles: WinogradTiles, rows: Int, tileStep: Int) -> Int {
    let count = rows * tiles.pitch + tiles.halo + MatrixProduct.mostRowsAtOnce
    return FeatureMapShape.paddedChannels(count * tileStep) / FeatureMapShape.vectorWidth | 1
  }

  private func inputPointStep(_ tiles: WinogradTiles) -> Int {
    pointStep(tiles, rows: rows + tiles.halo, tileStep: tiles.inputStep)
  }

  private func outputPointStep(_ tiles: WinogradTiles) -> Int {
    pointStep(tiles, rows: rows, tileStep: tiles.output.channelStride)
  }

  /// Floats of transformed tiles and of their products.
  func transformedCount(_ tiles: WinogradTiles) -> Int {
    let steps = inputPointStep(tiles) + outputPointStep(tiles)
    return steps * tiles.tileSize.points * FeatureMapShape.vectorWidth
  }

  /// Further floats that the transforms need.
  func workingCount(_ tiles: WinogradTiles) -> Int {
    tiles.zeroCount * FeatureMapShape.vectorWidth + tiles.waitingCount
  }

  /// Floats of scratch memory: those of `transformedCount` and of `workingCount`.
  func count(_ tiles: WinogradTiles) -> Int { transformedCount(tiles) + workingCount(tiles) }

  /// Divides scratch memory of `count` floats among the arrays of a batch.
  func memory(_ tiles: WinogradTiles, _ scratch: UnsafeMutablePointer<Float>) -> WinogradMemory {
    memory(tiles, transformed: scratch, working: scratch + transformedCount(tiles))
  }

  /// Divides memory of `transformedCount` and of `workingCount` floats; products need only the
  /// former.
  func memory(
    _ tiles: WinogradTiles, transformed: UnsafeMutablePointer<Float>,
    working: UnsafeMutablePointer<Float>? = nil
  ) -> WinogradMemory {
    let inputs = asVectors(transformed)
    let (inputPointStep, outputPointStep) = (inputPointStep(tiles), outputPointStep(tiles))
    let outputs = inputs + inputPointStep * tiles.tileSize.points
    let zeros = asVectors(working ?? transformed)
    if working != nil { zeros.update(repeating: .zero, count: tiles.zeroCount) }
    let waiting = zeros + tiles.zeroCount
    return WinogradMemory(
      inputs: UnsafeMutableRawPointer(inputs), inputPointStep: inputPointStep, outputs: outputs,
      outputPointStep: outputPointStep, zeros: zeros,
      waiting: UnsafeMutableRawPointer(waiting).assumingMemoryBound(to: Float.self))
  }

  /// The rows visited after these.
  func rows(after rows: Range<Int>, _ tiles: WinogradTiles, images: Range<Int>) -> Range<Int> {
    rows.upperBound..<min(rows.upperBound + self.rows, images.upperBound * tiles.rows)
  }

  /// Visits the rows of tiles of some images, numbered across images. Where segments read beyond
  /// the tiles of the outputs, rows visited together belong to one image.
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
