import Dispatch
import Foundation
import Synchronization
import Tensors

/// The threads of a pool, which divide a job by work stealing.
///
/// Each worker starts with a range of consecutive pieces and processes them in order. A worker that
/// has none left steals the last piece of another worker. So neither a busy core nor a thread that
/// wakes late delays a job.
///
/// A job allocates nothing: it is a borrowed closure and a few counters.
final class WorkerCrew: @unchecked Sendable {
  private let ranges: [WorkRange]
  private let places: [WaitingPlace]
  /// Scratch memory of each worker; changed between jobs only.
  var scratch: [AlignedBuffer]
  /// The work on each piece. A thread reads it only between taking a piece and reporting it done;
  /// until then, the job has not ended.
  private var work: BorrowedWork?
  /// Pieces of the job not yet reported done.
  private let unfinished = Atomic(0)
  /// Counts jobs, so that idle threads can wait for the next.
  private let jobs = Atomic(0)
  private let isEnding = Atomic(false)
  private let ended = DispatchSemaphore(value: 0)

  /// Microseconds for which a thread spins: longer than the last piece of most jobs takes, and
  /// longer than most single-threaded work between two jobs (docs/kernels.md).
  private static let patience = 2000

  /// Worker 0 is the thread that calls `run`. The others are started here and ended by `end()`.
  init(workers: Int) {
    ranges = (0..<workers).map { _ in WorkRange() }
    places = (0..<workers).map { _ in WaitingPlace(patience: Self.patience) }
    scratch = (0..<workers).map { _ in AlignedBuffer(count: 0) }
    for worker in 1..<max(workers, 1) {
      let thread = Thread { self.serve(as: worker) }
      thread.name = "worker \(worker)"
      thread.start()
    }
  }

  /// Runs `body` for each piece and returns when all are done.
  func run(_ pieceCount: Int, _ body: PieceWork) {
    work = BorrowedWork(body)
    unfinished.store(pieceCount, ordering: .sequentiallyConsistent)
    for (worker, range) in ranges.enumerated() {
      range.assign(
        pieceCount * worker / ranges.count..<pieceCount * (worker + 1) / ranges.count)
    }
    jobs.add(1, ordering: .sequentiallyConsistent)
    for worker in 1..<places.count { places[worker].wake() }
    takePart(as: 0)
    places[0].wait { unfinished.load(ordering: .sequentiallyConsistent) == 0 }
  }

  /// Ends the threads and returns when they have ended.
  func end() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    jobs.add(1, ordering: .sequentiallyConsistent)
    for worker in 1..<places.count { places[worker].wake() }
    for _ in 1..<places.count { ended.wait() }
  }

  private func serve(as worker: Int) {
    var seen = 0
    while !isEnding.load(ordering: .sequentiallyConsistent) {
      takePart(as: worker)
      places[worker].wait { jobs.load(ordering: .sequentiallyConsistent) != seen }
      seen = jobs.load(ordering: .sequentiallyConsistent)
    }
    ended.signal()
  }

  /// Processes pieces until none is left, then reports the number it has done.
  private func takePart(as worker: Int) {
    var done = 0
    while let piece = takePiece(as: worker), let work {
      work(piece, scratch[worker].base)
      done += 1
    }
    guard done > 0 else { return }
    let rest = unfinished.subtract(done, ordering: .sequentiallyConsistent).newValue
    if rest == 0 { places[0].wake() }
  }

  private func takePiece(as worker: Int) -> Int? {
    if let piece = ranges[worker].takeFirst() { return piece }
    for distance in 1..<ranges.count {
      if let piece = ranges[(worker + distance) % ranges.count].takeLast() { return piece }
    }
    return nil
  }
}

/// The remaining pieces of one worker: a range in one atomic word, so that no two threads take the
/// same piece.
private final class WorkRange: Sendable {
  /// Lower bound in the upper half of the word, upper bound in the lower half.
  private let range = Atomic<UInt64>(0)

  func assign(_ pieces: Range<Int>) {
    range.store(
      UInt64(pieces.lowerBound) << 32 | UInt64(pieces.upperBound), ordering: .releasing)
  }

  func takeFirst() -> Int? {
    take { first, end in (piece: first, rest: (first + 1) << 32 | end) }
  }

  func takeLast() -> Int? {
    take { first, end in (piece: end - 1, rest: first << 32 | (end - 1)) }
  }

  @inline(__always)
  private func take(
    _ choose: (_ first: UInt64, _ end: UInt64) -> (piece: UInt64, rest: UInt64)
  ) -> Int? {
    var word = range.load(ordering: .relaxed)
    while true {
      let (first, end) = (word >> 32, word & 0xFFFF_FFFF)
      guard first < end else { return nil }
      let (piece, rest) = choose(first, end)
      let (exchanged, found) = range.compareExchange(
        expected: word, desired: rest, ordering: .acquiringAndReleasing)
      if exchanged { return Int(piece) }
      word = found
    }
  }
}
