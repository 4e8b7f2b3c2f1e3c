import Tensors

/// Element-wise operations on maps: y = f(x) and its gradient, scaled copies and sums.
///
/// Shapes: all `[N, H, W, C]`.
public enum Pointwise {
  public static func forward(
    _ x: FeatureMap, _ function: ActivationFunction, into y: FeatureMap, on pool: WorkerPool
  ) {
    pool.forEachPiece(x.shape.count) { image, _ in
      switch x.shape.precision {
      case .float32: function.apply(to: ForwardLoop<Float>(x: x, y: y, image: image))
      case .bfloat16: function.apply(to: ForwardLoop<BFloat16>(x: x, y: y, image: image))
      }
    }
  }

  /// dx = (or +=) dy · f′(x).
  ///
  /// - Parameters:
  ///   - x: The input; read only if the function has no `negativeSlope`.
  ///   - y: The output; read only if the function has a `negativeSlope`.
  public static func backward(
    x: FeatureMap, y: FeatureMap, _ dy: FeatureMap, _ function: ActivationFunction,
    into dx: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    let argument = function.negativeSlope == nil ? x : y
    pool.forEachPiece(dy.shape.count) { image, _ in
      switch dy.shape.precision {
      case .float32:
        function.apply(
          to: BackwardLoop<Float>(argument: argument, dy: dy, dx: dx, adding: adding, image: image))
      case .bfloat16:
        function.apply(
          to: BackwardLoop<BFloat16>(
            argument: argument, dy: dy, dx: dx, adding: adding, image: image))
      }
    }
  }

  /// target = (or +=) factor · source.
  public static func scale(
    _ source: FeatureMap, by factor: Float, into target: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    pool.forEachPiece(source.shape.count) { image, _ in
      switch source.shape.precision {
      case .float32: scale(source, Float.self, by: factor, into: target, adding, image)
      case .bfloat16: scale(source, BFloat16.self, by: factor, into: target, adding, image)
      }
    }
  }

  private static func scale<Element: VectorElement>(
    _ source: FeatureMap, _: Element.Type, by factor: Float, into target: FeatureMap,
    _ adding: Bool, _ image: Int
  ) {
    let vectors = source.shape.imageVectors
    let source = PixelVectors<Element>(source, image: image)
    let target = PixelVectors<Element>(target, image: image)
    for index in 0..<vectors {
      let value = factor * source[index]
      target[index] = adding ? target[index] + value : value
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
}

private struct ForwardLoop<Element: VectorElement>: ActivationLoop {
  let x: FeatureMap
  let y: FeatureMap
  let image: Int

  func run(_ function: some VectorFunction) {
    let (source, target) = (
      PixelVectors<Element>(x, image: image), PixelVectors<Element>(y, image: image)
    )
    for index in 0..<x.shape.imageVectors { target[index] = function.value(at: source[index]) }
  }
}

private struct BackwardLoop<Element: VectorElement>: ActivationLoop {
  /// The input or the output, whichever the function needs.
  let argument: FeatureMap
  let dy: FeatureMap
  let dx: FeatureMap
  let adding: Bool
  let image: Int

  func run(_ function: some VectorFunction) {
    let argument = PixelVectors<Element>(argument, image: image)
    let source = PixelVectors<Element>(dy, image: image)
    let target = PixelVectors<Element>(dx, image: image)
    for index in 0..<dy.shape.imageVectors {
      let gradient = function.gradient(source[index], at: argument[index])
      target[index] = adding ? target[index] + gradient : gradient
    }
  }
}
