import Foundation

/// Floats on the heap, aligned to 64 bytes (one vector, one cache line) and initialised to zero.
public final class AlignedBuffer: @unchecked Sendable {
  public let base: UnsafeMutablePointer<Float>
  public let count: Int

  /// If the system has no memory for the buffer, the program ends as set by
  /// `MemoryShortage.endProgram(by:)`.
  ///
  /// - Precondition: `count` is not negative.
  public init(count: Int) {
    precondition(count >= 0, "a buffer of \(count) floats")
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    var allocated: UnsafeMutableRawPointer?
    guard posix_memalign(&allocated, 64, byteCount) == 0, let memory = allocated else {
      MemoryShortage.end(byteCount: byteCount)
    }
    base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  deinit { free(base) }

  /// The same memory, untyped, for elements of other types.
  public var memory: UnsafeMutableRawPointer { UnsafeMutableRawPointer(base) }

  public var byteCount: Int { count * MemoryLayout<Float>.stride }

  public var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}
