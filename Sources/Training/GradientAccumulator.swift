import Kernels
import Layers
import Tensors

/// Adds up the gradients of the mini-batches of one step.
///
/// Each mini-batch is weighted by its fraction of the step's images, so that the sum is the mean
/// over all of them. The result equals the gradient of one large batch, except that batch norms see
/// one mini-batch at a time.
final class GradientAccumulator {
  private let parameters: [Parameter]
  private let sums: [AlignedBuffer]

  init(for parameters: [Parameter]) {
    self.parameters = parameters.filter(\.isTrainable)
    sums = self.parameters.map { AlignedBuffer(count: $0.value.count) }
  }

  /// Adds the gradients that a backward pass has written to the parameters.
  ///
  /// - Parameters:
  ///   - fraction: The mini-batch's fraction of the step's images.
  ///   - isFirst: Whether to begin a new sum.
  func add(fraction: Double, isFirst: Bool, on pool: WorkerPool) {
    for (parameter, sum) in zip(parameters, sums) {
      guard let gradient = parameter.gradient else { continue }
      if isFirst {
        BufferArithmetic.assign(gradient, times: Float(fraction), to: sum, on: pool)
      } else {
        BufferArithmetic.add(gradient, times: Float(fraction), to: sum, on: pool)
      }
    }
  }

  /// Copies the sums to the gradients of the parameters.
  func finish(on pool: WorkerPool) {
    for (parameter, sum) in zip(parameters, sums) {
      guard let gradient = parameter.gradient else { continue }
      BufferArithmetic.assign(sum, times: 1, to: gradient, on: pool)
    }
  }
}
