import CVectors
import Tensors

/// An image in runs: the vectors of one group of 16 channels over some neighbouring pixels, then those of
/// the next group over the same pixels. So memory is read in order, while what belongs to a channel
/// stays in registers for a run.
///
/// A sequence, because the compiler dissolves loops over it, and closures around vectors not always.
struct PixelRuns: Sequence, IteratorProtocol {
  private let vectors: Int
  /// Vectors from the first of a run to the next run's.
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

/// Neighbouring pixels, seen through one vector of channels; its elements number vectors of the image.
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
  /// Runs of so many pixels that all their channels stay in the first cache.
  var runs: PixelRuns { PixelRuns(self, length: 16) }

  /// Runs of so few that their sum in float rounds little.
  var shortRuns: PixelRuns { PixelRuns(self, length: 8) }
}

/// Sums in `Double`, as PyTorch's are, of sixteen channels: two vectors of eight in memory.
struct WideSums {
  private let low: UnsafeMutablePointer<SIMD8<Double>>

  /// - Parameter vector: The vector of channels, of those that `memory` holds one after the other.
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

  /// The sums times `share`, as floats.
  @inline(__always)
  func floats(times share: Double = 1) -> Vector { narrowDoubles(low[0] * share, low[1] * share) }
}
