/// What a worker does with one piece of a job.
typealias PieceWork = (_ piece: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void

/// A closure that other threads may call until the call that borrowed it returns.
///
/// A non-escaping closure cannot be stored, and `withoutActuallyEscaping` copies it to the heap in
/// each call. Swift passes such a closure as two words, the addresses of its code and of its
/// captures, exactly as it would pass two separate arguments. So the initializer passes the closure
/// to a function that is declared to receive two words. To call the closure, the words are passed
/// to a function that is declared to receive a closure.
struct BorrowedWork {
  private let code: UnsafeRawPointer
  private let captured: UnsafeRawPointer?

  private init(code: UnsafeRawPointer, captured: UnsafeRawPointer?) {
    self.code = code
    self.captured = captured
  }

  init(_ work: PieceWork) {
    let taking = WordsTaker { BorrowedWork(code: $0, captured: $1) }
    self = unsafeBitCast(taking, to: WorkTaker.self).take(work)
  }

  func callAsFunction(_ piece: Int, _ scratch: UnsafeMutablePointer<Float>) {
    let calling = WorkCaller { work, piece, scratch in work(piece, scratch) }
    unsafeBitCast(calling, to: WordsCaller.self).call(code, captured, piece, scratch)
  }

  // These structs hold the functions for the casts: a function that is cast directly is first
  // wrapped in another function.

  private struct WordsTaker {
    let take: (_ code: UnsafeRawPointer, _ captured: UnsafeRawPointer?) -> BorrowedWork
  }

  private struct WorkTaker {
    let take: (_ work: PieceWork) -> BorrowedWork
  }

  private struct WorkCaller {
    let call: (_ work: PieceWork, _ piece: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void
  }

  private struct WordsCaller {
    let call:
      (
        _ code: UnsafeRawPointer, _ captured: UnsafeRawPointer?, _ piece: Int,
        _ scratch: UnsafeMutablePointer<Float>
      ) -> Void
  }
}
