import CVectors
import Tensors

/// Lines of two maps that transforms read or write next. Products ask memory for little: some lines are asked for
/// at each step of theirs, and no transform waits for them (docs/kernels.md).
struct ComingLines {
  private var first: Span
  private var second: Span

  /// - Parameters:
  ///   - rows: Of tiles of the one map and of the other, counted on from image to image.
  ///   - steps: Calls of `fetchSome`.
  ///   - isOn: Whether the maps are anywhere but in the caches. What is there is asked for in vain, which costs
  ///     narrow layers a tenth of their rate.
  init(
    _ tiles: WinogradTiles, _ map: FeatureMap, rows: Range<Int>, _ other: FeatureMap,
    rows others: Range<Int>, steps: Int, isOn: Bool
  ) {
    first = Span(tiles, map, rows: isOn ? rows : 0..<0, steps: steps)
    second = Span(tiles, other, rows: isOn ? others : 0..<0, steps: steps)
  }

  /// Asks for the next ones, which are few: beyond some twenty a core waits before it asks for more.
  @inline(__always)
  mutating func fetchSome() {
    first.fetchSome()
    second.fetchSome()
  }
}

/// Memory that is asked for from beginning to end.
private struct Span {
  private var next: UnsafeRawPointer
  private let end: UnsafeRawPointer
  private let stepBytes: Int

  private static let lineBytes = 64

  init(_ tiles: WinogradTiles, _ map: FeatureMap, rows: Range<Int>, steps: Int) {
    let shape = map.shape
    /// Where a row of tiles begins.
    func place(_ row: Int) -> UnsafeRawPointer {
      let line = min(tiles.filter.height * (row % tiles.rows), shape.height)
      return UnsafeRawPointer(map.memory) + row / tiles.rows * shape.imageByteCount
        + line * (shape.imageByteCount / shape.height)
    }
    (next, end) = (place(rows.lowerBound), place(rows.upperBound))
    let lines = (end - next + Self.lineBytes - 1) / Self.lineBytes
    stepBytes = (lines + steps - 1) / steps * Self.lineBytes
  }

  @inline(__always)
  mutating func fetchSome() {
    let stop = min(next + stepBytes, end)
    while next < stop {
      prefetchLine(next)
      next += Self.lineBytes
    }
  }
}
