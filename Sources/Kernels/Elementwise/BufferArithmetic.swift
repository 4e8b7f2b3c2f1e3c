import Tensors

/// Element-wise arithmetic on whole buffers; results have the same bits on any number of threads.
///
/// All buffers of a call have the same length.
public enum BufferArithmetic {
  private static let pieceSize = 32_768

  /// target = factor · source.
  public static func assign(
    _ source: AlignedBuffer, times factor: Float, to target: AlignedBuffer, on pool: WorkerPool
  ) {
    pool.forEachRange(of: target.count, size: pieceSize) { range, _ in
      let (source, target) = (source.base, target.base)
      for index in range { target[index] = factor * source[index] }
    }
  }

  /// target += factor · source.
  public static func add(
    _ source: AlignedBuffer, times factor: Float, to target: AlignedBuffer, on pool: WorkerPool
  ) {
    pool.forEachRange(of: target.count, size: pieceSize) { range, _ in
      let (source, target) = (source.base, target.base)
      for index in range { target[index] += factor * source[index] }
    }
  }

  /// target += fraction · (source − target): moves the target a fraction of the way to the source.
  public static func move(
    _ target: AlignedBuffer, towards source: AlignedBuffer, by fraction: Float, on pool: WorkerPool
  ) {
    pool.forEachRange(of: target.count, size: pieceSize) { range, _ in
      let (source, target) = (source.base, target.base)
      for index in range { target[index] += fraction * (source[index] - target[index]) }
    }
  }

  /// Exchanges the contents of two buffers.
  public static func exchange(
    _ first: AlignedBuffer, _ second: AlignedBuffer, on pool: WorkerPool
  ) {
    pool.forEachRange(of: first.count, size: pieceSize) { range, _ in
      let (first, second) = (first.base, second.base)
      for index in range {
        let value = first[index]
        first[index] = second[index]
        second[index] = value
      }
    }
  }

  /// The sum of the squares, in `Double`: four interleaved sums for each piece of 32,768 elements,
  /// added in order, then the sums of the pieces in order.
  public static func sumOfSquares(_ buffer: AlignedBuffer, on pool: WorkerPool) -> Double {
    sumOfSquares(buffer.base, count: buffer.count, on: pool)
  }

  /// The sum of the squares of a part of a buffer.
  static func sumOfSquares(
    _ values: UnsafePointer<Float>, count valueCount: Int, on pool: WorkerPool
  ) -> Double {
    let pieceCount = (valueCount + pieceSize - 1) / pieceSize
    var sum = 0.0
    // Some pieces at a time, so that their sums fit the stack.
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { partial in
      for first in stride(from: 0, to: pieceCount, by: 64) {
        let count = min(64, pieceCount - first)
        pool.forEachPiece(count) { piece, _ in
          let start = (first + piece) * pieceSize
          partial[piece] = sumOfSquares(values, start..<min(start + pieceSize, valueCount))
        }
        for piece in 0..<count { sum += partial[piece] }
      }
    }
    return sum
  }

  private static func sumOfSquares(
    _ values: UnsafePointer<Float>, _ range: Range<Int>
  ) -> Double {
    var sums = SIMD4<Double>()
    var index = range.lowerBound
    while index + 4 <= range.upperBound {
      let four = SIMD4(
        Double(values[index]), Double(values[index + 1]), Double(values[index + 2]),
        Double(values[index + 3]))
      sums += four * four
      index += 4
    }
    var sum = sums[0] + sums[1] + sums[2] + sums[3]
    for rest in index..<range.upperBound { sum += Double(values[rest]) * Double(values[rest]) }
    return sum
  }
}
