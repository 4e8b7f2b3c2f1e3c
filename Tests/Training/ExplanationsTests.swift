import Explanations
import Foundation
import Kernels
import Layers
import Loading
import Testing
import Training

/// The examples that the stage shows between epochs do not change the training.
@Suite struct LooksAtATrainingTests {
  @Test func weightsAndStateHaveTheSameBytes() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let (training, validation) = (
      Fixture.images(48, of: .train), Fixture.images(16, of: .train)
    )
    func files(looking: Bool) throws -> [String: Data] {
      let trainer = try fixture.trainer(
        Fixture.settings(epochs: 3), work: "work \(looking)", training: training,
        validation: validation)
      let pool = WorkerPool(threadCount: 2)
      let loader = BatchLoader(
        training, normalization: try training.requiredNormalization(), side: 32)
      var log = StatisticsLagLog(folder: fixture.folder.appendingPathComponent("work \(looking)"))
      func look() throws {
        guard looking else { return }
        _ = ConvolutionExample(of: trainer.network, image: 0, in: loader, on: pool)
        _ = NormalizationExample(of: trainer.network, in: loader, on: pool)
        _ = StepExample(
          of: trainer.network, in: loader, loss: CrossEntropy(), count: 8, seed: 1, on: pool)
        try log.look(before: trainer)
      }
      try look()
      while !trainer.isFinished {
        _ = try trainer.runEpoch()
        try look()
      }
      if looking { #expect(log.rows.map(\.epoch) == [1, 2, 3]) }
      return try fixture.publish(trainer, as: "published \(looking)")
    }
    let (plain, looked) = (try files(looking: false), try files(looking: true))
    #expect(plain.keys.sorted() == looked.keys.sorted() && plain.count >= 3)
    for (name, bytes) in plain { #expect(looked[name] == bytes, "\(name)") }
  }
}
