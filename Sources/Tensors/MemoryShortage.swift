import Synchronization

/// The system has no memory for a buffer.
///
/// Buffers are made deep inside of layers and kernels, where nothing could be done about it; the program
/// says beforehand how it ends then.
public struct MemoryShortage: Error, Equatable, Sendable, CustomStringConvertible {
  /// What the buffer was to have.
  public let byteCount: Int

  public var description: String {
    "the system has no memory for \(byteCount >> 20) MiB more of feature maps, weights or optimiser state;"
      + " lower the batch (train.batch), end other programs, or raise the limit (ulimit -v)"
  }

  private static let ending = Mutex<(@Sendable (MemoryShortage) -> Never)?>(nil)

  /// Says how the program ends where there is no memory. Without it, with a failed precondition.
  public static func endProgram(by end: @escaping @Sendable (MemoryShortage) -> Never) {
    ending.withLock { $0 = end }
  }

  static func end(byteCount: Int) -> Never {
    let shortage = MemoryShortage(byteCount: byteCount)
    if let end = ending.withLock({ $0 }) { end(shortage) }
    preconditionFailure("\(shortage)")
  }
}
