import Foundation
import Inference
import Kernels
import Layers
import Loading
import Models
import TensorFiles
import TestSupport
import Testing
import Training

/// Accumulation, clipping, averaging and changing rates in whole training runs.
@Suite struct StepFeatureTests {
  let training = Fixture.images(70, of: .train)
  let validation = Fixture.images(30, of: .test, selectedOnTest: true)

  enum Feature: CaseIterable {
    case accumulation, clipping, average, plateau, cycle, warmUp, adam, muon, fraction, lateAverage,
      lookahead, all
  }

  private func settings(_ feature: Feature) -> TrainingSettings {
    var settings = Fixture.settings(epochs: 4, batch: 8)
    switch feature {
    case .accumulation: settings.accumulate = 3  // 24 images a step, the last one of 22
    case .clipping: settings.clipNorm = 0.5
    case .average: settings.average.decay = 0.8
    case .plateau:
      // Accuracies of 30 images are coarse, so some epochs bring no improvement.
      settings.schedule = Schedule(
        kind: .plateau, factor: 0.5, monitor: .validationTop1, patience: 1, leastImprovement: 5)
    case .cycle: settings.schedule = Schedule(kind: .oneCycle)
    case .warmUp: settings.schedule = Schedule(kind: .cosine, warmupEpochs: 1.5)
    case .adam:
      settings.optimizer = OptimizerSettings(
        kind: .adamw, learningRate: 1e-3, weightDecay: 0.1, decayNormsAndBiases: false)
    case .fraction: settings.epochs = 3.4  // four steps of nine in the last epoch
    case .lateAverage: settings.average = AverageSettings(decay: 0.7, from: 1.5, every: 3)
    case .lookahead: settings.average = AverageSettings(decay: 0.5, every: 5, lookahead: true)
    case .muon:
      settings.optimizer.groups[.convolutions] = GroupSettings(
        kind: .muon, learningRate: 0.1, own: ["rescale-every": 3])
    case .all:
      settings.accumulate = 2
      settings.clipNorm = 0.5
      settings.average.decay = 0.8
      settings.loss = LossSettings(labelSmoothing: 0.2, klWeight: 0.1)
      settings.schedule = Schedule(
        kind: .plateau, factor: 0.5, monitor: .validationTop1, patience: 1, leastImprovement: 5,
        warmupEpochs: 1.5)
    }
    return settings
  }

  @Test(arguments: Feature.allCases)
  func sameBytesStoppedOrNot(_ feature: Feature) throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let (whole, pieces, stops) = try fixture.whole(
      settings(feature), andStoppedAfter: 2, training: training, validation: validation)
    #expect(pieces == whole)
    #expect(stops >= 5)
  }

  @Test(arguments: Feature.allCases)
  func theFeatureDoesSomething(_ feature: Feature) throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func history(_ settings: TrainingSettings, _ work: String) throws -> [EpochRecord] {
      let trainer = try fixture.trainer(
        settings, work: work, training: training, validation: validation)
      try trainer.run()
      return trainer.history
    }
    let plain = try history(Fixture.settings(epochs: 4, batch: 8), "plain")
    let other = try history(settings(feature), "other")
    #expect(plain.map(\.validation) != other.map(\.validation))
    let rates = other.map(\.learningRate)
    switch feature {
    case .plateau: #expect(rates.first == 0.05 && rates.last.map { $0 < 0.05 } == true, "\(rates)")
    case .cycle: #expect(rates.last.map { $0 < 0.005 } == true, "\(rates)")  // the last step's rate
    case .warmUp: #expect(abs(rates[0] - 0.05 / 1.5) < 1e-12, "\(rates)")
    default: break
    }
  }

  /// 70 images as two times 8 + 8 + 8 and then 8 + 8 + 6 give the same steps as 24, 24 and 22.
  @Test func accumulatedStepsAreThoseOfLargeBatches() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func weights(batch: Int, accumulate: Int) throws -> [[Float]] {
      // A linear classifier has no batch norm, which would depend on the smaller batches.
      var settings = Fixture.settings(
        network: "linear", width: nil, epochs: 3, batch: batch, rate: 0.01)
      settings.accumulate = accumulate
      let trainer = try fixture.trainer(
        settings, work: "\(batch)", training: training, validation: validation)
      try trainer.run()
      return trainer.network.parameters.map { $0.dense() }
    }
    let large = try weights(batch: 24, accumulate: 1)
    for (small, large) in zip(try weights(batch: 8, accumulate: 3), large) {
      expectClose(small, large, .ofLargest(1e-5), "weights")
    }
    let others = try weights(batch: 12, accumulate: 1)
    #expect(norm(zip(others[0], large[0]).map { $0 - $1 }) > 1e-3 * norm(large[0]))
  }

  /// After an averaged step, the weights are the average: with decay 0.5, that of two such steps.
  @Test func lookaheadGoesOnFromTheAverage() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func values(_ average: AverageSettings, _ work: String) throws -> [[[Float]]] {
      var settings = Fixture.settings(epochs: 1, batch: 8)
      settings.average = average
      let trainer = try fixture.trainer(
        settings, work: work, training: training, validation: validation)
      var values: [[[Float]]] = []
      _ = try trainer.runEpoch(progress: { _, _ in
        values.append(trainer.network.parameters.map { $0.dense() })
      })
      return values
    }
    let plain = try values(AverageSettings(decay: 0), "plain")
    let back = try values(AverageSettings(decay: 0.5, every: 2, lookahead: true), "back")
    // Steps 1 and 3 are averaged; before the third, nothing changes.
    #expect(back[0] == plain[0] && back[1] == plain[1])
    for (index, found) in back[2].enumerated() {
      let mean = zip(plain[0][index], plain[2][index]).map { $0 + 0.5 * ($1 - $0) }
      expectClose(found, mean, .ofLargest(1e-6), "parameter \(index)")
    }
    #expect(back[3] != plain[3])
  }

  @Test func whatIsMeasuredAndKeptIsTheAverage() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let trainer = try fixture.trainer(
      settings(.average), work: "w", training: training, validation: validation)
    try trainer.run()
    _ = try fixture.publish(trainer, as: "out")
    let last = try fixture.file("out/last.safetensors")
    let resume = try fixture.file("out/resume.safetensors")
    for parameter in trainer.network.parameters {
      let kept = try last.scalars(of: parameter.name, as: Float.self)
      #expect(kept == (try resume.scalars(of: "average.\(parameter.name)", as: Float.self)))
      let own = try resume.scalars(of: "network.\(parameter.name)", as: Float.self)
      #expect(parameter.dense() == own)
      #expect(kept != parameter.dense(), "\(parameter.name)")
    }
    // An evaluation of the published weights gives the figures of the last epoch in the history.
    let network = try NetworkCatalog.network(
      named: "resnet8", configuration: NetworkConfiguration(width: 4), classes: 10)
    try Checkpoint.load(last, into: network)
    let normalization = try #require(validation.preparation?.normalization)
    let tally = Predictor(network, loss: CrossEntropy(), on: WorkerPool(threadCount: 2))
      .run(BatchLoader(validation, normalization: normalization))
    #expect(tally.loss == trainer.history.last?.validation?.loss)
  }
}
