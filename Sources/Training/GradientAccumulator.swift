import Kernels
import Layers
import Tensors

/// Adds up the gradients of the mini-batches that make one step.
///
/// Each counts by its share of the step's images, so that the sum is the mean over all of them: that of
/// one large batch, batch norms aside, which see a mini-batch at a time.
final class GradientAccumulator {
  private let parameters: [Parameter]
  private let sums: [AlignedBuffer]

  init(for parameters: [Parameter]) {
    self.parameters = parameters.filter(\.isTrainable)
    sums = self.parameters.map { AlignedBuffer(count: $0.value.count) }
  }

  /// Adds the gradients that a backward pass has left in the parameters.
  ///
  /// - Parameters:
  ///   - share: The mini-batch's images over the step's.
  ///   - isFirst: Whether a new sum begins.
  func add(share: Double, isFirst: Bool, on pool: WorkerPool) {
    for (parameter, sum) in zip(parameters, sums) {
      guard let gradient = parameter.gradient else { continue }
      if isFirst {
        BufferArithmetic.assign(gradient, times: Float(share), to: sum, on: pool)
      } else {
        BufferArithmetic.add(gradient, times: Float(share), to: sum, on: pool)
      }
    }
  }

  /// Makes the sums the gradients of the parameters.
  func finish(on pool: WorkerPool) {
    for (parameter, sum) in zip(parameters, sums) {
      guard let gradient = parameter.gradient else { continue }
      BufferArithmetic.assign(sum, times: 1, to: gradient, on: pool)
    }
  }
}
