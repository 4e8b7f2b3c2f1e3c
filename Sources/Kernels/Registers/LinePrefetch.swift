import CVectors
import Tensors

/// Prefetches the parts of two or three maps that are read or written next. Matrix products rarely
/// access memory, so each of their steps prefetches some cache lines, which arrive before they are
/// needed (docs/kernels.md).
struct LinePrefetch {
  private var first: Span
  private var second: Span
  private var third: Span?

  /// - Parameter steps: Number of calls of `prefetchSome` that prefetch everything.
  @inline(__always)
  init(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
    _ third: UnsafeRawBufferPointer? = nil, steps: Int
  ) {
    (self.first, self.second) = (Span(first, steps: steps), Span(second, steps: steps))
    self.third = third.map { Span($0, steps: steps) }
  }

  /// Prefetches the next few lines: with more than about twenty requests outstanding, a core
  /// stalls.
  @inline(__always)
  mutating func prefetchSome() {
    first.prefetchSome()
    second.prefetchSome()
    third?.prefetchSome()
  }

  /// Memory that is prefetched from beginning to end.
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
  /// The memory of some pixels, numbered across images; empty beyond the last pixel.
  func memory(ofPixels range: Range<Int>) -> UnsafeRawBufferPointer {
    let pixelBytes = shape.imageByteCount / shape.pixelCount
    let last = shape.count * shape.pixelCount
    let (first, end) = (min(range.lowerBound, last), min(range.upperBound, last))
    return UnsafeRawBufferPointer(
      start: memory + first * pixelBytes, count: (end - first) * pixelBytes)
  }
}
