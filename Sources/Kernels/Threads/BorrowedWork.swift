/// What a worker does with one piece of a job.
typealias PieceWork = (_ piece: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void

/// A closure that other threads may call as long as the call that borrowed it lasts.
///
/// A closure that must not escape can't be stored, and `withoutActuallyEscaping` puts a copy on the heap
/// in each call. Such a closure is passed as two words, the address of its code and that of what it
/// captures, and a function that takes one is called like one that takes the two. So it is taken
/// apart by passing it to a function that wants the words, and called by passing the words to a
/// function that wants a closure.
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

  // Functions are cast as members of these: by themselves they would first be wrapped into others.

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
