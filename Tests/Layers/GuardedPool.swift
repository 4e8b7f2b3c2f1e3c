import Kernels
import Testing

/// A pool of two threads with as much memory as a kernel says it needs and some more, all of it not-a-number: what is
/// read unwritten shows in the result, and what is written beyond shows here. Kernels are built without checks of
/// bounds.
struct GuardedPool {
  let pool: WorkerPool
  private let scratchCount: Int
  private let sharedCount: Int

  private static let guardCount = 512

  /// - Parameters:
  ///   - scratch: Floats of scratch memory that a worker needs.
  ///   - shared: Floats of the pool's shared memory.
  init(scratch: Int, shared: Int, threads: Int = 2) {
    pool = WorkerPool(threadCount: threads)
    (scratchCount, sharedCount) = (scratch, shared)
    pool.reserveScratch(scratch + Self.guardCount)
    pool.reserveShared(shared + Self.guardCount)
    poison()
  }

  /// Forgets what passes have left.
  func poison() {
    pool.shared.elements.update(repeating: .nan)
    // Many pieces for whoever wants some, and one for the calling thread.
    for pieceCount in [64, 1] {
      pool.forEachPiece(pieceCount) { _, scratch in
        scratch.update(repeating: .nan, count: scratchCount + Self.guardCount)
      }
    }
  }

  /// Expects that nothing was written beyond.
  func expectMemorySuffices(sourceLocation: SourceLocation = #_sourceLocation) {
    let isSharedUntouched = pool.shared.elements[sharedCount...].allSatisfy(\.isNaN)
    #expect(
      isSharedUntouched, "written beyond \(sharedCount) floats of shared memory",
      sourceLocation: sourceLocation)
    pool.forEachPiece(1) { _, scratch in
      let beyond = UnsafeBufferPointer(start: scratch + scratchCount, count: Self.guardCount)
      let isUntouched = beyond.allSatisfy(\.isNaN)
      #expect(
        isUntouched, "written beyond \(scratchCount) floats of scratch",
        sourceLocation: sourceLocation)
    }
  }
}
