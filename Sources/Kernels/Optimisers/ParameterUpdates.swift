import Foundation
import Tensors

/// The arithmetic of the optimisers on one parameter's floats. Padding stays zero, because its
/// value and gradient are zero.
public enum ParameterUpdates {
  private static let pieceSize = 32_768

  /// One step of stochastic gradient descent with momentum:
  ///
  ///     g = gradient + weightDecay · value
  ///     velocity = momentum · velocity + g
  ///     value −= rate · (nesterov ? g + momentum · velocity : velocity)
  ///
  /// Source: Sutskever et al., 2013, section 2, in PyTorch's form, with the rate outside the velocity.
  public static func sgd(
    value: AlignedBuffer, gradient: AlignedBuffer, velocity: AlignedBuffer?, rate: Float,
    momentum: Float, nesterov: Bool, weightDecay: Float, on pool: WorkerPool
  ) {
    pool.forEachRange(of: value.count, size: pieceSize) { range, _ in
      let (value, gradient) = (value.base, gradient.base)
      if let velocity = velocity?.base {
        for index in range {
          let g = gradient[index] + weightDecay * value[index]
          let v = momentum * velocity[index] + g
          velocity[index] = v
          value[index] -= rate * (nesterov ? g + momentum * v : v)
        }
      } else {
        for index in range {
          value[index] -= rate * (gradient[index] + weightDecay * value[index])
        }
      }
    }
  }

  /// One step of Adam, the `step`-th, counted from 1:
  ///
  ///     g = gradient + weightDecay · value
  ///     mean = β₁ · mean + (1 − β₁) · g        square = β₂ · square + (1 − β₂) · g²
  ///     value −= rate · (mean / (1 − β₁ᵗ)) / (sqrt(square / (1 − β₂ᵗ)) + ε)
  ///
  /// Source: Kingma and Ba, 2015, arXiv:1412.6980, algorithm 1; with `decoupled`, the decay is
  /// rate · weightDecay · value instead (Loshchilov and Hutter, 2019, arXiv:1711.05101, algorithm 2).
  public static func adam(
    value: AlignedBuffer, gradient: AlignedBuffer, mean: AlignedBuffer, square: AlignedBuffer,
    step: Int, rate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
    decoupled: Bool, on pool: WorkerPool
  ) {
    let stepSize = Float(rate / (1 - pow(beta1, Double(step))))
    let squareScale = Float(1 / (1 - pow(beta2, Double(step))))
    let (b1, b2, eps) = (Float(beta1), Float(beta2), Float(epsilon))
    let (rest1, rest2) = (Float(1 - beta1), Float(1 - beta2))
    let decay = decoupled ? 0 : Float(weightDecay)
    let shrink = decoupled ? Float(1 - rate * weightDecay) : 1
    pool.forEachRange(of: value.count, size: pieceSize) { range, _ in
      let (value, gradient) = (value.base, gradient.base)
      let (mean, square) = (mean.base, square.base)
      for index in range {
        let g = gradient[index] + decay * value[index]
        let m = b1 * mean[index] + rest1 * g
        let s = b2 * square[index] + rest2 * g * g
        mean[index] = m
        square[index] = s
        value[index] =
          value[index] * shrink - stepSize * m / ((s * squareScale).squareRoot() + eps)
      }
    }
  }
}
