import Dispatch
import Synchronization

/// Makes one thread wait for another, spin-then-park: it spins for longer than most waits of a
/// training step last, and then sleeps.
///
/// Sleeping is expensive: another process may occupy the core when the thread wakes, and virtual
/// machines wake threads late. But after a long wait, the other thread has probably lost its core
/// to a process that could run on this one. So after a long wait, the next waits spin only briefly.
public final class WaitingPlace: Sendable {
  private let isAsleep = Atomic(false)
  private let bell = DispatchSemaphore(value: 0)
  /// Nanoseconds to spin.
  private let patience: UInt64
  /// Nanoseconds to spin after a wait longer than `patience`.
  private static let shortPatience: UInt64 = 20_000
  /// Waits longer than `shortPatience` before a long spin is tried again.
  private static let shortWaits = 20
  /// The number of such waits left. Only the waiting thread reads and writes it.
  private let shortWaitsLeft = Atomic(0)

  /// - Parameter patience: Microseconds to spin.
  public init(patience: Int) {
    self.patience = UInt64(patience) * 1000
  }

  /// Returns when `condition` is true. Only one thread may call this.
  ///
  /// - Parameter condition: Reads, with sequentially consistent ordering, what another thread
  ///   changes before it calls `wake()`.
  @inline(__always)
  public func wait(until condition: () -> Bool) {
    if condition() { return }
    let left = shortWaitsLeft.load(ordering: .relaxed)
    let patience = left > 0 ? min(patience, Self.shortPatience) : patience
    let end = DispatchTime.now().uptimeNanoseconds + patience
    repeat {
      if condition() { return }
    } while DispatchTime.now().uptimeNanoseconds < end
    shortWaitsLeft.store(left > 0 ? left - 1 : Self.shortWaits, ordering: .relaxed)
    while true {
      // Either the other thread sees this flag after its change, or this thread sees the change.
      isAsleep.store(true, ordering: .sequentiallyConsistent)
      if condition() && isAsleep.exchange(false, ordering: .sequentiallyConsistent) { return }
      bell.wait()
      if condition() { return }
    }
  }

  /// Wakes the waiting thread if it is asleep. Call this after changing what its condition reads.
  public func wake() {
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
  }
}
