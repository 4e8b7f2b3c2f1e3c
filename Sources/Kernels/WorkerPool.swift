import Dispatch
import Tensors

/// The threads that compute, and their scratch memory.
///
/// Work is cut into *pieces* by the shape of the problem alone; threads only decide who does which
/// piece. Results that pieces share are written to one place a piece and combined in the order of the
/// pieces. So the same inputs give the same bits on any number of threads.
public final class WorkerPool: @unchecked Sendable {
  public let threadCount: Int
  private var scratch: [AlignedBuffer]
  /// Memory of all workers together, for what a layer needs during one pass alone.
  public private(set) var shared = AlignedBuffer(count: 0)

  /// - Parameter count: Threads to compute with; at least one is used.
  public init(threadCount count: Int) {
    // This module is built without checks, so a precondition would be a promise, not a test.
    threadCount = max(count, 1)
    scratch = (0..<threadCount).map { _ in AlignedBuffer(count: 0) }
    BLAS.useCallingThreadOnly()
  }

  /// Makes sure that each worker has room for `count` floats. Called while planning.
  public func reserveScratch(_ count: Int) {
    guard scratch[0].count < count else { return }
    scratch = (0..<threadCount).map { _ in AlignedBuffer(count: count) }
  }

  /// Makes sure that `shared` has room for `count` floats. Called while planning.
  public func reserveShared(_ count: Int) {
    if shared.count < count { shared = AlignedBuffer(count: count) }
  }

  /// Runs `body` for each piece in 0 ..< pieceCount and returns when all are done.
  ///
  /// - Parameter body: Takes the piece and the scratch memory of the worker that runs it.
  @inline(__always)
  public func forEachPiece(
    _ pieceCount: Int, _ body: (_ piece: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    let workers = min(threadCount, pieceCount)
    guard workers > 1 else {
      for piece in 0..<pieceCount { body(piece, scratch[0].base) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let task = Task(body: body, pieceCount: pieceCount, workers: workers, scratch: scratch)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in task.run(worker) }
    }
  }

  /// Like `forEachPiece(_:_:)` for ranges of at most `size` items.
  public func forEachRange(
    of count: Int, size: Int,
    _ body: (_ range: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    forEachPiece((count + size - 1) / size) { piece, scratch in
      body(piece * size..<min((piece + 1) * size, count), scratch)
    }
  }

  /// Hands each worker a run of neighbouring items at once, for work whose result is the same wherever
  /// the runs are cut.
  public func forEachGroup(
    of count: Int,
    _ body: (_ range: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    let groups = min(threadCount, count)
    forEachPiece(groups) { group, scratch in
      body(count * group / groups..<count * (group + 1) / groups, scratch)
    }
  }

  /// What the workers share; the pieces of one worker are neighbours in memory.
  private struct Task: @unchecked Sendable {
    let body: (Int, UnsafeMutablePointer<Float>) -> Void
    let pieceCount: Int
    let workers: Int
    let scratch: [AlignedBuffer]

    func run(_ worker: Int) {
      let first = pieceCount * worker / workers
      let end = pieceCount * (worker + 1) / workers
      for piece in first..<end { body(piece, scratch[worker].base) }
    }
  }
}
