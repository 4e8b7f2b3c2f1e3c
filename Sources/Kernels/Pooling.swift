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
      averageImages(x, into: y, on: pool)
      return
    }
    forEachWindow(x.shape, y.shape, on: pool) { inputs, output, area in
      let lanes = x.shape.channelStride / FeatureMapShape.vectorWidth
      let target = vectors(y.base + output)
      let share = 1 / Float(area)
      for lane in 0..<lanes {
        var sum = Vector.zero
        inputs { input, _ in sum += vectors(x.base + input)[lane] }
        target[lane] = sum * share
      }
    }
  }

  /// The same for images, whose pixels fill no vector.
  private func averageImages(_ x: FeatureMap, into y: FeatureMap, on pool: WorkerPool) {
    forEachWindow(x.shape, y.shape, on: pool) { inputs, output, area in
      let target = y.base + output
      target.update(repeating: 0, count: y.shape.channelStride)
      for channel in 0..<x.shape.channels {
        var sum: Float = 0
        inputs { input, _ in sum += x.base[input + channel] }
        target[channel] = sum / Float(area)
      }
    }
  }

  /// dx += the share of dy that each position has; dx starts at zero unless `adding`.
  public func averageBackward(
    _ dy: FeatureMap, into dx: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    if !adding { clear(dx, on: pool) }
    forEachWindow(dx.shape, dy.shape, on: pool) { inputs, output, area in
      let lanes = dx.shape.channelStride / FeatureMapShape.vectorWidth
      let source = vectors(dy.base + output)
      let share = 1 / Float(area)
      for lane in 0..<lanes {
        let gradient = source[lane] * share
        inputs { input, _ in vectors(dx.base + input)[lane] += gradient }
      }
    }
  }

  /// The largest value of each window, the first of equals; `choices` remembers its place.
  ///
  /// - Parameter choices: One byte for each float of y, or nil where no backward pass follows.
  public func maximumForward(
    _ x: FeatureMap, into y: FeatureMap, choices: UnsafeMutablePointer<UInt8>?, on pool: WorkerPool
  ) {
    forEachWindow(x.shape, y.shape, on: pool) { inputs, output, _ in
      let lanes = x.shape.channelStride / FeatureMapShape.vectorWidth
      let target = vectors(y.base + output)
      for lane in 0..<lanes {
        var best = Vector(repeating: -.infinity)
        var choice = SIMD16<Int32>.zero
        inputs { input, place in
          let value = vectors(x.base + input)[lane]
          // Not-a-number wins, so that a broken step cannot hide behind a maximum.
          let wins = (value .> best) .| (value .!= value)
          best.replace(with: value, where: wins)
          choice.replace(with: SIMD16(repeating: Int32(place)), where: wins)
        }
        target[lane] = best
        if let choices {
          let bytes = UnsafeMutableRawPointer(choices + output + lane * FeatureMapShape.vectorWidth)
          bytes.assumingMemoryBound(to: SIMD16<UInt8>.self).pointee =
            SIMD16<UInt8>(truncatingIfNeeded: choice)
        }
      }
    }
  }

  /// dx at each window's choice += dy; dx starts at zero unless `adding`.
  public func maximumBackward(
    _ dy: FeatureMap, choices: UnsafePointer<UInt8>, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    if !adding { clear(dx, on: pool) }
    forEachWindow(dx.shape, dy.shape, on: pool) { inputs, output, _ in
      let width = FeatureMapShape.vectorWidth
      for lane in 0..<dx.shape.channelStride / width {
        let gradient = vectors(dy.base + output)[lane]
        let bytes = UnsafeRawPointer(choices + output + lane * width)
          .assumingMemoryBound(to: SIMD16<UInt8>.self).pointee
        let choice = SIMD16<Int32>(truncatingIfNeeded: bytes)
        inputs { input, place in
          let chosen = choice .== SIMD16(repeating: Int32(place))
          let share = Vector.zero.replacing(with: gradient, where: chosen)
          vectors(dx.base + input)[lane] += share
        }
      }
    }
  }

  /// Visits each window of each image; the window itself is a loop over its input positions, numbered
  /// row by row.
  @inline(__always)
  private func forEachWindow(
    _ input: FeatureMapShape, _ output: FeatureMapShape, on pool: WorkerPool,
    _ body: (
      _ inputs: ((_ input: Int, _ place: Int) -> Void) -> Void, _ output: Int, _ area: Int
    ) -> Void
  ) {
    pool.forEachPiece(output.count) { image, _ in
      var target = image * output.imageStride
      for row in 0..<rows.count {
        let rowRange = Int(rows.starts[row])..<Int(rows.ends[row])
        for column in 0..<columns.count {
          let columnRange = Int(columns.starts[column])..<Int(columns.ends[column])
          body(
            { visit in
              var place = 0
              for inputRow in rowRange {
                for inputColumn in columnRange {
                  let pixel = inputRow * input.width + inputColumn
                  visit(image * input.imageStride + pixel * input.channelStride, place)
                  place += 1
                }
              }
            }, target, rowRange.count * columnRange.count)
          target += output.channelStride
        }
      }
    }
  }

  private func clear(_ map: FeatureMap, on pool: WorkerPool) {
    pool.forEachPiece(map.shape.count) { image, _ in
      (map.base + image * map.shape.imageStride)
        .update(repeating: 0, count: map.shape.imageStride)
    }
  }
}
