import Datasets
import Inference
import Layers
import Testing
import Training

/// The generated data set has a useful difficulty: too hard for a linear model, easy for a small
/// residual network.
@Suite(.serialized) struct ShapesDifficultyTests {
  static let training = Fixture.images(7000, of: .train)
  static let test = Fixture.images(2000, of: .test, selectedOnTest: true)

  private func accuracy(_ settings: TrainingSettings) throws -> Double {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let trainer = try fixture.trainer(
      settings, work: "w", training: Self.training, validation: Self.test)
    try trainer.run()
    return try #require(trainer.history.last?.validation).top1
  }

  @Test func linearModelStaysBelow60Percent() throws {
    let settings = Fixture.settings(
      network: "linear", width: nil, epochs: 15, batch: 64, rate: 0.002, momentum: 0.9,
      weightDecay: 1e-3, schedule: Schedule(kind: .cosine), augments: false)
    let accuracy = try accuracy(settings)
    #expect(accuracy < 60)
    #expect(accuracy > 15)  // it did learn
  }

  @Test func smallResidualNetPasses90Percent() throws {
    let settings = Fixture.settings(
      width: 16, epochs: 6, batch: 64, rate: 0.1, schedule: Schedule(kind: .cosine))
    #expect(try accuracy(settings) > 90)
  }
}
