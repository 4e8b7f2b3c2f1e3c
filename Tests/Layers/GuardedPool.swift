import Foundation
import Kernels
import Synchronization
import Testing

/// A thread pool with the memory that a kernel needs and some more, all filled with NaN. Reading
/// unwritten memory is then visible in the result, and writing beyond the needed memory is detected
/// here. Kernels are built without bounds checks.
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

  /// Fills the memory with NaN again.
  func poison() {
    pool.shared.elements.update(repeating: .nan)
    onEachWorker { $0.update(repeating: .nan, count: scratchCount + Self.guardCount) }
  }

  /// Expects that nothing was written beyond the shared memory or any worker's scratch.
  func expectMemorySuffices(sourceLocation: SourceLocation = #_sourceLocation) {
    let isSharedUntouched = pool.shared.elements[sharedCount...].allSatisfy(\.isNaN)
    #expect(
      isSharedUntouched, "written beyond \(sharedCount) floats of shared memory",
      sourceLocation: sourceLocation)
    let overrun = Atomic(0)
    onEachWorker { scratch in
      let beyond = UnsafeBufferPointer(start: scratch + scratchCount, count: Self.guardCount)
      if !beyond.allSatisfy(\.isNaN) { overrun.add(1, ordering: .relaxed) }
    }
    let overrunCount = overrun.load(ordering: .relaxed)
    #expect(
      overrunCount == 0,
      "\(overrunCount) of \(pool.threadCount) workers wrote beyond \(scratchCount) floats of scratch",
      sourceLocation: sourceLocation)
  }

  /// Runs `body` once with the scratch memory of each worker: a piece ends only after every worker
  /// has begun one.
  func onEachWorker(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    let begun = Atomic(0)
    pool.forEachPiece(pool.threadCount) { _, scratch in
      begun.add(1, ordering: .sequentiallyConsistent)
      while begun.load(ordering: .sequentiallyConsistent) < pool.threadCount { sched_yield() }
      body(scratch)
    }
  }
}

@Suite struct GuardedPoolTests {
  /// The error is detected for every worker.
  @Test func `one float beyond a worker's scratch is noticed`() throws {
    let memory = GuardedPool(scratch: 40, shared: 8, threads: 3)
    let found = Mutex<Set<UInt>>([])
    memory.onEachWorker { scratch in
      let address = UInt(bitPattern: scratch)
      found.withLock { _ = $0.insert(address) }
    }
    let addresses = found.withLock { $0 }
    #expect(addresses.count == 3)
    for address in addresses {
      let scratch = try #require(UnsafeMutablePointer<Float>(bitPattern: address))
      memory.expectMemorySuffices()
      scratch[40] = 0
      withKnownIssue { memory.expectMemorySuffices() }
      memory.poison()
    }
  }

  @Test func `one float beyond the shared memory is noticed`() {
    let memory = GuardedPool(scratch: 40, shared: 8)
    memory.pool.shared.base[8] = 0
    withKnownIssue { memory.expectMemorySuffices() }
  }
}
