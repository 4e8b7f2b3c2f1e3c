import Foundation
import Tensors

/// Pooling over windows of rows and columns, each channel by itself.
///
/// Shapes: x `[N, H, W, C]`, y `[N, rows.count, columns.count, C]`.
public struct Pooling: Sendable {
  public let rows: PoolingWindows
  public let columns: PoolingWindows

  public init(rows: PoolingWindows, columns: PoolingWindows) {
    self.rows = rows
    self.columns = columns
  }

  /// True where a window's positions can be numbered by one byte, as maximum pooling does.
  public var fitsByteIndex: Bool { rows.longest * columns.longest <= 256 }

  /// The mean of each window; positions beyond the input do not count.
  public func averageForward(_ x: FeatureMap, into y: FeatureMap, on pool: WorkerPool) {
    guard x.shape.fillsVectors else {
      switch y.shape.precision {
      case .float32: averageImages(x, into: y, Float.self, on: pool)
      case .bfloat16: averageImages(x, into: y, BFloat16.self, on: pool)
      }
      return
    }
    switch (x.shape.precision, y.shape.precision) {
    case (.float32, _): average(x, Float.self, into: y, Float.self, on: pool)
    case (.bfloat16, .float32): average(x, BFloat16.self, into: y, Float.self, on: pool)
    case (.bfloat16, .bfloat16): average(x, BFloat16.self, into: y, BFloat16.self, on: pool)
    }
  }

  private func average<Input: VectorElement, Output: VectorElement>(
    _ x: FeatureMap, _: Input.Type, into y: FeatureMap, _: Output.Type, on pool: WorkerPool
  ) {
    let lanes = x.shape.lanes
    let (source, target) = (PixelVectors<Input>(x), PixelVectors<Output>(y))
    forEachWindow(x.shape, y.shape, on: pool) { inputs, output, area in
      let share = 1 / Float(area)
      for lane in 0..<lanes {
        var sum = Vector.zero
        inputs { input, _ in sum += source[input * lanes + lane] }
        target[output * lanes + lane] = sum * share
      }
    }
  }

  /// The same for images, whose pixels fill no vector.
  private func averageImages<Output: VectorElement>(
    _ x: FeatureMap, into y: FeatureMap, _: Output.Type, on pool: WorkerPool
  ) {
    let (source, target) = (x.base, y.numbers(as: Output.self))
    forEachWindow(x.shape, y.shape, on: pool) { inputs, output, area in
      let pixel = target + output * y.shape.channelStride
      pixel.update(repeating: Output(0), count: y.shape.channelStride)
      for channel in 0..<x.shape.channels {
        var sum: Float = 0
        inputs { input, _ in sum += source[input * x.shape.channelStride + channel] }
        pixel[channel] = Output(sum / Float(area))
      }
    }
  }

  /// dx += the share of dy that each position has; dx starts at zero unless `adding`.
  public func averageBackward(
    _ dy: FeatureMap, into dx: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    switch (dy.shape.precision, dx.shape.precision) {
    case (_, .float32): spread(dy, Float.self, into: dx, Float.self, adding, on: pool)
    case (.float32, .bfloat16): spread(dy, Float.self, into: dx, BFloat16.self, adding, on: pool)
    case (.bfloat16, .bfloat16):
      spread(dy, BFloat16.self, into: dx, BFloat16.self, adding, on: pool)
    }
  }

  private func spread<Output: VectorElement, Input: VectorElement>(
    _ dy: FeatureMap, _: Output.Type, into dx: FeatureMap, _: Input.Type, _ adding: Bool,
    on pool: WorkerPool
  ) {
    let lanes = dx.shape.lanes
    let (source, target) = (PixelVectors<Output>(dy), PixelVectors<Input>(dx))
    if !adding { clear(dx, on: pool) }
    forEachWindow(dx.shape, dy.shape, on: pool) { inputs, output, area in
      let share = 1 / Float(area)
      for lane in 0..<lanes {
        let gradient = source[output * lanes + lane] * share
        inputs { input, _ in target[input * lanes + lane] += gradient }
      }
    }
  }

  /// The largest value of each window, the first of equals; `choices` remembers its place.
  ///
  /// - Parameter choices: One byte for each number of y, or nil where no backward pass follows.
  public func maximumForward(
    _ x: FeatureMap, into y: FeatureMap, choices: UnsafeMutablePointer<UInt8>?, on pool: WorkerPool
  ) {
    switch (x.shape.precision, y.shape.precision) {
    case (.float32, _): choose(x, Float.self, into: y, Float.self, choices, on: pool)
    case (.bfloat16, .float32): choose(x, BFloat16.self, into: y, Float.self, choices, on: pool)
    case (.bfloat16, .bfloat16):
      choose(x, BFloat16.self, into: y, BFloat16.self, choices, on: pool)
    }
  }

