import Tensors

/// The threads that compute, and their scratch memory.
///
/// The problem's shape alone determines how work is cut into *pieces*; the number of threads
/// affects only which thread runs which piece. Each piece writes its part of a shared result to a
/// place of its own, and the parts are combined in the order of the pieces. So the same inputs give
/// the same bits on any number of threads.
///
/// The threads live as long as the pool. Only one thread at a time may call the pool; pieces must
/// not call it.
public final class WorkerPool: @unchecked Sendable {
  public let threadCount: Int
  private let crew: WorkerCrew
  /// Memory shared by all workers, for what a layer needs during a single pass.
  public private(set) var shared = AlignedBuffer(count: 0)

  /// - Parameter threadCount: Threads to compute with, the caller's included; at least one is used.
  public init(threadCount count: Int) {
    // This module is built without checks: a precondition would be an assumption, not a test.
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
  /// - Parameter body: Receives the piece and the scratch memory of the worker that runs it.
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

  /// Several groups for each thread, so that a thread that finishes early can help the others. With
  /// more groups than threads, each group has at least `leastGroup` items, since its preparation
  /// takes time.
  private static let groupsPerThread = 4
  private static let leastGroup = 4

  /// Runs `body` for ranges of consecutive items: for work that has to prepare something for each
  /// range and whose result does not depend on the bounds of the ranges.
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
