import CVectors
import Tensors

/// Memory that is read or written next, of two maps or three. Products ask memory for little: some lines are asked for
/// at each step of theirs, and whoever reads or writes them then does not wait (docs/kernels.md).
struct LinePrefetch {
  private var first: Span
  private var second: Span
  private var third: Span?

  /// - Parameter steps: Calls of `prefetchSome`.
  @inline(__always)
  init(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
    _ third: UnsafeRawBufferPointer? = nil, steps: Int
  ) {
    (self.first, self.second) = (Span(first, steps: steps), Span(second, steps: steps))
    self.third = third.map { Span($0, steps: steps) }
  }

  /// Asks for the next ones, which are few: beyond some twenty a core waits before it asks for more.
  @inline(__always)
  mutating func prefetchSome() {
    first.prefetchSome()
    second.prefetchSome()
    third?.prefetchSome()
  }

  /// Memory that is asked for from beginning to end.
  private struct Span {
    private var next: Int
    private let end: Int
    private let stepBytes: Int

    private static var lineBytes: Int { 64 }

    @inline(__always)
    init(_ memory: UnsafeRawBufferPointer, steps: Int) {
      next = Int(bitPattern: memory.baseAddress)
      end = next + memory.count
      let lines = (memory.count + Self.lineBytes - 1) / Self.lineBytes
      stepBytes = (lines + steps - 1) / steps * Self.lineBytes
    }

    @inline(__always)
    mutating func prefetchSome() {
      let stop = min(next + stepBytes, end)
      while next < stop {
        prefetchLine(UnsafeRawPointer(bitPattern: next))
        next += Self.lineBytes
      }
    }
  }
}

extension FeatureMap {
  /// The memory of some pixels, counted on from image to image; of those beyond the last one nothing.
  func memory(ofPixels range: Range<Int>) -> UnsafeRawBufferPointer {
    let pixelBytes = shape.imageByteCount / shape.pixelCount
    let last = shape.count * shape.pixelCount
    let (first, end) = (min(range.lowerBound, last), min(range.upperBound, last))
    return UnsafeRawBufferPointer(
      start: memory + first * pixelBytes, count: (end - first) * pixelBytes)
  }
}
