import CVectors
import Tensors

/// Divides an image into runs: the vectors of one group of 16 channels over some neighbouring
/// pixels, then those of the next group over the same pixels. A channel's coefficients and sums
/// stay in registers during a run, and memory is still read in order.
///
/// This is a sequence, because the compiler always inlines loops over sequences, but not always
/// closures with vector arguments.
struct PixelRuns: Sequence, IteratorProtocol {
  private let vectors: Int
  /// Vectors from the beginning of a run to that of the next run.
  private let step: Int
  private let end: Int
  private var first = 0
  private var vector = 0

  @inline(__always)
  init(_ shape: FeatureMapShape, length: Int) {
    vectors = shape.vectors
    step = length * shape.vectors
    end = shape.imageVectors
  }

  @inline(__always)
  mutating func next() -> PixelRun? {
    if vector == vectors {
      vector = 0
      first += step
    }
    guard first < end else { return nil }
    defer { vector += 1 }
    return PixelRun(
      vector: vector, first: first + vector, end: Swift.min(first + step, end), step: vectors)
  }
}

/// One vector of channels over some neighbouring pixels; the elements are indices of the image's
/// vectors.
struct PixelRun: Sequence {
  /// The vector of channels.
  let vector: Int
  let first: Int
  let end: Int
  let step: Int

  struct Iterator: IteratorProtocol {
    var index: Int
    let end: Int
    let step: Int

    @inline(__always)
    mutating func next() -> Int? {
      guard index < end else { return nil }
      defer { index += step }
      return index
    }
  }

  @inline(__always)
  func makeIterator() -> Iterator { Iterator(index: first, end: end, step: step) }
}

extension FeatureMapShape {
  /// Runs of pixels whose channels all fit the L1 cache.
  var runs: PixelRuns { PixelRuns(self, length: 16) }

  /// Runs of so few pixels that a sum in float has a small rounding error.
  var shortRuns: PixelRuns { PixelRuns(self, length: 8) }
}

/// Sums of sixteen channels in `Double`, as in PyTorch: two vectors of eight in memory.
struct WideSums {
  private let low: UnsafeMutablePointer<SIMD8<Double>>

  /// - Parameter vector: The index of the vector of channels in `memory`.
  @inline(__always)
  init(_ memory: UnsafeMutablePointer<Double>, vector: Int) {
    low = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: SIMD8<Double>.self) + 2 * vector
  }

  @inline(__always)
  func clear() {
    low[0] = .zero
    low[1] = .zero
  }

  @inline(__always)
  func add(_ term: Vector) {
    low[0] += widenLow(term)
    low[1] += widenHigh(term)
  }

  /// The sums times `factor`, as floats.
  @inline(__always)
  func floats(times factor: Double = 1) -> Vector {
    narrowDoubles(low[0] * factor, low[1] * factor)
  }
}
