extension TrainingHistory {
  /// The best validation top-1 accuracy, in percent, and the first epoch that reached it; nil if
  /// none was measured.
  public var best: (epoch: Int, top1: Double)? {
    zip(epochs, validation.top1)
      .compactMap { epoch, top1 in top1.flatMap { $0.isFinite ? (epoch: epoch, top1: $0) : nil } }
      .max { ($0.top1, -$0.epoch) < ($1.top1, -$1.epoch) }
  }

  /// How early in a training run the best epoch was reached.
  public struct Efficiency: Sendable, Equatable {
    public let epochs: Int
    /// The first epoch with the best validation accuracy.
    public let convergenceEpoch: Int
    /// 100 · (1 − epochs after the best one / number of epochs), percent.
    public let percent: Double
  }

  /// The efficiency of the training; nil if no validation accuracy was measured.
  public var efficiency: Efficiency? {
    guard let best, let last = epochs.last else { return nil }
    let fraction = Double(last - best.epoch) / Double(epochs.count)
    return Efficiency(
      epochs: epochs.count, convergenceEpoch: best.epoch, percent: 100 * (1 - fraction))
  }
}
