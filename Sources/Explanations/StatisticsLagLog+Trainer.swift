import Training

extension StatisticsLagLog {
  /// Looks at the network before the trainer's coming epoch, that is after the one before it. Where an
  /// epoch has begun, nothing is to be seen: its log was written before.
  public mutating func look(before trainer: Trainer) throws {
    guard trainer.position == 0 else { return }
    try look(
      at: trainer.network, in: trainer.measuredImages, after: trainer.epoch - 1,
      from: trainer.firstEpoch, on: trainer.pool)
  }
}
