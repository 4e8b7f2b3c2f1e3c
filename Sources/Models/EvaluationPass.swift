import Layers
import Tensors

/// How many images of a batch go through a network at once in evaluation.
///
/// As many as leave their maps in the caches, so that layers that compute little need not wait for memory.
/// Each pass reads all weights: all passes together at most half as many bytes as a batch has of maps.
enum EvaluationPass {
  /// Bytes of maps alive at once that a last cache holds in part, and that it holds well.
  private static let bearableBytes = 33_554_432
  private static let cachedBytes = 8_388_608
  /// Images that keep some threads busy.
  private static let leastSize = 16

  /// The size of the passes of a batch, of which the last may be smaller.
  static func size(_ network: Network, precision: Precision, batch: Int) -> Int {
    let shapes = network.shapes(count: 1, arithmetic: precision)
    let lifetimes = Lifetimes(network, mode: .evaluation)
    let aliveBytes = MemoryPlan(lifetimes.requests(shapes: shapes).map(\.request)).byteCount
    guard batch * aliveBytes > bearableBytes else { return batch }
    let mapBytes = shapes.reduce(0) { $0 + $1.byteCount }
    let weightBytes = 4 * network.parameterCount
    let size = max(cachedBytes / aliveBytes, 2 * weightBytes / mapBytes, leastSize)
    let passes = (batch + size - 1) / size
    return (batch + passes - 1) / passes
  }
}
