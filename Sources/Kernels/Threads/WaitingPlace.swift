import Dispatch
import Synchronization

/// Makes one thread wait for another, spin-then-park: it spins for a time, within which most waits
/// of a training step end, and then sleeps.
///
/// A thread that wakes has often lost its core to another process, and in a virtual machine it
/// wakes late anyway. But when a wait takes too long, the other thread has probably lost its own
/// core, to something that could run on this one. So after such a wait, the thread goes to sleep
/// early the next times.
public final class WaitingPlace: Sendable {
  private let isAsleep = Atomic(false)
  private let bell = DispatchSemaphore(value: 0)
  /// Nanoseconds to spin.
  private let patience: UInt64
  /// Nanoseconds to spin after a wait that took too long.
  private static let shortPatience: UInt64 = 20_000
  /// Waits that must exceed even that before a long spin is tried again.
  private static let shortWaits = 20
  /// How many of those are left. Only the waiting thread reads and writes it.
  private let shortWaitsLeft = Atomic(0)

  /// - Parameter patience: Microseconds to spin.
  public init(patience: Int) {
    self.patience = UInt64(patience) * 1000
  }

  /// Returns when `condition` holds. Only one thread waits here.
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

  /// Wakes the waiting thread if it is asleep. Called after a change of what it waits for.
  public func wake() {
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
  }
}
