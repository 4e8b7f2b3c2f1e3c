import Dispatch
import Synchronization

/// Where one thread waits for what another brings about: awake for some time, in which most waits in a training
/// step end, and asleep after that.
///
/// Who wakes up has often lost its core to somebody else, and in a virtual machine comes late anyway. But where a
/// wait lasts too long, the other thread has likely lost its own core, to somebody who could have this one: after such
/// a wait the thread goes to sleep early the next times.
public final class WaitingPlace: Sendable {
  private let isAsleep = Atomic(false)
  private let bell = DispatchSemaphore(value: 0)
  /// Nanoseconds to wait awake.
  private let patience: UInt64
  /// Nanoseconds to wait awake after a wait that was too long.
  private static let shortPatience: UInt64 = 20_000
  /// Waits that must outlast even that before a long one is tried again.
  private static let shortWaits = 20
  /// How many of those are left. Only the thread that waits here asks.
  private let shortWaitsLeft = Atomic(0)

  /// - Parameter patience: Microseconds to wait awake.
  public init(patience: Int) {
    self.patience = UInt64(patience) * 1000
  }

  /// Returns when `condition` holds. Only one thread waits here.
  ///
  /// - Parameter condition: Reads, in sequentially consistent order, what somebody changes before
  ///   calling `wake()`.
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
      // Either the other one sees this word after its change, or this thread sees the change.
      isAsleep.store(true, ordering: .sequentiallyConsistent)
      if condition() && isAsleep.exchange(false, ordering: .sequentiallyConsistent) { return }
      bell.wait()
      if condition() { return }
    }
  }

  /// Wakes the thread that waits, if it is asleep. Called after a change of what it waits for.
  public func wake() {
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
  }
}
