import Dispatch
import Synchronization

/// Where one thread waits for what another brings about: awake for some microseconds, in which most
/// waits in a training step end, and asleep after that.
public final class WaitingPlace: Sendable {
  private let isAsleep = Atomic(false)
  private let bell = DispatchSemaphore(value: 0)
  /// Nanoseconds to wait awake.
  private let patience: UInt64

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
    let end = DispatchTime.now().uptimeNanoseconds + patience
    repeat {
      if condition() { return }
    } while DispatchTime.now().uptimeNanoseconds < end
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
