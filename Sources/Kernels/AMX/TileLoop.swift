import Tensors

/// Products whose operands stay in the L1 cache, by AMX or of pairs in vectors: measures the peak
/// rate of bfloat16 arithmetic, of which a kernel reaches a fraction. `MultiplyAddLoop` measures
/// that of float32.
public enum TileLoop {
  /// Whether this build has instructions for bfloat16 products.
  public static var isAvailable: Bool { Precision.bfloat16.isSupported }

  /// Steps between loads of the same operands: 8 KiB of pixels, 8 KiB of weights.
  private static let steps = 4
  private static let roundCount = 10_000
  private static let pixelStep = 2 * TileUnit.depth * steps

  /// Runs for about a millisecond on every thread of the pool.
  ///
  /// - Returns: Floating-point operations done; a multiply-add is two.
  public static func run(on pool: WorkerPool) -> Int {
    let tileBytes = TileUnit.width * pixelStep
    let sumCount = TileSums.vectorCount * Vector.scalarCount
    // Two pixel tiles and two weight tiles, of the same size.
    pool.reserveScratch(sumCount + 4 * tileBytes / MemoryLayout<Float>.stride)
    let runs = TileRuns(
      count: 1, pairs: steps * TileUnit.depth / 2, period: 1, pixelBytes: (0, 0),
      weightBytes: (0, 0))
    pool.forEachPiece(pool.threadCount) { _, scratch in
      let operands = UnsafeMutableRawPointer(scratch + sumCount)
      operands.initializeMemory(as: UInt8.self, repeating: 0, count: 4 * tileBytes)
      let sums = TileSums.begin(memory: scratch)
      sums.clear()
      for _ in 0..<roundCount {
        sums.add(
          runs, pixels: operands, pixelStep: pixelStep, tileStep: tileBytes,
          counts: (TileUnit.width, TileUnit.width), weights: operands + 2 * tileBytes,
          weightTiles: 2)
      }
      sums.finish(pixelTiles: 2, weightTiles: 2)
      sums.end()
    }
    let product = 2 * TileUnit.width * TileUnit.width * TileUnit.depth
    return 4 * product * steps * roundCount * pool.threadCount
  }
}
