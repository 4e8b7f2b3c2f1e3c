/// The steps of a training run of `train.epochs`, whose last epoch may be a fraction of one.
///
/// The last epoch has the nearest whole number of steps, but at least one.
struct RunLength: Equatable {
  let epochs: Double
  /// Steps of a whole epoch.
  let stepsPerEpoch: Int

  /// The number of epochs, including an incomplete last one.
  var epochCount: Int { Self.epochCount(epochs) }

  static func epochCount(_ epochs: Double) -> Int { Int(epochs.rounded(.up)) }

  /// Steps of an epoch, counted from 0; none after the last.
  func steps(inEpoch index: Int) -> Int {
    guard index >= epochCount - 1 else { return stepsPerEpoch }
    guard index < epochCount else { return 0 }
    let part = epochs - Double(index)
    return max(1, Int((part * Double(stepsPerEpoch)).rounded()))
  }

  var steps: Int {
    epochCount == 0 ? 0 : (epochCount - 1) * stepsPerEpoch + steps(inEpoch: epochCount - 1)
  }
}

extension TrainingSettings {
  /// The number of epochs that are trained, including an incomplete last one.
  public var epochCount: Int { RunLength.epochCount(epochs) }
}
