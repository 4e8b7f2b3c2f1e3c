import TestSupport
import Testing
import Training

@Suite struct ScheduleTests {
  /// The rate of an epoch's first step.
  private func rate(
    _ schedule: Schedule, base: Double, epoch: Int, epochs: Double, losses: [Double] = []
  ) -> Double {
    schedule.rate(
      base: base, at: StepPlace(epoch: epoch, step: 0, of: 10), epochs: epochs,
      history: EpochRecord.history(losses: losses))
  }

  @Test(arguments: [
    (1, 0.1),  // the base rate from the first epoch
    (99, 0.1),  // still before the first milestone
    (100, 0.01),  // milestones count from 1 and act in their own epoch
    (149, 0.01),  // before the second
    (150, 0.001),  // the second
    (200, 0.001),  // there is no third
  ])
  func multistepActsInTheMilestonesOwnEpoch(_ epoch: Int, _ expected: Double) {
    let schedule = Schedule(kind: .multistep, milestones: [100, 150], factor: 0.1)
    #expect(abs(rate(schedule, base: 0.1, epoch: epoch, epochs: 200) - expected) < 1e-12)
  }

  @Test(arguments: [
    (1, 1e-3),  // t = 0: the full rate
    (21, 8.9e-4 + 1.6e-5),  // a fifth of the period: (1 + cos 36°) / 2 = 0.9045
    (40, 6.694e-4),  // the last epoch of the published 40: (1 + cos(0.39 π)) / 2 = 0.6694
  ])
  func cosineOfALongerPeriodEndsHigh(_ epoch: Int, _ expected: Double) {
    let schedule = Schedule(kind: .cosine, period: 100, minimum: 1e-6)
    #expect(abs(rate(schedule, base: 1e-3, epoch: epoch, epochs: 40) - expected) < 2e-6)
  }

  @Test func cosineSpansAllEpochsWithoutAPeriod() {
    let schedule = Schedule(kind: .cosine)
    #expect(rate(schedule, base: 0.4, epoch: 1, epochs: 8) == 0.4)
    #expect(abs(rate(schedule, base: 0.4, epoch: 5, epochs: 8) - 0.2) < 1e-12)  // half way
    #expect(rate(schedule, base: 0.4, epoch: 8, epochs: 8) > 0)  // zero would come after the last
  }

  /// Two epochs of four steps, and a period of one and a half of them.
  @Test(arguments: [
    (1, 0, 0.4),  // the first step has the full rate
    (1, 3, 0.22),  // half way: 0.4 − (0.4 − 0.04) / 2
    (2, 1, 0.1),  // the last step of six: 0.4 − 0.36 · 5 / 6
    (2, 2, 0.04),  // the floor, a tenth of the full rate
    (2, 3, 0.04),  // where it stays
  ])
  func linearFallsFromTheFirstStepToItsFloor(_ epoch: Int, _ step: Int, _ expected: Double) {
    let schedule = Schedule(kind: .linear, period: 1.5, minimum: 0.3, floor: 0.1)
    let rate = schedule.rate(
      base: 0.4, at: StepPlace(epoch: epoch, step: step, of: 4), epochs: 2)
    #expect(abs(rate - expected) < 1e-12, "\(rate)")
  }

  @Test func linearEndsAtTheEndOfTheRunWithoutAPeriod() {
    let schedule = Schedule(kind: .linear)
    func rate(_ epoch: Int, _ step: Int, of epochs: Double) -> Double {
      schedule.rate(base: 1, at: StepPlace(epoch: epoch, step: step, of: 10), epochs: epochs)
    }
    #expect(rate(1, 0, of: 2) == 1)
    #expect(abs(rate(2, 9, of: 2) - 1 / 20) < 1e-12)  // zero would come after the last step
    #expect(abs(rate(2, 4, of: 1.5) - 1 / 15) < 1e-12)  // the last step of one and a half epochs
  }

  @Test func constantStays() {
    #expect(rate(Schedule(kind: .constant), base: 0.3, epoch: 77, epochs: 80) == 0.3)
  }

