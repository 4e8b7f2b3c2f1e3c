/// The state of a training run after its last epoch, for progress messages.
public struct TrainingStatus: Sendable {
  public let last: EpochRecord
  /// The best epoch by the monitored quantity.
  public let best: EpochRecord
  public let quantity: MonitoredQuantity
  /// The best of the epochs before the last; nil if there is none.
  public let bestBefore: EpochRecord?

  /// - Returns: Nil for an empty history.
  public init?(of history: [EpochRecord], by quantity: MonitoredQuantity) {
    let monitor = Monitor(quantity)
    guard let last = history.last, let best = monitor.best(of: history) else { return nil }
    self.last = last
    self.best = best
    self.quantity = quantity
    bestBefore = monitor.best(of: history.dropLast())
  }

  /// How much better the last epoch is than all before it; nil if it isn't better, or is the first.
  public var gain: Double? {
    guard best == last, let bestBefore else { return nil }
    return quantity.gain(of: quantity.value(in: last), over: quantity.value(in: bestBefore))
  }

  /// The best epoch as text, for example "validation-top1 56.30 % in epoch 9".
  public var text: String {
    "\(quantity.rawValue) \(quantity.text(quantity.value(in: best))) in epoch \(best.epoch)"
  }
}

extension Trainer {
  /// The current status; nil before the first epoch. Without validation images it is based on the
  /// accuracy on the training images.
  public var status: TrainingStatus? {
    TrainingStatus(of: history, by: validation == nil ? .trainTop1 : settings.checkpoint.monitor)
  }
}

extension EpochRecord {
  /// Training accuracy minus validation accuracy, in percentage points; nil without validation
  /// images.
  public var gap: Double? { validation.map { train.top1 - $0.top1 } }
}
