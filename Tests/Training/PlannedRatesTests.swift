import Foundation
import Testing
import Training

@Suite struct PlannedRatesTests {
  private func rates(
    epochs: Double, images: Int = 32, schedule: Schedule = Schedule(kind: .cosine)
  ) throws -> PlannedRates {
    let fixture = try Fixture()
    defer { fixture.remove() }
    return try fixture.trainer(
      Fixture.settings(epochs: epochs, rate: 0.1, schedule: schedule), work: "work",
      training: Fixture.images(images, of: .train), validation: Fixture.images(4, of: .train)
    ).plannedRates
  }

  /// Two steps per epoch; a cosine changes from epoch to epoch: 0.1, then half of it.
  @Test func eachStepHasItsRate() throws {
    let rates = try rates(epochs: 2)
    #expect(rates.points.map(\.epochs) == [0, 0.5, 1, 1.5])
    for (found, expected) in zip(rates.points.map(\.rate), [0.1, 0.1, 0.05, 0.05]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(rates.landmarks.map(\.name) == ["first step", "largest", "last step"])
    #expect(rates.plan.text.hasPrefix("epoch,learning_rate\n0.0,0.1\n0.5,0.1\n1.0,0.05"))
  }

  @Test func aWarmUpRisesToItsLargest() throws {
    let rates = try rates(
      epochs: 2, schedule: Schedule(kind: .constant, warmupEpochs: 1))
    #expect(rates.points.map(\.rate) == [0.05, 0.1, 0.1, 0.1])
    #expect(rates.landmarks[1].point.epochs == 0.5)
  }

  @Test func aLongTrainingIsToldByItsFirstAndLastSteps() throws {
    let rates = try rates(epochs: 1_000)
    #expect(rates.points.count == 600)
    #expect(rates.points.first?.epochs == 0 && rates.points.last?.epochs == 999.5)
    #expect(zip(rates.points, rates.points.dropFirst()).allSatisfy { $0.epochs < $1.epochs })
  }

  /// One and a half epochs of two steps each.
  @Test func aFractionOfAnEpochHasItsSteps() throws {
    let rates = try rates(epochs: 1.5, schedule: Schedule(kind: .linear))
    #expect(rates.points.map(\.epochs) == [0, 0.5, 1])
    for (found, expected) in zip(rates.points.map(\.rate), [0.1, 0.2 / 3, 0.1 / 3]) {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test func noEpochsHaveNoRates() throws {
    let rates = try rates(epochs: 0)
    #expect(rates.points.isEmpty && rates.landmarks.isEmpty && rates.rows.isEmpty)
    #expect(rates.plan.text == "epoch,learning_rate\n")
  }
}
