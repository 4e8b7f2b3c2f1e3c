/// What a worker does with one piece of a job.
typealias PieceWork = (_ piece: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void

/// A closure that other threads may call until the call that borrowed it returns.
///
/// A non-escaping closure cannot be stored, and `withoutActuallyEscaping` copies it to the heap in
/// each call. Such a closure is passed as two words, the address of its code and that of its
/// captures, and a function that takes one is called like a function that takes two words. So the
/// closure is taken apart by passing it to a function that expects the words, and called by passing
/// the words to a function that expects a closure.
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

  // Functions are cast as members of these structs: cast directly, they would first be wrapped in
  // other functions.

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
