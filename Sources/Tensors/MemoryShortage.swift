import Synchronization

/// The system has no memory for a buffer.
///
/// Buffers are allocated deep inside layers and kernels, where the error can't be handled; the
/// program sets beforehand how it ends in this case.
public struct MemoryShortage: Error, Equatable, Sendable, CustomStringConvertible {
  /// The requested size of the buffer.
  public let byteCount: Int

  public var description: String {
    "the system has no memory for \(byteCount >> 20) MiB more of feature maps, weights or optimiser state;"
      + " lower the batch (train.batch), end other programs, or raise the limit (ulimit -v)"
  }

  private static let ending = Mutex<(@Sendable (MemoryShortage) -> Never)?>(nil)

  /// Sets how the program ends if memory runs out. Without this call it ends with a failed
  /// precondition.
  public static func endProgram(by end: @escaping @Sendable (MemoryShortage) -> Never) {
    ending.withLock { $0 = end }
  }

  static func end(byteCount: Int) -> Never {
    let shortage = MemoryShortage(byteCount: byteCount)
    if let end = ending.withLock({ $0 }) { end(shortage) }
    preconditionFailure("\(shortage)")
  }
}
