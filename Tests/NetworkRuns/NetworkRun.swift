import Kernels
import Layers
import Models
import Tensors
import TestSupport

/// A network with a training plan, which runs on dense batches.
public final class NetworkRun {
  public let network: Network
  public let pool: WorkerPool
  private let plan: NetworkPlan
  private let batch: Int
  private let precision: Precision

  public init(
    _ network: Network, precision: Precision = .float32, batch: Int, threads: Int = 2
  ) {
    self.network = network
    self.batch = batch
    self.precision = precision
    pool = WorkerPool(threadCount: threads)
    plan = NetworkPlan(
      network, mode: .training, precision: precision, capacity: batch, on: pool)
  }

  /// Fills all weights like those of the golden networks.
  public func fill(suffix: String) {
    for parameter in network.parameters where parameter.gradient != nil {
      let kind: FillKind =
        switch parameter.role {
        case .weight, .whitening: .weight
        case .normWeight: .norm
        default: .bias
        }
      let values = goldenFill(parameter.name, suffix: suffix, shape: parameter.shape, kind: kind)
      parameter.load(dense: values.values)
    }
  }

  /// One forward and backward pass in training mode; the gradients stay in the parameters.
  public func train(
    _ images: DenseTensor, labels: [ClassLabel]
  ) -> (logits: DenseTensor, loss: Double) {
    plan.input(count: batch).load(denseNCHW: images.values)
    plan.forward(count: batch, origin: BatchOrigin(seed: 1, epoch: 1, position: 0))
    let logits = plan.logits
    let probabilities = OwnedFeatureMap(logits.shape)
    var losses = [Double](repeating: 0, count: batch)
    labels.withUnsafeBufferPointer { labels in
      losses.withUnsafeMutableBufferPointer { losses in
        CrossEntropy().evaluate(
          logits, labels: labels, losses: losses, probabilities: probabilities.map,
          gradient: plan.logitsGradient)
      }
    }
    let values = logits.denseNCHW()
    plan.backward()
    return (
      DenseTensor(shape: [batch, network.classes], values: values),
      losses.reduce(0, +) / Double(batch)
    )
  }

  /// Logits in evaluation mode.
  public func evaluate(_ images: DenseTensor) -> [Float] {
    let plan = NetworkPlan(
      network, mode: .evaluation, precision: precision, capacity: batch, on: pool)
    plan.input(count: batch).load(denseNCHW: images.values)
    plan.forward(count: batch)
    return plan.logits.denseNCHW()
  }
}
