/// A figure of an epoch that training can be steered by.
public enum MonitoredQuantity: String, Decodable, Sendable {
  case heldoutLoss = "heldout-loss"
  case heldoutTop1 = "heldout-top1"
  case trainLoss = "train-loss"
  case trainTop1 = "train-top1"

  /// Whether a smaller value is the better one.
  public var prefersSmaller: Bool { self == .heldoutLoss || self == .trainLoss }

  /// The quantity's value in an epoch.
  public func value(in epoch: EpochRecord) -> Double {
    switch self {
    case .heldoutLoss: epoch.heldout.loss
    case .heldoutTop1: epoch.heldout.top1
    case .trainLoss: epoch.train.loss
    case .trainTop1: epoch.train.top1
    }
  }
}

/// Which epoch of a history is best so far, and since when nothing has improved.
public struct Monitor: Sendable {
  public let quantity: MonitoredQuantity
  public let leastImprovement: Double

  public init(_ quantity: MonitoredQuantity, leastImprovement: Double = 0) {
    self.quantity = quantity
    self.leastImprovement = leastImprovement
  }

  /// The number of the epoch that last improved on all before it by more than `leastImprovement`;
  /// nil for an empty history.
  public func bestEpoch(of history: [EpochRecord]) -> Int? {
    var best: (epoch: Int, value: Double)?
    for record in history {
      let value = quantity.value(in: record)
      guard let known = best else {
        best = (record.epoch, value)
        continue
      }
      let gain = quantity.prefersSmaller ? known.value - value : value - known.value
      if gain > leastImprovement { best = (record.epoch, value) }
    }
    return best?.epoch
  }

  /// Whether `patience` epochs have passed since the best; 0 never ends.
  public func isExhausted(_ history: [EpochRecord], patience: Int) -> Bool {
    guard patience > 0, let last = history.last, let best = bestEpoch(of: history) else {
      return false
    }
    return last.epoch - best >= patience
  }
}
