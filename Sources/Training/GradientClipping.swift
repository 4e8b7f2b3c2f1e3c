import Kernels
import Layers

/// Bounds the length of a step's gradient.
public enum GradientClipping {
  /// Scales all gradients by one number where their common norm is above `limit`:
  ///
  ///     norm = √Σ g² over all parameters        g ← g · min(1, limit / (norm + 1e-6))
  ///
  /// Source: Pascanu et al., 2013, arXiv:1211.5063, algorithm 1, in the form of PyTorch's
  /// `clip_grad_norm_`. Squares are summed in `Double` and in a fixed order.
  ///
  /// - Returns: The norm before.
  @discardableResult
  public static func clip(
    _ parameters: [Parameter], toNorm limit: Double, on pool: WorkerPool
  ) -> Double {
    let gradients = parameters.compactMap(\.gradient)
    let squares = gradients.reduce(0.0) { $0 + BufferArithmetic.sumOfSquares($1, on: pool) }
    let norm = squares.squareRoot()
    let scale = limit / (norm + 1e-6)
    if scale < 1 {
      for gradient in gradients {
        BufferArithmetic.assign(gradient, times: Float(scale), to: gradient, on: pool)
      }
    }
    return norm
  }
}
