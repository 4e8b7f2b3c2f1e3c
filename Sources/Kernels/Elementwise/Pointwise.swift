import Foundation
import Tensors

/// y = f(x), and its gradient.
///
/// Shapes: all `[N, H, W, C]`.
public enum Pointwise {
  public static func forward(
    _ x: FeatureMap, _ function: ActivationFunction, into y: FeatureMap, on pool: WorkerPool
  ) {
    switch x.shape.precision {
    case .float32: forward(x, Float.self, function, into: y, on: pool)
    case .bfloat16: forward(x, BFloat16.self, function, into: y, on: pool)
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
    switch dy.shape.precision {
    case .float32: backward(x, Float.self, y, dy, function, into: dx, adding, on: pool)
    case .bfloat16: backward(x, BFloat16.self, y, dy, function, into: dx, adding, on: pool)
    }
  }

  /// target = (or +=) source.
  ///
  /// - Parameter epilogue: Runs on each finished image of the target.
  public static func copy(
    _ source: FeatureMap, into target: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)? = nil,
    on pool: WorkerPool
  ) {
    let streaming = Streaming(to: target, isReadAtOnce: epilogue != nil)
    pool.forEachPiece(source.shape.count) { image, _ in
      switch source.shape.precision {
      case .float32: copy(source, Float.self, into: target, adding, image, streaming)
      case .bfloat16: copy(source, BFloat16.self, into: target, adding, image, streaming)
      }
      epilogue?.run(image: image, of: target)
    }
  }

  /// y = a + b.
  ///
  /// - Parameter epilogue: Runs on each finished image of y.
  public static func add(
    _ a: FeatureMap, _ b: FeatureMap, into y: FeatureMap, epilogue: (any ImageEpilogue)? = nil,
    on pool: WorkerPool
  ) {
    let streaming = Streaming(to: y, isReadAtOnce: epilogue != nil)
    pool.forEachPiece(y.shape.count) { image, _ in
      switch y.shape.precision {
      case .float32: add(a, Float.self, b, into: y, image, streaming)
      case .bfloat16: add(a, BFloat16.self, b, into: y, image, streaming)
      }
      epilogue?.run(image: image, of: y)
    }
  }

  private static func add<Element: VectorElement>(
    _ a: FeatureMap, _: Element.Type, _ b: FeatureMap, into y: FeatureMap, _ image: Int,
    _ streaming: Streaming
  ) {
    let (a, b) = (PixelVectors<Element>(a, image: image), PixelVectors<Element>(b, image: image))
    let target = PixelVectors<Element>(y, image: image)
    for index in 0..<y.shape.imageVectors {
      streaming.write(a[index] + b[index], to: target, at: index)
    }
    streaming.end()
  }

  private static func forward<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, _ function: ActivationFunction, into y: FeatureMap,
    on pool: WorkerPool
  ) {
    forEachImage(x.shape, on: pool) { image, vectors in
      let source = PixelVectors<Element>(x, image: image)
      let target = PixelVectors<Element>(y, image: image)
      switch function {
      case .identity, .relu, .leakyReLU:
        let slope = function.negativeSlope ?? 1
        for index in 0..<vectors { target[index] = source[index].rectified(slope: slope) }
      case .gelu:
        for index in 0..<vectors {
          target[index] = source[index].eachLane { $0 * normalDistribution($0) }
        }
      case .geluTanh:
        for index in 0..<vectors {
          target[index] = source[index].eachLane { 0.5 * $0 * (1 + tanh(geluArgument($0))) }
        }
      }
    }
  }

  private static func backward<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, _ y: FeatureMap, _ dy: FeatureMap,
    _ function: ActivationFunction, into dx: FeatureMap, _ adding: Bool, on pool: WorkerPool
  ) {
    forEachImage(dy.shape, on: pool) { image, vectors in
      let source = PixelVectors<Element>(dy, image: image)
      let target = PixelVectors<Element>(dx, image: image)
      let input = PixelVectors<Element>(x, image: image)
      switch function {
      case .identity, .relu, .leakyReLU:
        let slope = function.negativeSlope ?? 1
        let output = PixelVectors<Element>(y, image: image)
        for index in 0..<vectors {
          let gradient = source[index].masked(byPositive: output[index], slope: slope)
          target[index] = adding ? target[index] + gradient : gradient
        }
      case .gelu:
        for index in 0..<vectors {
          let gradient = source[index] * input[index].eachLane(geluSlope)
          target[index] = adding ? target[index] + gradient : gradient
        }
      case .geluTanh:
        for index in 0..<vectors {
          let gradient = source[index] * input[index].eachLane(geluTanhSlope)
          target[index] = adding ? target[index] + gradient : gradient
        }
      }
    }
  }

  private static func copy<Element: VectorElement>(
    _ source: FeatureMap, _: Element.Type, into target: FeatureMap, _ adding: Bool, _ image: Int,
    _ streaming: Streaming
  ) {
    let vectors = source.shape.imageVectors
    let source = PixelVectors<Element>(source, image: image)
    let target = PixelVectors<Element>(target, image: image)
    for index in 0..<vectors {
      if adding {
        target[index] += source[index]
      } else {
        streaming.write(source[index], to: target, at: index)
      }
    }
    streaming.end()
  }

  private static func forEachImage(
    _ shape: FeatureMapShape, on pool: WorkerPool, _ body: (_ image: Int, _ vectors: Int) -> Void
  ) {
    pool.forEachPiece(shape.count) { image, _ in body(image, shape.imageVectors) }
  }

  private static func geluSlope(_ x: Float) -> Float {
    let density = exp(-0.5 * x * x) * 0.398_942_280_4
    return normalDistribution(x) + x * density
  }

  private static func geluTanhSlope(_ x: Float) -> Float {
    let tangent = tanh(geluArgument(x))
    let inner = 0.797_884_560_8 * (1 + 3 * 0.044_715 * x * x)
    return 0.5 * (1 + tangent) + 0.5 * x * (1 - tangent * tangent) * inner
  }

  /// Φ(x) of the standard normal distribution.
  private static func normalDistribution(_ x: Float) -> Float {
    0.5 * (1 + erf(x * 0.707_106_781_2))
  }

  private static func geluArgument(_ x: Float) -> Float {
    0.797_884_560_8 * (x + 0.044_715 * x * x * x)
  }
}

extension SIMD16<Float> {
  /// Applies a function without a vector form to each lane.
  @inline(__always)
  fileprivate func eachLane(_ function: (Float) -> Float) -> Self {
    var result = self
    for lane in 0..<Self.scalarCount { result[lane] = function(self[lane]) }
    return result
  }
}
