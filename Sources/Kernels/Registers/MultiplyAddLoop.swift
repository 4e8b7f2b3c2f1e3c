import CVectors
import Tensors

/// Multiply-adds between registers and nothing else: measures the peak rate of this processor, of
/// which a kernel reaches a fraction.
///
/// A multiply-add takes some four cycles, and two can start in each cycle, so a dozen independent
/// sums keep a core busy. They are as wide as the vectors that the kernels were built for.
public enum MultiplyAddLoop {
  /// Runs for about a millisecond on every thread of the pool.
  ///
  /// - Returns: Floating-point operations done; a multiply-add is two.
  public static func run(on pool: WorkerPool) -> Int {
    pool.reserveScratch(FeatureMapShape.vectorWidth)
    switch kernelVectorBits() {
    case 512: return run(SIMD16<Float>.self, on: pool)
    case 256: return run(SIMD8<Float>.self, on: pool)
    default: return run(SIMD4<Float>.self, on: pool)
    }
  }

  private static let sumCount = 12
  private static let roundCount = 400_000

  @inline(__always)
  private static func run<Lanes: SIMD>(_ lanes: Lanes.Type, on pool: WorkerPool) -> Int
  where Lanes.Scalar == Float {
    pool.forEachPiece(pool.threadCount) { piece, scratch in
      let result = sums(startingAt: Float(piece), lanes)
      UnsafeMutableRawPointer(scratch).storeBytes(of: result, as: Lanes.self)
    }
    return 2 * Lanes.scalarCount * sumCount * roundCount * pool.threadCount
  }

  /// Twelve sums s ← s · ½ + 1. They stay finite, since all converge to 2. The compiler does not
  /// know this, so it keeps all twelve.
  @inline(__always)
  private static func sums<Lanes: SIMD>(startingAt start: Float, _: Lanes.Type) -> Lanes
  where Lanes.Scalar == Float {
    let half = Lanes(repeating: 0.5)
    let one = Lanes(repeating: 1)
    var s0 = Lanes(repeating: start)
    var s1 = Lanes(repeating: start + 1)
    var s2 = Lanes(repeating: start + 2)
    var s3 = Lanes(repeating: start + 3)
    var s4 = Lanes(repeating: start + 4)
    var s5 = Lanes(repeating: start + 5)
    var s6 = Lanes(repeating: start + 6)
    var s7 = Lanes(repeating: start + 7)
    var s8 = Lanes(repeating: start + 8)
    var s9 = Lanes(repeating: start + 9)
    var s10 = Lanes(repeating: start + 10)
    var s11 = Lanes(repeating: start + 11)
    for _ in 0..<roundCount {
      s0 = one.addingProduct(s0, half)
      s1 = one.addingProduct(s1, half)
      s2 = one.addingProduct(s2, half)
      s3 = one.addingProduct(s3, half)
      s4 = one.addingProduct(s4, half)
      s5 = one.addingProduct(s5, half)
      s6 = one.addingProduct(s6, half)
      s7 = one.addingProduct(s7, half)
      s8 = one.addingProduct(s8, half)
      s9 = one.addingProduct(s9, half)
      s10 = one.addingProduct(s10, half)
      s11 = one.addingProduct(s11, half)
    }
    return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11
  }
}
