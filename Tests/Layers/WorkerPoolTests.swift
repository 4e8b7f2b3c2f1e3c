import Foundation
import Kernels
import Synchronization
import Testing

/// Each piece is done exactly once, by any thread, before the call returns.
@Suite struct WorkerPoolTests {
  /// The number of times that each of `count` pieces is done in one job.
  private func visits(_ count: Int, on pool: WorkerPool) -> [UInt8] {
    var visits = [UInt8](repeating: 0, count: count)
    visits.withUnsafeMutableBufferPointer { visits in
      pool.forEachPiece(count) { piece, _ in visits[piece] += 1 }
    }
    return visits
  }

  @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 3, 8, 1000])
  func `each piece is done once`(_ threads: Int, _ count: Int) {
    let pool = WorkerPool(threadCount: threads)
    for _ in 0..<20 {
      let done = visits(count, on: pool)
      #expect(done.allSatisfy { $0 == 1 })
    }
  }

  /// Sleeping threads wake, and late threads do not interfere with the next job.
  @Test func `many short jobs follow one another`() {
    let pool = WorkerPool(threadCount: 4)
    for job in 0..<5000 {
      if job % 500 == 0 { Thread.sleep(forTimeInterval: 0.005) }
      let done = visits(1 + job % 9, on: pool)
      #expect(done.allSatisfy { $0 == 1 })
    }
  }

  @Test(arguments: [1, 2, 3], [1, 2, 7, 50])
  func `groups are neighbours and cover everything`(_ threads: Int, _ count: Int) {
    let pool = WorkerPool(threadCount: threads)
    var visits = [UInt8](repeating: 0, count: count)
    visits.withUnsafeMutableBufferPointer { visits in
      pool.forEachGroup(of: count) { range, _ in for item in range { visits[item] += 1 } }
    }
    #expect(visits.allSatisfy { $0 == 1 })
  }

  /// While one thread is delayed in a piece, the other does all other pieces.
  @Test func `nobody waits for a thread that is held up`() {
    let pool = WorkerPool(threadCount: 2)
    let others = Atomic(0)
    pool.forEachPiece(10) { piece, _ in
      guard piece == 0 else {
        others.add(1, ordering: .sequentiallyConsistent)
        return
      }
      let end = ContinuousClock.now + .seconds(10)
      while others.load(ordering: .sequentiallyConsistent) < 9, ContinuousClock.now < end {}
    }
    let done = others.load(ordering: .sequentiallyConsistent)
    #expect(done == 9)
  }

  @Test func `each worker has scratch memory of its own`() {
    let pool = WorkerPool(threadCount: 3)
    pool.reserveScratch(1)
    let isMixed = Atomic(false)
    pool.forEachPiece(300) { piece, scratch in
      scratch[0] = Float(piece)
      Thread.sleep(forTimeInterval: 1e-5)
      if scratch[0] != Float(piece) { isMixed.store(true, ordering: .relaxed) }
    }
    let mixed = isMixed.load(ordering: .relaxed)
    #expect(!mixed)
  }

  /// The process has other threads too, so a large number of threads is counted.
  @Test func `threads end with their pool`() async {
    await #expect(processExitsWith: .success) {
      func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
      }
      let before = try threads()
      for _ in 0..<20 { _ = WorkerPool(threadCount: 5) }
      // A thread is still listed for a moment after it has ended.
      try await Task.sleep(for: .milliseconds(200))
      #expect(try threads() < before + 20)
    }
  }
}
