/// Where a training stands after its last epoch, for a reader who follows it.
public struct Standing: Sendable {
  public let last: EpochRecord
  /// The best epoch by the monitored quantity.
  public let best: EpochRecord
  public let quantity: MonitoredQuantity
  /// The best of the epochs before the last; nil where there is none.
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

  /// By how much the last epoch is better than all before it; nil where it is not, or is the first.
  public var gain: Double? {
    guard best == last, let bestBefore else { return nil }
    return quantity.gain(of: quantity.value(in: last), over: quantity.value(in: bestBefore))
  }

  /// The best epoch in words, for example "validation-top1 56.30 % in epoch 9".
  public var text: String {
    "\(quantity.rawValue) \(quantity.text(quantity.value(in: best))) in epoch \(best.epoch)"
  }
}

extension Trainer {
  /// Where the training stands; nil before its first epoch. Where nothing is held out, accuracy on the
  /// training images is all there is to tell.
  public var standing: Standing? {
    Standing(of: history, by: validation == nil ? .trainTop1 : settings.checkpoint.monitor)
  }
}

extension EpochRecord {
  /// How far training accuracy is above validation accuracy, in percent points; nil where nothing is held
  /// out.
  public var gap: Double? { validation.map { train.top1 - $0.top1 } }
}
