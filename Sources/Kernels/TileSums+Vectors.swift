import CVectors

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
    var (sumsA, sumsB) = (PairSums(target), PairSums(target + 1))
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
    sumsA.write(to: target)
    sumsB.write(to: target + 1)
  }

  private func addSixteen(
    _ runs: TileRuns, _ pixels: UnsafeRawPointer, _ pixelStep: Int,
    _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer
  ) {
    let second = target + PairSums.rows * Self.pixelStep
    var (sumsA, sumsB) = (PairSums(target), PairSums(second))
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
    sumsA.write(to: target)
    sumsB.write(to: second)
  }

  private func addEight(
    _ runs: TileRuns, _ pixels: UnsafeRawPointer, _ pixelStep: Int,
    _ target: UnsafeMutablePointer<Vector>, _ weights: UnsafeRawPointer
  ) {
    var sums = PairSums(target)
    for run in 0..<runs.count {
      var pixel = pixels + runs.pixelOffset(run)
      let weight = (weights + runs.weightOffset(run)).assumingMemoryBound(to: Pairs.self)
      for pair in 0..<runs.pairs {
        sums.add(pixel, step: pixelStep, weight[pair])
        pixel += 4
      }
    }
    sums.write(to: target)
  }
}

/// Pairs of bfloat16, one in each lane.
private typealias Pairs = SIMD16<UInt32>

/// Sums of eight pixels by one weight tile, in registers.
private struct PairSums {
  private var sum0: Vector
  private var sum1: Vector
  private var sum2: Vector
  private var sum3: Vector
  private var sum4: Vector
  private var sum5: Vector
  private var sum6: Vector
  private var sum7: Vector

  static let rows = 8

  @inline(__always)
  init(_ memory: UnsafePointer<Vector>) {
    let step = TileSums.pixelStep
    (sum0, sum1, sum2, sum3) = (memory[0], memory[step], memory[2 * step], memory[3 * step])
    (sum4, sum5, sum6, sum7) = (
      memory[4 * step], memory[5 * step], memory[6 * step], memory[7 * step]
    )
  }

  /// sum i += the pair at pixel i times the pairs of `weights`.
  @inline(__always)
  mutating func add(_ pixel: UnsafeRawPointer, step: Int, _ weights: Pairs) {
    func bits(_ index: Int) -> UInt32 {
      (pixel + index * step).loadUnaligned(as: UInt32.self)
    }
    sum0 = addPairProducts(sum0, bits(0), weights)
    sum1 = addPairProducts(sum1, bits(1), weights)
    sum2 = addPairProducts(sum2, bits(2), weights)
    sum3 = addPairProducts(sum3, bits(3), weights)
    sum4 = addPairProducts(sum4, bits(4), weights)
    sum5 = addPairProducts(sum5, bits(5), weights)
    sum6 = addPairProducts(sum6, bits(6), weights)
    sum7 = addPairProducts(sum7, bits(7), weights)
  }

  @inline(__always)
  func write(to memory: UnsafeMutablePointer<Vector>) {
    let step = TileSums.pixelStep
    (memory[0], memory[step], memory[2 * step], memory[3 * step]) = (sum0, sum1, sum2, sum3)
    (memory[4 * step], memory[5 * step], memory[6 * step], memory[7 * step]) = (
      sum4, sum5, sum6, sum7
    )
  }
}