  private func choose<Input: VectorElement, Output: VectorElement>(
    _ x: FeatureMap, _: Input.Type, into y: FeatureMap, _: Output.Type,
    _ choices: UnsafeMutablePointer<UInt8>?, on pool: WorkerPool
  ) {
    let lanes = x.shape.lanes
    let (source, target) = (PixelVectors<Input>(x), PixelVectors<Output>(y))
    forEachWindow(x.shape, y.shape, on: pool) { inputs, output, _ in
      for lane in 0..<lanes {
        var best = Vector(repeating: -.infinity)
        var choice = SIMD16<Int32>.zero
        inputs { input, place in
          let value = source[input * lanes + lane]
          // Not-a-number wins, so that a broken step cannot hide behind a maximum.
          let wins = (value .> best) .| (value .!= value)
          best.replace(with: value, where: wins)
          choice.replace(with: SIMD16(repeating: Int32(place)), where: wins)
        }
        target[output * lanes + lane] = best
        if let choices {
          bytes(choices, at: output * lanes + lane).pointee =
            SIMD16<UInt8>(truncatingIfNeeded: choice)
        }
      }
    }
  }

  /// dx at each window's choice += dy; dx starts at zero unless `adding`.
  public func maximumBackward(
    _ dy: FeatureMap, choices: UnsafeMutablePointer<UInt8>, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    switch (dy.shape.precision, dx.shape.precision) {
    case (_, .float32): hand(dy, Float.self, choices, to: dx, Float.self, adding, on: pool)
    case (.float32, .bfloat16):
      hand(dy, Float.self, choices, to: dx, BFloat16.self, adding, on: pool)
    case (.bfloat16, .bfloat16):
      hand(dy, BFloat16.self, choices, to: dx, BFloat16.self, adding, on: pool)
    }
  }

  private func hand<Output: VectorElement, Input: VectorElement>(
    _ dy: FeatureMap, _: Output.Type, _ choices: UnsafeMutablePointer<UInt8>, to dx: FeatureMap,
    _: Input.Type, _ adding: Bool, on pool: WorkerPool
  ) {
    let lanes = dx.shape.lanes
    let (source, target) = (PixelVectors<Output>(dy), PixelVectors<Input>(dx))
    if !adding { clear(dx, on: pool) }
    forEachWindow(dx.shape, dy.shape, on: pool) { inputs, output, _ in
      for lane in 0..<lanes {
        let gradient = source[output * lanes + lane]
        let choice = SIMD16<Int32>(
          truncatingIfNeeded: bytes(choices, at: output * lanes + lane).pointee)
        inputs { input, place in
          let chosen = choice .== SIMD16(repeating: Int32(place))
          target[input * lanes + lane] += Vector.zero.replacing(with: gradient, where: chosen)
        }
      }
    }
  }

  /// The choices of one vector.
  @inline(__always)
  private func bytes(
    _ choices: UnsafeMutablePointer<UInt8>, at index: Int
  ) -> UnsafeMutablePointer<SIMD16<UInt8>> {
    UnsafeMutableRawPointer(choices + index * FeatureMapShape.vectorWidth)
      .assumingMemoryBound(to: SIMD16<UInt8>.self)
  }

  /// Visits each window of each image; the window itself is a loop over its input positions, numbered
  /// row by row. Positions are pixels from the batch's first.
  @inline(__always)
  private func forEachWindow(
    _ input: FeatureMapShape, _ output: FeatureMapShape, on pool: WorkerPool,
    _ body: (
      _ inputs: ((_ input: Int, _ place: Int) -> Void) -> Void, _ output: Int, _ area: Int
    ) -> Void
  ) {
    pool.forEachPiece(output.count) { image, _ in
      let first = image * input.pixelCount
      var target = image * output.pixelCount
      for row in 0..<rows.count {
        let rowRange = Int(rows.starts[row])..<Int(rows.ends[row])
        for column in 0..<columns.count {
          let columnRange = Int(columns.starts[column])..<Int(columns.ends[column])
          body(
            { visit in
              var place = 0
              for inputRow in rowRange {
                for inputColumn in columnRange {
                  visit(first + inputRow * input.width + inputColumn, place)
                  place += 1
                }
              }
            }, target, rowRange.count * columnRange.count)
          target += 1
        }
      }
    }
  }

  private func clear(_ map: FeatureMap, on pool: WorkerPool) {
    let byteCount = map.shape.imageByteCount
    pool.forEachPiece(map.shape.count) { image, _ in
      // Zeros of either precision have no bit set.
      memset(map.memory + image * byteCount, 0, byteCount)
    }
  }
}
