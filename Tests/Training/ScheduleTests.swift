import Testing
import Training

@Suite struct ScheduleTests {
  @Test(arguments: [
    (1, 0.1),  // the base rate from the first epoch
    (99, 0.1),  // still before the first milestone
    (100, 0.01),  // milestones count from 1 and act in their own epoch
    (149, 0.01), (150, 0.001), (200, 0.001),
  ])
  func multistepActsInTheMilestonesOwnEpoch(_ epoch: Int, _ rate: Double) {
    let schedule = Schedule(kind: .multistep, milestones: [100, 150], factor: 0.1)
    #expect(abs(schedule.rate(base: 0.1, epoch: epoch, epochs: 200) - rate) < 1e-12)
  }

  @Test func cosineSpansAllEpochsWithoutAPeriod() {
    let schedule = Schedule(kind: .cosine)
    #expect(schedule.rate(base: 0.4, epoch: 1, epochs: 8) == 0.4)
    #expect(abs(schedule.rate(base: 0.4, epoch: 5, epochs: 8) - 0.2) < 1e-12)  // half way
    #expect(schedule.rate(base: 0.4, epoch: 8, epochs: 8) > 0)  // zero would come after the last
  }

  @Test func constantStays() {
    #expect(Schedule(kind: .constant).rate(base: 0.3, epoch: 77, epochs: 80) == 0.3)
  }
}
