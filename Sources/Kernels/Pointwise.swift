import Foundation
import Tensors

/// y = f(x), and its gradient.
///
/// Shapes: all `[N, H, W, C]`.
public enum Pointwise {
  public static func forward(
    _ x: FeatureMap, _ function: ActivationFunction, into y: FeatureMap, on pool: WorkerPool
  ) {
    forEachImage(x, on: pool) { range in
      switch function {
      case .identity, .relu, .leakyReLU:
        let slope = function.negativeSlope ?? 1
        let (source, target) = (vectors(x.base), vectors(y.base))
        for index in vectorRange(range) { target[index] = source[index].rectified(slope: slope) }
      case .gelu:
        for index in range { y.base[index] = x.base[index] * normalDistribution(x.base[index]) }
      case .geluTanh:
        for index in range {
          y.base[index] = 0.5 * x.base[index] * (1 + tanh(geluArgument(x.base[index])))
        }
      }
    }
  }

  /// dx = (or +=) dy · f′(x).
  ///
  /// - Parameters:
  ///   - x: The input; read only by functions without a `negativeSlope`.
  ///   - y: The output; read only by functions with one.
  public static func backward(
    x: FeatureMap, y: FeatureMap, _ dy: FeatureMap, _ function: ActivationFunction,
    into dx: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    forEachImage(dy, on: pool) { range in
      switch function {
      case .identity, .relu, .leakyReLU:
        let slope = function.negativeSlope ?? 1
        let (output, source, target) = (vectors(y.base), vectors(dy.base), vectors(dx.base))
        for index in vectorRange(range) {
          let gradient = source[index].masked(byPositive: output[index], slope: slope)
          target[index] = adding ? target[index] + gradient : gradient
        }
      case .gelu:
        for index in range {
          let value = x.base[index]
          let density = exp(-0.5 * value * value) * 0.398_942_280_4
          let gradient = dy.base[index] * (normalDistribution(value) + value * density)
          dx.base[index] = adding ? dx.base[index] + gradient : gradient
        }
      case .geluTanh:
        for index in range {
          let value = x.base[index]
          let tangent = tanh(geluArgument(value))
          let inner = 0.797_884_560_8 * (1 + 3 * 0.044_715 * value * value)
          let slope = 0.5 * (1 + tangent) + 0.5 * value * (1 - tangent * tangent) * inner
          let gradient = dy.base[index] * slope
          dx.base[index] = adding ? dx.base[index] + gradient : gradient
        }
      }
    }
  }

  /// target = (or +=) source.
  public static func copy(
    _ source: FeatureMap, into target: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    forEachImage(source, on: pool) { range in
      let (source, target) = (vectors(source.base), vectors(target.base))
      for index in vectorRange(range) {
        target[index] = adding ? target[index] + source[index] : source[index]
      }
    }
  }

  /// target = (or +=) source over the channels both have; others that target has become zero.
  public static func copyChannels(
    _ source: FeatureMap, into target: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    let (from, to) = (source.shape, target.shape)
    let shared = min(from.channels, to.channels)
    pool.forEachPiece(from.count) { image, _ in
      for pixel in 0..<from.pixelCount {
        let source = source.base + image * from.imageStride + pixel * from.channelStride
        let target = target.base + image * to.imageStride + pixel * to.channelStride
        for channel in 0..<shared {
          target[channel] = adding ? target[channel] + source[channel] : source[channel]
        }
        if !adding {
          (target + shared).update(repeating: 0, count: to.channelStride - shared)
        }
      }
    }
  }

  private static func forEachImage(
    _ map: FeatureMap, on pool: WorkerPool, _ body: (Range<Int>) -> Void
  ) {
    let stride = map.shape.imageStride
    pool.forEachPiece(map.shape.count) { image, _ in body(image * stride..<(image + 1) * stride) }
  }

  private static func vectorRange(_ range: Range<Int>) -> Range<Int> {
    let width = FeatureMapShape.vectorWidth
    return range.lowerBound / width..<range.upperBound / width
  }

  /// Φ(x) of the standard normal distribution.
  private static func normalDistribution(_ x: Float) -> Float {
    0.5 * (1 + erf(x * 0.707_106_781_2))
  }

  private static func geluArgument(_ x: Float) -> Float {
    0.797_884_560_8 * (x + 0.044_715 * x * x * x)
  }
}
