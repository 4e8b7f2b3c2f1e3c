import Layers
import Tensors

/// The number of images of a batch that go through a network at once in evaluation.
///
/// It is chosen so that their maps stay in the caches, and layers with little arithmetic don't wait
/// for memory. Each pass reads all weights; the size is large enough that all passes together read
/// at most half as many bytes of weights as of maps.
enum EvaluationPass {
  /// Largest size of the simultaneously live maps that the last-level cache still partly holds, and
  /// target size that it holds fully.
  private static let bearableBytes = 33_554_432
  private static let cachedBytes = 8_388_608
  /// Smallest pass that keeps several threads busy.
  private static let leastSize = 16

  /// The size of the passes of a batch; the last may be smaller.
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
