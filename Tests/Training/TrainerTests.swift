import Datasets
import Foundation
import Inference
import Kernels
import Layers
import Loading
import Metrics
import Models
import Records
import TensorFiles
import Tensors
import Testing
import Training

@Suite struct TrainerTests {
  let training = Fixture.images(70, of: .train)
  let validation = Fixture.images(30, of: .test, selectedOnTest: true)

  @Test func sameBytesOnAnyThreadsStoppedOrNot() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let (whole, pieces, stops) = try fixture.whole(
      Fixture.settings(epochs: 3), andStoppedAfter: 2, training: training, validation: validation)
    #expect(
      Set(whole.keys) == [
        "best.safetensors", "last.safetensors", "epoch-001.safetensors", "epoch-002.safetensors",
        "resume.safetensors",
      ])
    #expect(pieces == whole)
    #expect(stops >= 7)  // 3 epochs of 5 steps
  }

  /// Training in bfloat16; the evaluation of a checkpoint uses the precision of its training.
  @Test(.enabled(if: Precision.bfloat16.isSupported))
  func bfloat16IsOfTheTrainingAndItsCheckpoints() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(epochs: 3)
    settings.precision = .bfloat16
    let (whole, pieces, stops) = try fixture.whole(
      settings, andStoppedAfter: 2, training: training, validation: validation)
    #expect(pieces == whole && stops >= 7)
    let trainer = try fixture.trainer(
      settings, work: "whole", training: training, validation: validation)
    let validationFigures = try #require(trainer.history.last?.validation)
    let file = try fixture.file("whole-out/last.safetensors")
    #expect(file.metadata["precision"] == "bfloat16")
    let loader = BatchLoader(
      validation, normalization: .constants(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]))
    let figures = try Evaluation("last", file, on: loader, pool: WorkerPool(threadCount: 1)).figures
    #expect(figures.loss == validationFigures.loss && figures.top1 == validationFigures.top1)
    // In float32, the predictions of the same weights are slightly different.
    let network = try NetworkCatalog.network(
      named: settings.network, configuration: settings.architecture, classes: 10)
    try Checkpoint.load(file, into: network)
    let tally = Predictor(network, loss: CrossEntropy(), on: WorkerPool(threadCount: 1)).run(loader)
    let loss = try #require(figures.loss)
    #expect(tally.loss != loss && abs(tally.loss - loss) < 0.02 * loss)
  }

  /// Biases that differ so much that all probabilities except the first are 0 in float32, and
  /// images of the classes 6 to 9, which with class 0 are the first five.
  @Test func runningFiguresRankLogits() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let all = Fixture.images(50, of: .train)
    let last = all.labels.indices.filter { all.labels[$0] >= 6 }.map(Int32.init)
    let images = all.selecting(
      last, from: .train, normalization: .perImage, selectedOnTest: false)
    let trainer = try fixture.trainer(
      Fixture.settings(
        network: "linear", width: nil, epochs: 1, batch: 64, rate: 1e-6, momentum: 0,
        augments: false), work: "w", training: images, validation: images)
    for parameter in trainer.network.parameters {
      parameter.load(
        dense: parameter.shape == [10]
          ? [300, 0, 1, 2, 3, 4, 5, 6, 7, 8] : [Float](repeating: 0, count: parameter.elementCount))
    }
    try trainer.run()
    let record = try #require(trainer.history.first)
    #expect(record.train.top1 == 0 && record.train.top5 == 100)
    #expect(record.validation?.top5 == 100)
  }

  @Test func aPrecisionWithoutInstructionsIsRefusedInALine() {
    let problem = UnsupportedPrecision(precision: .bfloat16).description
    #expect(problem.contains("AVX512_BF16") && problem.contains("train.precision"))
    #expect(!problem.contains("\n"))
    #expect(Precision.float32.isSupported)
  }

  @Test func killedWithoutWarningGoesOnFromTheLastSave() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let settings = Fixture.settings(epochs: 2)
    func trainer(_ work: String) throws -> Trainer {
      try fixture.trainer(settings, work: work, training: training, validation: validation)
    }
    let undisturbed = try trainer("a")
    try undisturbed.run()

    struct Killed: Error {}
    let killed = try trainer("b")
    #expect(throws: Killed.self) {
      while !killed.isFinished {
        _ = try killed.runEpoch()
        // Between two epochs, after the state of the first is saved.
        throw Killed()
      }
    }
    let resumed = try trainer("b")
    #expect(resumed.epoch == 2)
    try resumed.run()
    #expect(
      try fixture.publish(resumed, as: "b-out") == fixture.publish(undisturbed, as: "a-out"))
  }

  @Test func noEpochsPublishesTheInitialWeights() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let trainer = try fixture.trainer(
      Fixture.settings(epochs: 0), work: "w", training: training, validation: validation)
    #expect(trainer.isFinished)
    let files = try fixture.publish(trainer, as: "out")
    #expect(files["best.safetensors"] == files["last.safetensors"])
    let file = try Checkpoint.open(fixture.folder.appendingPathComponent("out/best.safetensors"))
    #expect(try Checkpoint.description(of: file).epoch == 0)
    let parameter = trainer.network.parameters[0]
    #expect(try file.scalars(of: parameter.name, as: Float.self) == parameter.dense())
  }

  @Test func divergenceStopsWithTheStepAndTheRate() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let settings = Fixture.settings(network: "linear", width: nil, epochs: 3, rate: 1e38)
    let trainer = try fixture.trainer(
      settings, work: "w", training: training, validation: validation)
    let error = #expect(throws: TrainingError.self) { try trainer.run() }
    guard case .diverged(let epoch, let step, let rate, let lastGood) = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(epoch == 1 && step > 1 && rate == 1e38 && lastGood == "the initial ones")
  }

  @Test func nesterovNeedsMomentum() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(epochs: 1, momentum: 0)
    settings.optimizer.nesterov = true
    #expect(throws: TrainingError.nesterovWithoutMomentum) {
      try fixture.trainer(settings, work: "w", training: training, validation: validation)
    }
  }

  @Test func stopsEarly() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(epochs: 50, rate: 1e-12, momentum: 0)
    settings.stop = StopSettings(monitor: .validationTop1, patience: 2, leastImprovement: 5)
    let trainer = try fixture.trainer(
      settings, work: "w", training: training, validation: validation)
    try trainer.run()
    #expect(trainer.hasStoppedEarly)
    #expect(trainer.history.count < 50)
  }

  @Test func anotherTrainingsStateIsRefused() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let first = try fixture.trainer(
      Fixture.settings(network: "linear", width: nil, epochs: 1), work: "w", training: training,
      validation: validation)
    try first.run()
    #expect(throws: TrainingError.self) {
      try fixture.trainer(
        Fixture.settings(epochs: 1), work: "w", training: training, validation: validation)
    }
  }

  @Test func historyReadsAsATable() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(epochs: 2)
    settings.fullMetrics = true
    let trainer = try fixture.trainer(
      settings, work: "w", training: training, validation: validation)
    try trainer.run()
    let lines = TrainingHistory(trainer.history, classNames: training.classNames).text
      .split(separator: "\n")
    #expect(lines.count == 3)
    #expect(
      lines[0].hasPrefix("epoch,learning_rate,train_loss,train_top1,train_top5,validation_loss"))
    for line in lines { #expect(line.split(separator: ",").count == 28) }
    #expect(TrainingHistory([], classNames: ["a, b", "c"]).text.contains("\"train_top1.a, b\""))
  }
}
