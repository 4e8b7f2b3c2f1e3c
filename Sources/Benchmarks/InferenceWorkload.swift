import Kernels
import Models
import Tensors

/// A network that evaluates the same batch repeatedly.
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

  /// Writes the batch to the plan's input. Needed before each pass: the plan reuses the input's
  /// memory for later layers.
  func placeFixedBatch() { fixed.fill(plan.input(count: batch)) }

  /// Forward pass to the logits.
  func answer() { plan.forward(count: batch) }

  /// The logits of the last forward pass.
  var logits: FeatureMap { plan.logits }

  /// Whether all logits are finite.
  var isFinite: Bool { logits.elements.allSatisfy(\.isFinite) }
}
