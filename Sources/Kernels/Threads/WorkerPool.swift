import Tensors

/// The threads that compute, and their scratch memory.
///
/// Work is cut into *pieces* by the shape of the problem alone; threads only decide who does which
/// piece. Results that pieces share are written to one place a piece and combined in the order of the
/// pieces. So the same inputs give the same bits on any number of threads.
///
/// The threads live as long as the pool. One thread at a time may call it, and no piece calls it again.
public final class WorkerPool: @unchecked Sendable {
  public let threadCount: Int
  private let crew: WorkerCrew
  /// Memory of all workers together, for what a layer needs during one pass alone.
  public private(set) var shared = AlignedBuffer(count: 0)

  /// - Parameter threadCount: Threads to compute with, that of the caller included; at least one is
  ///   used.
  public init(threadCount count: Int) {
    // This module is built without checks, so a precondition would be a promise, not a test.
    threadCount = max(count, 1)
    crew = WorkerCrew(workers: threadCount)
  }

  deinit { crew.end() }

  /// Makes sure that each worker has room for `count` floats. Called while planning.
  public func reserveScratch(_ count: Int) {
    guard crew.scratch[0].count < count else { return }
    crew.scratch = (0..<threadCount).map { _ in AlignedBuffer(count: count) }
  }

  /// Makes sure that `shared` has room for `count` floats. Called while planning.
  public func reserveShared(_ count: Int) {
    if shared.count < count { shared = AlignedBuffer(count: count) }
  }

  /// Runs `body` for each piece in 0 ..< pieceCount and returns when all are done.
  ///
  /// - Parameter body: Takes the piece and the scratch memory of the worker that runs it.
  public func forEachPiece(
    _ pieceCount: Int, _ body: (_ piece: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    guard min(threadCount, pieceCount) > 1 else {
      for piece in 0..<pieceCount { body(piece, crew.scratch[0].base) }
      return
    }
    crew.run(pieceCount, body)
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

  /// Groups of items a thread, so that who is done early can help; and the fewest items of a group of
  /// which there are more than threads, so that preparing for it costs little beside them.
  private static let groupsPerThread = 4
  private static let leastGroup = 4

  /// Hands out runs of neighbouring items, for work whose result is the same wherever the runs are cut
  /// and that has something to prepare for each run.
  public func forEachGroup(
    of count: Int,
    _ body: (_ range: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    let most = threadCount > 1 ? Self.groupsPerThread * threadCount : 1
    let groups = min(most, max(count / Self.leastGroup, threadCount), count)
    forEachPiece(groups) { group, scratch in
      body(count * group / groups..<count * (group + 1) / groups, scratch)
    }
  }
}
