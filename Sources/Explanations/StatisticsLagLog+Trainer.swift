import Training

extension StatisticsLagLog {
  /// Examines the network before the trainer's next epoch, that is after the previous one. If an
  /// epoch has already begun, it does nothing, since the log was written before.
  public mutating func look(before trainer: Trainer) throws {
    guard trainer.position == 0 else { return }
    try look(
      at: trainer.network, in: trainer.measuredImages, after: trainer.epoch - 1,
      from: trainer.firstEpoch, on: trainer.pool)
  }
}
