import Testing
import Training

@Suite struct MonitorTests {
  private func history(losses: [Double], accuracies: [Double]? = nil) -> [EpochRecord] {
    losses.indices.map { index in
      let figures = PassFigures(
        loss: losses[index], top1: accuracies?[index] ?? 0, top5: 0, classTop1: [])
      return EpochRecord(epoch: index + 1, learningRate: 1, train: figures, heldout: figures)
    }
  }

  @Test(
    arguments: [
      ([], 0.0, nil), ([3.0], 0.0, 1), ([3, 2, 4], 0, 2),
      ([3, 3, 3], 0, 1),  // equal is no improvement
      ([3, 2.95, 2.8], 0.1, 3),  // a tenth is asked for, against the best so far
      ([3, 2.95, 2.91], 0.1, 1),
      ([.nan, 2], 0, 1),  // nothing can be better than what cannot be compared
    ] as [([Double], Double, Int?)])
  func bestByLoss(_ losses: [Double], _ least: Double, _ best: Int?) {
    let monitor = Monitor(.heldoutLoss, leastImprovement: least)
    #expect(monitor.bestEpoch(of: history(losses: losses)) == best)
  }

  @Test func accuracyPrefersLarger() {
    let history = history(losses: [1, 1, 1], accuracies: [50, 60, 55])
    #expect(Monitor(.heldoutTop1).bestEpoch(of: history) == 2)
    #expect(Monitor(.trainTop1).bestEpoch(of: history) == 2)
    #expect(Monitor(.trainLoss).bestEpoch(of: history) == 1)
  }

  @Test(arguments: [(0, false), (1, true), (2, true), (3, false)])
  func patienceCountsEpochsSinceTheBest(_ patience: Int, _ ends: Bool) {
    let history = history(losses: [3, 2, 2.5, 2.4])
    #expect(Monitor(.heldoutLoss).isExhausted(history, patience: patience) == ends)
  }
}
