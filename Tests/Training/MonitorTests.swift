import Testing
import Training

extension EpochRecord {
  /// A history of validation and training figures.
  static func history(losses: [Double], accuracies: [Double]? = nil) -> [EpochRecord] {
    losses.indices.map { index in
      let figures = PassFigures(
        loss: losses[index], top1: accuracies?[index] ?? 0, top5: 0, classTop1: [])
      return EpochRecord(epoch: index + 1, learningRate: 1, train: figures, validation: figures)
    }
  }
}

@Suite struct MonitorTests {
  @Test(
    arguments: [
      ([], 0.0, nil), ([3.0], 0.0, 1), ([3, 2, 4], 0, 2),
      ([3, 3, 3], 0, 1),  // equal is no improvement
      ([3, 2.95, 2.8], 0.1, 3),  // a tenth is asked for, against the best so far
      ([3, 2.95, 2.91], 0.1, 1),
      ([.nan, 2], 0, 1),  // nothing can be better than what cannot be compared
    ] as [([Double], Double, Int?)])
  func bestByLoss(_ losses: [Double], _ least: Double, _ best: Int?) {
    let monitor = Monitor(.validationLoss, leastImprovement: least)
    #expect(monitor.bestEpoch(of: EpochRecord.history(losses: losses)) == best)
  }

  @Test func accuracyPrefersLarger() {
    let history = EpochRecord.history(losses: [1, 1, 1], accuracies: [50, 60, 55])
    #expect(Monitor(.validationTop1).bestEpoch(of: history) == 2)
    #expect(Monitor(.trainTop1).bestEpoch(of: history) == 2)
    #expect(Monitor(.trainLoss).bestEpoch(of: history) == 1)
  }

  @Test(arguments: MonitoredQuantity.allCases)
  func eachQuantityIsItsOwn(_ quantity: MonitoredQuantity) {
    let train = PassFigures(loss: 1, top1: 2, top5: 3, classTop1: [])
    let validation = PassFigures(loss: 4, top1: 5, top5: 6, classTop1: [8, .nan, 6])
    let record = EpochRecord(epoch: 1, learningRate: 1, train: train, validation: validation)
    let expected: [MonitoredQuantity: Double] = [
      .trainLoss: 1, .trainTop1: 2, .trainTop5: 3, .validationLoss: 4, .validationTop1: 5,
      .validationTop5: 6, .validationBalanced: 7,
    ]
    #expect(quantity.value(in: record) == expected[quantity])
    let alone = EpochRecord(epoch: 1, learningRate: 1, train: train, validation: nil)
    #expect(quantity.value(in: alone).isNaN == quantity.isValidation)
  }

  @Test(arguments: [(0, false), (1, true), (2, true), (3, false)])
  func patienceCountsEpochsSinceTheBest(_ patience: Int, _ ends: Bool) {
    let history = EpochRecord.history(losses: [3, 2, 2.5, 2.4])
    #expect(Monitor(.validationLoss).isExhausted(history, patience: patience) == ends)
  }

  /// The published rules, expressed as a patience.
  @Test(arguments: [
    (5, 30, 34, false), (5, 30, 35, true),  // small-cnn: "after 5 epochs without": best 30, end 35
    (6, 24, 29, false), (6, 24, 30, true),  // alexnet: "for more than 5": best 24, end 30
  ])
  func publishedRules(_ patience: Int, _ best: Int, _ last: Int, _ ends: Bool) {
    let history = EpochRecord.history(losses: (1...last).map { abs(Double($0 - best)) })
    #expect(Monitor(.validationLoss).isExhausted(history, patience: patience) == ends)
  }

  @Test func statusSaysTheGainOfANewBest() throws {
    let history = EpochRecord.history(losses: [3, 2, 2.5, 1.75], accuracies: [10, 40, 50, 45])
    let status = try #require(TrainingStatus(of: history, by: .validationLoss))
    #expect(status.gain == 0.25)
    #expect(status.bestBefore?.epoch == 2)
    #expect(status.text == "validation-loss 1.7500 in epoch 4")
    let other = try #require(TrainingStatus(of: history, by: .validationTop1))
    #expect(other.gain == nil)
    #expect(other.text == "validation-top1 50.00 % in epoch 3")
    #expect(try #require(TrainingStatus(of: [history[0]], by: .trainTop1)).gain == nil)
    if TrainingStatus(of: [], by: .validationLoss) != nil {
      Issue.record("a status before the first epoch")
    }
  }
}