  /// torch.optim.lr_scheduler.ReduceLROnPlateau(SGD(lr=0.1), factor=0.5, patience=1,
  /// threshold=0.01, threshold_mode="abs", min_lr=0.02) after these losses; PyTorch's patience is
  /// one less than here.
  @Test(arguments: [
    (1, 0.1),  // nothing is known yet
    (3, 0.1),  // 1.5 after 2.0 was an improvement
    (4, 0.1),  // one epoch without one
    (5, 0.05),  // two: 1.5 is no better than 1.5
    (6, 0.05),  // the count began anew; 1.4999 is better by less than 0.01
    (7, 0.025),  // two more
    (8, 0.025),  // one
    (9, 0.025),  // 1.4 was an improvement
    (10, 0.025),  // one
    (11, 0.02),  // two, and half of 0.025 is below the minimum
    (12, 0.02),  // which stays
  ])
  func plateauFollowsTheHistory(_ epoch: Int, _ expected: Double) {
    let losses = [2.0, 1.5, 1.6, 1.5, 1.4999, 1.7, 1.6, 1.4, 1.45, 1.5, 1.6, 1.7]
    let schedule = Schedule(
      kind: .plateau, factor: 0.5, minimum: 0.02, monitor: .validationLoss, patience: 2,
      leastImprovement: 0.01)
    let rate = rate(
      schedule, base: 0.1, epoch: epoch, epochs: 12, losses: Array(losses.prefix(epoch - 1)))
    #expect(abs(rate - expected) < 1e-12, "\(rate)")
  }

  /// torch.optim.lr_scheduler.OneCycleLR(SGD, 0.1, total_steps=11, pct_start=4/11, div_factor=25,
  /// final_div_factor=1e4, anneal_strategy=…), whose eleventh step, at the lowest rate, does not
  /// exist here.
  @Test(
    arguments: [
      (
        .oneCycle,
        [
          0.004,  // a 25th of the full rate
          0.028, 0.076,  // a quarter and three quarters of the way, along half a wave
          0.1,  // the peak after three tenths
          0.0950484632, 0.0811745654, 0.0611262022, 0.0388741978, 0.0188258346, 0.0049519368,
        ]
      ),
      (
        .triangular,
        [
          0.004, 0.036, 0.068, 0.1,  // equal parts up
          0.0857143429, 0.0714286857, 0.0571430286, 0.0428573714, 0.0285717143, 0.0142860571,
        ]
      ),
    ] as [(Schedule.Kind, [Double])])
  func cyclesMoveFromStepToStep(_ kind: Schedule.Kind, _ expected: [Double]) {
    let schedule = Schedule(kind: kind, minimum: 4e-7, start: 0.04, peak: 0.3)
    let rates = (0..<10).map { step in
      // Two epochs of five steps.
      schedule.rate(
        base: 0.1, at: StepPlace(epoch: 1 + step / 5, step: step % 5, of: 5), epochs: 2)
    }
    expectClose(rates.map(Float.init), expected.map(Float.init), .ofLargest(1e-6), "\(kind)")
  }

  @Test(arguments: [
    (1, 0, 0.02),  // the first of 2.5 · 4 = 10 steps is already taken at a tenth
    (1, 3, 0.08),  // the fourth
    (3, 1, 0.2),  // the tenth: full
    (3, 2, 0.2), (4, 0, 0.2),  // and so it stays until the milestone
    (5, 0, 0.02),
  ])
  func warmUpComposesWithAnyKind(_ epoch: Int, _ step: Int, _ expected: Double) {
    let schedule = Schedule(kind: .multistep, milestones: [5], factor: 0.1, warmupEpochs: 2.5)
    let rate = schedule.rate(
      base: 0.2, at: StepPlace(epoch: epoch, step: step, of: 4), epochs: 6)
    #expect(abs(rate - expected) < 1e-12, "\(rate)")
  }

  @Test func warmUpMultipliesWhatMoves() {
    let cosine = Schedule(kind: .cosine)
    let warmed = Schedule(kind: .cosine, warmupEpochs: 4)
    let place = StepPlace(epoch: 2, step: 0, of: 2)  // one and a half epochs when it is done
    #expect(
      abs(
        warmed.rate(base: 1, at: place, epochs: 8)
          - cosine.rate(base: 1, at: place, epochs: 8) * 1.5 / 4) < 1e-12)
  }
}
