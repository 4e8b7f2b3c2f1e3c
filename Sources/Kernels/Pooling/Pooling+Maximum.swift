import CVectors
import Tensors

extension Pooling {
  /// The largest value of each window. `choices` receives its place in the window, the first one
  /// among equals.
  ///
  /// - Parameters:
  ///   - rectified: Whether ReLU is applied; before or after the pooling gives the same result. A
  ///     window without a positive value then chooses no place.
  ///   - choices: One byte for each element of y; nil if no backward pass follows.
  public func maximumForward(
    _ x: FeatureMap, rectified: Bool, into y: FeatureMap, choices: UnsafeMutablePointer<UInt8>?,
    on pool: WorkerPool
  ) {
    pool.forEachPiece(y.shape.count) { image, _ in
      let choices = choices.map { Choices($0, y.shape, image: image) }
      switch (x.shape.precision, y.shape.precision) {
      case (.float32, _): choose(x, Float.self, image, rectified, into: y, Float.self, choices)
      case (.bfloat16, .float32):
        choose(x, BFloat16.self, image, rectified, into: y, Float.self, choices)
      case (.bfloat16, .bfloat16):
        choose(x, BFloat16.self, image, rectified, into: y, BFloat16.self, choices)
      }
    }
  }

  private func choose<Input: VectorElement, Output: VectorElement>(
    _ x: FeatureMap, _: Input.Type, _ image: Int, _ rectified: Bool, into y: FeatureMap,
    _: Output.Type, _ choices: Choices?
  ) {
    let vectors = x.shape.vectors
    let source = PixelVectors<Input>(x, image: image)
    let target = PixelVectors<Output>(y, image: image)
    let least = Vector(repeating: rectified ? 0 : -.infinity)
    let noChoice = Vector(repeating: rectified ? Choices.none : 0)
    for row in 0..<rows.count {
      for column in 0..<columns.count {
        let window = window(row: row, column: column)
        let output = (row * columns.count + column) * vectors
        for vector in 0..<vectors {
          var best = least
          var (choice, place) = (noChoice, Vector.zero)
          for input in window {
            let value = source[input * vectors + vector]
            // NaN counts as the largest value, so that a maximum cannot hide a broken step.
            let wins = (value .> best) .| (value .!= value)
            best.replace(with: value, where: wins)
            choice.replace(with: place, where: wins)
            place += 1
          }
          target[output + vector] = best
          choices?.write(choice, at: output + vector)
        }
      }
    }
  }

  /// dx = (or +=), at each position, the sum of dy over the windows that chose it.
  public func maximumBackward(
    _ dy: FeatureMap, choices: UnsafeMutablePointer<UInt8>, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    let streaming = Streaming(to: dx)
    pool.forEachPiece(dx.shape.count) { image, _ in
      let choices = Choices(choices, dy.shape, image: image)
      switch (dy.shape.precision, dx.shape.precision) {
      case (_, .float32):
        collect(dy, Float.self, image, choices, into: dx, Float.self, adding, streaming)
      case (.float32, .bfloat16):
        collect(dy, Float.self, image, choices, into: dx, BFloat16.self, adding, streaming)
      case (.bfloat16, .bfloat16):
        collect(dy, BFloat16.self, image, choices, into: dx, BFloat16.self, adding, streaming)
      }
    }
  }

  private func collect<Output: VectorElement, Input: VectorElement>(
    _ dy: FeatureMap, _: Output.Type, _ image: Int, _ choices: Choices, into dx: FeatureMap,
    _: Input.Type, _ adding: Bool, _ streaming: Streaming
  ) {
    let vectors = dx.shape.vectors
    let source = PixelVectors<Output>(dy, image: image)
    let target = PixelVectors<Input>(dx, image: image)
    guard !(rows.isPartition && columns.isPartition) else {
      hand(source, choices, to: target, vectors, adding, streaming)
      streaming.end()
      return
    }
    for row in 0..<dx.shape.height {
      for column in 0..<dx.shape.width {
        let windows = coveringWindows(row: row, column: column)
        let pixel = (row * dx.shape.width + column) * vectors
        for vector in 0..<vectors {
          var sum = Vector.zero
          for window in windows {
            let index = window.output * vectors + vector
            let isChosen = choices[index] .== Vector(repeating: Float(window.place))
            sum.replace(with: sum + source[index], where: isChosen)
          }
          if adding {
            target[pixel + vector] += sum
          } else {
            streaming.write(sum, to: target, at: pixel + vector)
          }
        }
      }
    }
    streaming.end()
  }

  /// For windows that cover each position once: visits each window once and writes its gradient to
  /// its positions.
  @inline(__always)
  private func hand<Output: VectorElement, Input: VectorElement>(
    _ source: PixelVectors<Output>, _ choices: Choices, to target: PixelVectors<Input>,
    _ vectors: Int, _ adding: Bool, _ streaming: Streaming
  ) {
    for row in 0..<rows.count {
      for column in 0..<columns.count {
        let window = window(row: row, column: column)
        let output = (row * columns.count + column) * vectors
        for vector in 0..<vectors {
          let (gradient, choice) = (source[output + vector], choices[output + vector])
          var place = Vector.zero
          for input in window {
            let value = Vector.zero.replacing(with: gradient, where: choice .== place)
            let index = input * vectors + vector
            if adding {
              target[index] += value
            } else {
              streaming.write(value, to: target, at: index)
            }
            place += 1
          }
        }
      }
    }
  }
}

/// The places that maximum pooling chose in the windows of one image, one byte each. They are
/// compared as floats, which hold them exactly: floats are compared sixteen at a time, integers one
/// by one.
private struct Choices {
  /// The value for a window that chose no place.
  static var none: Float { Float(UInt8.max) }

  private let bytes: UnsafeMutablePointer<SIMD16<UInt8>>

  init(_ bytes: UnsafeMutablePointer<UInt8>, _ output: FeatureMapShape, image: Int) {
    self.bytes = UnsafeMutableRawPointer(bytes + image * output.imageStride)
      .assumingMemoryBound(to: SIMD16<UInt8>.self)
  }

  @inline(__always)
  subscript(index: Int) -> Vector { widenBytes(bytes[index]) }

  @inline(__always)
  func write(_ choice: Vector, at index: Int) { bytes[index] = narrowToBytes(choice) }
}
