import Tensors

extension Pooling {
  /// The mean of each window; positions outside the input do not count.
  public func averageForward(_ x: FeatureMap, into y: FeatureMap, on pool: WorkerPool) {
    pool.forEachPiece(y.shape.count) { image, _ in
      switch (x.shape.fillsVectors, x.shape.precision, y.shape.precision) {
      case (true, .float32, _): average(x, Float.self, image, into: y, Float.self)
      case (true, .bfloat16, .float32): average(x, BFloat16.self, image, into: y, Float.self)
      case (true, .bfloat16, .bfloat16): average(x, BFloat16.self, image, into: y, BFloat16.self)
      case (false, _, .float32): averageImage(x, image, into: y, Float.self)
      case (false, _, .bfloat16): averageImage(x, image, into: y, BFloat16.self)
      }
    }
  }

  private func average<Input: VectorElement, Output: VectorElement>(
    _ x: FeatureMap, _: Input.Type, _ image: Int, into y: FeatureMap, _: Output.Type
  ) {
    let vectors = x.shape.vectors
    let source = PixelVectors<Input>(x, image: image)
    let target = PixelVectors<Output>(y, image: image)
    for row in 0..<rows.count {
      for column in 0..<columns.count {
        let window = window(row: row, column: column)
        let inverseArea = 1 / Float(window.area)
        let pixel = target + (row * columns.count + column) * vectors
        for vector in 0..<vectors {
          var sum = Vector.zero
          for input in window { sum += source[input * vectors + vector] }
          pixel[vector] = sum * inverseArea
        }
      }
    }
  }

  /// The mean of each window of images, whose pixels do not fill vectors.
  private func averageImage<Output: VectorElement>(
    _ x: FeatureMap, _ image: Int, into y: FeatureMap, _: Output.Type
  ) {
    let source = x.base + image * x.shape.imageStride
    let target = y.numbers(as: Output.self) + image * y.shape.imageStride
    target.update(repeating: Output(0), count: y.shape.imageStride)
    for row in 0..<rows.count {
      for column in 0..<columns.count {
        let window = window(row: row, column: column)
        let pixel = target + (row * columns.count + column) * y.shape.channelStride
        for channel in 0..<x.shape.channels {
          var sum: Float = 0
          for input in window { sum += source[input * x.shape.channelStride + channel] }
          pixel[channel] = Output(sum / Float(window.area))
        }
      }
    }
  }

  /// dx = (or +=), at each position, the sum of dy / area over the windows that cover it.
  public func averageBackward(
    _ dy: FeatureMap, into dx: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    pool.forEachPiece(dx.shape.count) { image, _ in
      switch (dy.shape.precision, dx.shape.precision) {
      case (_, .float32): spread(dy, Float.self, image, over: dx, Float.self, adding)
      case (.float32, .bfloat16): spread(dy, Float.self, image, over: dx, BFloat16.self, adding)
      case (.bfloat16, .bfloat16):
        spread(dy, BFloat16.self, image, over: dx, BFloat16.self, adding)
      }
    }
  }

  private func spread<Output: VectorElement, Input: VectorElement>(
    _ dy: FeatureMap, _: Output.Type, _ image: Int, over dx: FeatureMap, _: Input.Type,
    _ adding: Bool
  ) {
    let vectors = dx.shape.vectors
    let source = PixelVectors<Output>(dy, image: image)
    let target = PixelVectors<Input>(dx, image: image)
    for row in 0..<dx.shape.height {
      for column in 0..<dx.shape.width {
        let windows = coveringWindows(row: row, column: column)
        let pixel = target + (row * dx.shape.width + column) * vectors
        for vector in 0..<vectors {
          var sum = adding ? pixel[vector] : .zero
          for window in windows {
            sum += source[window.output * vectors + vector] * (1 / Float(window.area))
          }
          pixel[vector] = sum
        }
      }
    }
  }
}
