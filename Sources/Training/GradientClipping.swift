import Kernels
import Layers

/// Limits the norm of a step's gradient.
public enum GradientClipping {
  /// Scales all gradients by one factor if their common norm is above `limit`:
  ///
  ///     norm = √Σ g² over all parameters        g ← g · min(1, limit / (norm + 1e-6))
  ///
  /// Source: Pascanu et al., 2013, arXiv:1211.5063, algorithm 1, in the form of PyTorch's
  /// `clip_grad_norm_`. Squares are summed in `Double` and in a fixed order.
  ///
  /// - Returns: The norm before clipping.
  @discardableResult
  public static func clip(
    _ parameters: [Parameter], toNorm limit: Double, on pool: WorkerPool
  ) -> Double {
    var squares = 0.0
    for case let gradient? in parameters.lazy.map(\.wantedGradient) {
      squares += BufferArithmetic.sumOfSquares(gradient, on: pool)
    }
    let norm = squares.squareRoot()
    let scale = limit / (norm + 1e-6)
    if scale < 1 {
      for case let gradient? in parameters.lazy.map(\.wantedGradient) {
        BufferArithmetic.assign(gradient, times: Float(scale), to: gradient, on: pool)
      }
    }
    return norm
  }
}
