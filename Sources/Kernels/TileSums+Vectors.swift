/// The same sums without tile registers: products of pairs in vectors.
extension TileSums {
  /// Adds the products of a pixel tile, or of the first `count` pixels and up to seven more.
  ///
  /// Eight pixels by two weight tiles, or sixteen by one, fill sixteen registers with sums: enough to hide
  /// the latency of a product, and few enough fetches that products alone set the pace.
  func addByVectors(
    _ runs: TileRuns, _ pixels: UnsafeRawPointer, _ pixelStep: Int, _ count: Int,
    _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer, _ weightTiles: Int
  ) {
    if weightTiles == 2 {
      for first in stride(from: 0, to: count, by: PairSums.rows) {
        addEightByTwo(
          runs, pixels + first * pixelStep, pixelStep, target + first * Self.pixelStep, weights)
      }
    } else if count > PairSums.rows {
      addSixteen(runs, pixels, pixelStep, target, weights)
    } else {
      addEight(runs, pixels, pixelStep, target, weights)
    }
  }

  private func addEightByTwo(
    _ runs: TileRuns, _ pixels: UnsafeRawPointer, _ pixelStep: Int,
    _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer
  ) {
    var (sumsA, sumsB) = (
      PairSums(target, step: Self.pixelStep), PairSums(target + 1, step: Self.pixelStep)
    )
    for run in 0..<runs.count {
      var pixel = pixels + runs.pixelOffset(run)
      var weight = (weights + runs.weightOffset(run)).assumingMemoryBound(to: Pairs.self)
      var pairsLeft = runs.pairs
      while pairsLeft > 0 {
        let count = min(pairsLeft, runs.tilePairs)
        for pair in 0..<count {
          sumsA.add(pixel, step: pixelStep, weight[pair])
          sumsB.add(pixel, step: pixelStep, weight[pair + runs.tilePairs])
          pixel += 4
        }
        weight += 2 * runs.tilePairs
        pairsLeft -= count
      }
    }
    sumsA.write(to: target, step: Self.pixelStep)
    sumsB.write(to: target + 1, step: Self.pixelStep)
  }

  private func addSixteen(
    _ runs: TileRuns, _ pixels: UnsafeRawPointer, _ pixelStep: Int,
    _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer
  ) {
    let second = target + PairSums.rows * Self.pixelStep
    var (sumsA, sumsB) = (
      PairSums(target, step: Self.pixelStep), PairSums(second, step: Self.pixelStep)
    )
    for run in 0..<runs.count {
      var pixelA = pixels + runs.pixelOffset(run)
      var pixelB = pixelA + PairSums.rows * pixelStep
      let weight = (weights + runs.weightOffset(run)).assumingMemoryBound(to: Pairs.self)
      for pair in 0..<runs.pairs {
        sumsA.add(pixelA, step: pixelStep, weight[pair])
        sumsB.add(pixelB, step: pixelStep, weight[pair])
        pixelA += 4
        pixelB += 4
      }
    }
    sumsA.write(to: target, step: Self.pixelStep)
    sumsB.write(to: second, step: Self.pixelStep)
  }

  private func addEight(
    _ runs: TileRuns, _ pixels: UnsafeRawPointer, _ pixelStep: Int,
    _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer
  ) {
    var sums = PairSums(target, step: Self.pixelStep)
    for run in 0..<runs.count {
      var pixel = pixels + runs.pixelOffset(run)
      let weight = (weights + runs.weightOffset(run)).assumingMemoryBound(to: Pairs.self)
      for pair in 0..<runs.pairs {
        sums.add(pixel, step: pixelStep, weight[pair])
        pixel += 4
      }
    }
    sums.write(to: target, step: Self.pixelStep)
  }
}
