import Foundation

/// A figure of an epoch that training can monitor.
public enum MonitoredQuantity: String, Decodable, Sendable, CaseIterable {
  case validationLoss = "validation-loss"
  case validationTop1 = "validation-top1"
  case validationTop5 = "validation-top5"
  /// The mean of the classes' top-1 accuracies: each class has the same weight.
  case validationBalanced = "validation-balanced"
  case trainLoss = "train-loss"
  case trainTop1 = "train-top1"
  case trainTop5 = "train-top5"

  /// Whether it is a loss; the others are accuracies in percent.
  public var isLoss: Bool { self == .validationLoss || self == .trainLoss }

  /// Whether a smaller value is better.
  public var prefersSmaller: Bool { isLoss }

  /// Whether it is measured on the validation images.
  public var isValidation: Bool {
    switch self {
    case .validationLoss, .validationTop1, .validationTop5, .validationBalanced: true
    case .trainLoss, .trainTop1, .trainTop5: false
    }
  }

  /// The quantity's value in an epoch; NaN if it was not measured.
  public func value(in epoch: EpochRecord) -> Double {
    switch self {
    case .validationLoss: epoch.validation?.loss ?? .nan
    case .validationTop1: epoch.validation?.top1 ?? .nan
    case .validationTop5: epoch.validation?.top5 ?? .nan
    case .validationBalanced: epoch.validation?.balancedTop1 ?? .nan
    case .trainLoss: epoch.train.loss
    case .trainTop1: epoch.train.top1
    case .trainTop5: epoch.train.top5
    }
  }

  /// A value as text, losses with four decimals and accuracies with two.
  public func text(_ value: Double) -> String {
    String(format: isLoss ? "%.4f" : "%.2f %%", value)
  }

  /// A gain as text, for accuracies in percentage points.
  public func text(gain: Double) -> String {
    String(format: isLoss ? "%.4f" : "%.2f points", gain)
  }

  /// How much better `value` is than `other`; negative if it is worse.
  public func gain(of value: Double, over other: Double) -> Double {
    prefersSmaller ? other - value : value - other
  }
}

/// Finds the best epoch of a history, and how long there has been no improvement.
public struct Monitor: Sendable {
  public let quantity: MonitoredQuantity
  public let leastImprovement: Double

  public init(_ quantity: MonitoredQuantity, leastImprovement: Double = 0) {
    self.quantity = quantity
    self.leastImprovement = leastImprovement
  }

  /// The last epoch that improved on the best before it by more than `leastImprovement`; nil for an
  /// empty history.
  public func best(of history: some Sequence<EpochRecord>) -> EpochRecord? {
    var best: EpochRecord?
    for record in history where isImprovement(record, on: best) { best = record }
    return best
  }

  /// The number of the best epoch.
  public func bestEpoch(of history: some Sequence<EpochRecord>) -> Int? {
    best(of: history)?.epoch
  }

  /// Whether `patience` epochs have passed since the best one; always false if `patience` is 0.
  public func isExhausted(_ history: [EpochRecord], patience: Int) -> Bool {
    guard patience > 0, let last = history.last, let best = bestEpoch(of: history) else {
      return false
    }
    return last.epoch - best >= patience
  }

  /// How many times `patience` epochs have passed without an improvement; the count restarts after
  /// each time.
  ///
  /// - Precondition: `patience` is positive.
  public func plateaus(in history: [EpochRecord], patience: Int) -> Int {
    precondition(patience > 0, "a patience of \(patience) epochs")
    var best: EpochRecord?
    var (plateaus, waited) = (0, 0)
    for record in history {
      if isImprovement(record, on: best) {
        best = record
        waited = 0
      } else {
        waited += 1
      }
      if waited == patience {
        plateaus += 1
        waited = 0
      }
    }
    return plateaus
  }

  private func isImprovement(_ record: EpochRecord, on best: EpochRecord?) -> Bool {
    guard let best else { return true }
    let gain = quantity.gain(of: quantity.value(in: record), over: quantity.value(in: best))
    return gain > leastImprovement
  }
}
