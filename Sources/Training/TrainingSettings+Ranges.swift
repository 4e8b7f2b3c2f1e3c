import Augmentation
import CheckedNumbers

extension TrainingSettings: CheckedSettings {
  /// Checks every value against the bounds of `stages/schema.yaml`.
  public func check() throws {
    try architecture.checkRanges()
    try SettingRange(least: 0, most: 100_000).check(epochs, "train.epochs")
    try SettingRange(least: 1, most: 65_536).check(batch, "train.batch")
    try SettingRange(least: 1, most: 65_536).check(accumulate, "train.accumulate")
    try SettingRange(above: 0).check(clipNorm, "train.clip-norm")
    try SettingRange(least: 0, below: 1).check(average.decay, "train.average.decay")
    try SettingRange(least: 0, most: 100_000).check(average.from, "train.average.from")
    try SettingRange(least: 1, most: 1_000_000).check(average.every, "train.average.every")
    try SettingRange(least: 0, below: 1).check(loss.labelSmoothing, "train.loss.label-smoothing")
    try SettingRange(least: 0).check(loss.klWeight, "train.loss.kl-weight")
    if case .given(let weights) = loss.classWeights {
      for weight in weights {
        try SettingRange(least: 0).check(weight, "train.loss.class-weights")
      }
    }
    try optimizer.check()
    try schedule.check()
    for change in augment { try change.check("train.augment.") }
    try imageSide.check()
    try SettingRange(least: 0).check(stop.patience, "train.stop.patience")
    try SettingRange(least: 0).check(stop.leastImprovement, "train.stop.least-improvement")
    try SettingRange(least: 0).check(checkpoint.every, "train.checkpoint.every")
    for epoch in checkpoint.epochs {
      try SettingRange(least: 1).check(epoch, "train.checkpoint.epochs")
    }
    try SettingRange(least: 1).check(printEvery, "train.print-every")
    try SettingRange(least: 0).check(summaryEvery, "train.summary-every")
  }
}

extension Schedule {
  fileprivate func check() throws(SettingOutOfRange) {
    let section = "train.schedule."
    for epoch in milestones { try SettingRange(least: 1).check(epoch, section + "milestones") }
    try SettingRange(most: 1, above: 0).check(factor, section + "factor")
    try SettingRange(most: 100_000, above: 0).check(period, section + "period")
    try SettingRange(least: 0).check(minimum, section + "minimum")
    try SettingRange(least: 0, most: 1).check(floor, section + "floor")
    try SettingRange(least: 1).check(patience, section + "patience")
    try SettingRange(least: 0).check(leastImprovement, section + "least-improvement")
    try SettingRange(least: 0, most: 1).check(start, section + "start")
    try SettingRange(above: 0, below: 1).check(peak, section + "peak")
    try SettingRange(least: 0).check(warmupEpochs, section + "warmup-epochs")
  }
}
