import Kernels
import Models
import Tensors

/// A network that answers the same batch again and again.
final class InferenceWorkload {
  private let plan: NetworkPlan
  private let fixed: FixedBatch
  private let batch: Int

  init(_ network: Network, _ benchmark: BenchmarkCase, on pool: WorkerPool) {
    batch = benchmark.batch
    plan = NetworkPlan(
      network, mode: .evaluation, precision: benchmark.precision, capacity: batch, on: pool)
    fixed = FixedBatch(count: batch, classes: network.classes, seed: 1)
  }

  /// Puts the batch in place: a plan gives the memory of its input to later layers.
  func placeFixedBatch() { fixed.fill(plan.input(count: batch)) }

  /// Forward pass to the logits.
  func answer() { plan.forward(count: batch) }

  /// The logits of the last answer.
  var logits: FeatureMap { plan.logits }

  /// Whether they are numbers.
  var isFinite: Bool { logits.elements.allSatisfy(\.isFinite) }
}
