import Foundation

/// The first change to try after a training run, from its figures: a rule of thumb only.
///
///     hardly better than guessing         another learning rate
///     training far ahead of validation    augmentation, weight decay, more images
///     the best epoch is among the last    more epochs
///     neither                             a larger network
public enum FirstChange: Sendable, Equatable {
  case rate(top1: Double)
  case regularization(gap: Double)
  case epochs(best: Int, of: Int)
  case network(top1: Double)

  /// The largest gap between training and validation accuracy, in percentage points, that doesn't
  /// count as overfitting.
  static let largestGap = 5.0

  /// - Parameters:
  ///   - best: The epoch of the best weights.
  ///   - classes: The number of classes K; guessing is right in 100 / K % of the cases.
  /// - Returns: Nil if no epoch was trained.
  public init?(after history: [EpochRecord], best: Int, classes: Int) {
    guard let last = history.last, let first = history.first else { return nil }
    let top1 = last.train.top1
    let lateEpochs = max(1, history.count / 10)
    if top1.isNaN || top1 < 2 * 100 / Double(classes) && history.count > 1 {
      self = .rate(top1: top1)
    } else if let gap = last.gap, gap > Self.largestGap {
      self = .regularization(gap: gap)
    } else if best > last.epoch - lateEpochs {
      self = .epochs(best: best, of: last.epoch - first.epoch + 1)
    } else {
      self = .network(top1: top1)
    }
  }

  /// The observation and the change it suggests.
  public var text: String {
    switch self {
    case .rate(let top1):
      "training accuracy is \(Self.text(top1)) %, hardly better than guessing: try a third of the rate, "
        + "then three times it (train.optimizer.learning-rate)"
    case .regularization(let gap):
      "training accuracy is \(Self.text(gap)) points ahead of validation: try more augmentation "
        + "(train.augment), more weight decay (train.optimizer.weight-decay) or more images"
    case .epochs(let best, let count):
      "epoch \(best) was the best, one of the last of \(count): try more epochs (train.epochs)"
    case .network(let top1):
      "validation follows training, and neither gains (\(Self.text(top1)) % in training): try a larger "
        + "network (train.network, train.architecture)"
    }
  }

  private static func text(_ value: Double) -> String { String(format: "%.1f", value) }
}
