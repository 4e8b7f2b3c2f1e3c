/// The sums without tile registers: products of pairs in vectors.
extension TileSums {
  /// Adds the products of a pixel tile, or of the first `count` pixels and up to seven more.
  ///
  /// Eight pixels by two weight tiles, or sixteen by one, fill sixteen registers with sums. These
  /// hide the latency of a product and need so few loads that only the products limit the rate.
  func addByVectors(
    _ runs: TileRuns, _ pixels: UnsafeRawPointer, _ pixelStep: Int, _ count: Int,
    _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer, _ weightTiles: Int
  ) {
    if weightTiles == 2 {
      for first in stride(from: 0, to: count, by: 8) {
        add(
          RegisterBlock<Vector, 8, 2>.self, runs, pixels + first * pixelStep, pixelStep,
          target + first * Self.pixelStep, weights)
      }
    } else if count > 8 {
      add(RegisterBlock<Vector, 16, 1>.self, runs, pixels, pixelStep, target, weights)
    } else {
      add(RegisterBlock<Vector, 8, 1>.self, runs, pixels, pixelStep, target, weights)
    }
  }

  @inline(__always)
  private func add<let rows: Int, let columns: Int>(
    _: RegisterBlock<Vector, rows, columns>.Type, _ runs: TileRuns, _ pixels: UnsafeRawPointer,
    _ pixelStep: Int, _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer
  ) {
    var sums = RegisterBlock<Vector, rows, columns>(from: target, step: Self.pixelStep)
    for run in 0..<runs.count {
      var pixel = pixels + runs.pixelOffset(run)
      var weight = (weights + runs.weightOffset(run)).assumingMemoryBound(to: Pairs.self)
      var pairsLeft = runs.pairs
      while pairsLeft > 0 {
        let count = min(pairsLeft, runs.tilePairs)
        for pair in 0..<count {
          sums.add(pairs: pixel, step: pixelStep, weight + pair, vectorStep: runs.tilePairs)
          pixel += 4
        }
        weight += columns * runs.tilePairs
        pairsLeft -= count
      }
    }
    sums.write(to: target, step: Self.pixelStep)
  }
}
