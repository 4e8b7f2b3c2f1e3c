import Datasets
import Foundation
import Models
import Records
import TensorFiles
import Testing
import Training

/// Continuing from a checkpoint, and training on all images.
@Suite struct RefitTests {
  let training = Fixture.images(70, of: .train)
  let validation = Fixture.images(30, of: .train)

  /// Trains two epochs and copies the last weights as if an evaluation had selected them.
  private func select(
    _ selection: String?, in fixture: Fixture, network: String = "resnet8", width: Int? = 4
  ) throws -> URL {
    let trainer = try fixture.trainer(
      Fixture.settings(network: network, width: width, epochs: 2), work: "first",
      training: training, validation: validation)
    try trainer.run()
    _ = try fixture.publish(trainer, as: "first-out")
    let file = try fixture.file("first-out/last.safetensors")
    var description = try Checkpoint.description(of: file)
    description.origin["selection"] = selection
    let url = fixture.folder.appendingPathComponent("selection.safetensors")
    try Checkpoint.write(trainer.network, description, to: url)
    return url
  }

  private var refitting: TrainingSettings {
    var settings = Fixture.settings(epochs: 3, rate: 0.01, augments: true)
    settings.data = .trainingAndValidation
    return settings
  }

  @Test(arguments: ["listed", nil])
  func continuesWithAllImagesAndNumbers(_ selection: String?) throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let start = try select(selection, in: fixture)
    let (whole, pieces, stops) = try fixture.whole(
      refitting, andStoppedAfter: 2, training: training, validation: validation, start: start)
    #expect(pieces == whole && stops >= 9)  // 3 epochs of 7 steps
    // Of epochs 3, 4 and 5, `every: 2` keeps the fourth; `epochs: [1]` refers to the earlier
    // training.
    #expect(
      Set(whole.keys) == [
        "best.safetensors", "last.safetensors", "epoch-004.safetensors", "resume.safetensors",
      ])
    #expect(whole["best.safetensors"] == whole["last.safetensors"])
    let description = try Checkpoint.description(of: fixture.file("whole-out/last.safetensors"))
    #expect(description.epoch == 5)
    #expect(description.origin["trained_on"] == "training-and-validation")
    #expect(description.origin["selection"] == selection)
    #expect(description.origin["validation_loss"] == nil)

    let trainer = try fixture.trainer(
      refitting, work: "again", training: training, validation: validation, start: start)
    #expect(trainer.epoch == 3 && trainer.lastEpoch == 5)
    try trainer.run()
    #expect(trainer.history.map(\.epoch) == [3, 4, 5])
    #expect(trainer.history.allSatisfy { $0.validation == nil })
    let rows = TrainingHistory(trainer.history, classNames: training.classNames).text.split(
      separator: "\n")
    #expect(rows.count == 4)
    for row in rows.dropFirst() {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      #expect(cells.count == 28)
      #expect(cells[2...4].allSatisfy { Double($0) != nil })
      #expect(cells[5...7].allSatisfy(\.isEmpty) && cells[18...].allSatisfy(\.isEmpty))
    }
  }

  /// Weights that began as those of a file remain marked as such in all later trainings; no others
  /// are.
  @Test func theWeightsOfAFileAreMarked() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let url = try select("listed", in: fixture)
    let network = try NetworkCatalog.network(
      named: "resnet8", configuration: NetworkConfiguration(width: 4),
      classes: training.classNames.count)
    func description(
      from start: StartingCheckpoint? = nil, startsFromFile: Bool = false
    ) -> CheckpointDescription {
      CheckpointDescription(
        network, precision: .float32, trainedOn: training, data: .training, from: start,
        startsFromFile: startsFromFile)
    }
    #expect(description().origin["initial_weights"] == nil && !description().startedFromFile)
    #expect(description(startsFromFile: true).startedFromFile)
    let own = try StartingCheckpoint(contentsOf: url, for: network, trainedOn: training)
    #expect(!description(from: own).startedFromFile)
    let marked = fixture.folder.appendingPathComponent("marked.safetensors")
    try Checkpoint.write(network, description(startsFromFile: true), to: marked)
    let foreign = try StartingCheckpoint(contentsOf: marked, for: network, trainedOn: training)
    #expect(description(from: foreign).startedFromFile)
  }

  @Test func theWeightsAreTheStarts() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let start = try select("listed", in: fixture)
    var settings = refitting
    settings.epochs = 0
    let trainer = try fixture.trainer(
      settings, work: "w", training: training, validation: validation, start: start)
    _ = try fixture.publish(trainer, as: "out")
    let (from, to) = (
      try fixture.file("selection.safetensors"), try fixture.file("out/last.safetensors")
    )
    for name in from.names {
      #expect(try from.scalars(of: name, as: Float.self) == to.scalars(of: name, as: Float.self))
    }
  }

  /// Weights trained on the validation images remain marked as such, whatever they are trained on
  /// later.
  @Test func whatTrainedOnceStaysTrainedOn() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let network = try NetworkCatalog.network(
      named: "resnet8", configuration: NetworkConfiguration(width: 4), classes: 10)
    for data in [TrainingData.training, .trainingAndValidation] {
      let url = fixture.folder.appendingPathComponent("\(data).safetensors")
      try Checkpoint.write(
        network,
        CheckpointDescription(network, precision: .float32, trainedOn: training, data: data),
        to: url)
      let start = try StartingCheckpoint(contentsOf: url, for: network, trainedOn: training)
      let later = CheckpointDescription(
        network, precision: .float32, trainedOn: training, data: .training, from: start)
      #expect(later.origin["trained_on"] == data.rawValue)
    }
  }

  @Test func nothingIsTrainedWhereThereWasNoChoice() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let start = try select("fallback", in: fixture)
    let trainer = try fixture.trainer(
      refitting, work: "w", training: training, validation: validation, start: start)
    #expect(trainer.isFinished && trainer.history.isEmpty)
    let files = try fixture.publish(trainer, as: "out")
    // The same weights with the same description, including `fallback`.
    #expect(files["last.safetensors"] == (try Data(contentsOf: start)))
    #expect(files["best.safetensors"] == files["last.safetensors"])
    #expect(!TrainingHistory(trainer.history, classNames: training.classNames).text.contains("\n3"))
  }

  @Test func aStrangersWeightsAreRefused() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func refusal(_ start: URL, _ name: String, _ width: Int, _ images: ImageSet) throws -> String {
      let network = try NetworkCatalog.network(
        named: name, configuration: NetworkConfiguration(width: width), classes: 10)
      let error = #expect(throws: TrainingError.self) {
        try StartingCheckpoint(contentsOf: start, for: network, trainedOn: images)
      }
      guard case .unusableStart(_, let what, _, _) = error else {
        return "\(String(describing: error))"
      }
      return what
    }
    let start = try select("listed", in: fixture)
    #expect(try refusal(start, "resnet14", 4, training) == "network")
    #expect(try refusal(start, "resnet8", 5, training) == "configuration")
    let other = Fixture.images(20, of: .train, std: 0.25)
    #expect(try refusal(start, "resnet8", 4, other) == "normalisation")
    let strange = try select("guessed", in: fixture)
    #expect(try refusal(strange, "resnet8", 4, training) == "selection")
  }

  @Test func allImagesAreThoseThatAreNotTestImages() throws {
    let both = try TrainingImages(
      .trainingAndValidation, training: training, validation: validation)
    #expect(both.validation == nil)
    #expect(both.training.count == 100)
    #expect(both.training.labels == training.labels + validation.labels)
    #expect(both.training.images == training.images + validation.images)
    #expect(both.training.preparation?.indices.count == 100)
    for test in [
      Fixture.images(30, of: .test), Fixture.images(30, of: .train, selectedOnTest: true),
    ] {
      #expect(throws: TrainingError.testImagesWouldTrain) {
        try TrainingImages(.trainingAndValidation, training: training, validation: test)
      }
    }
    #expect(throws: TrainingError.unannouncedTestImages(input: "validation")) {
      try TrainingImages(
        .training, training: training, validation: Fixture.images(30, of: .test))
    }
    for data in [TrainingData.training, .trainingAndValidation] {
      #expect(throws: TrainingError.unannouncedTestImages(input: "training")) {
        try TrainingImages(
          data, training: Fixture.images(30, of: .test), validation: validation)
      }
    }
    #expect(throws: TrainingError.self) {
      try TrainingImages(
        .trainingAndValidation, training: training,
        validation: Fixture.images(30, of: .train, std: 0.25))
    }
  }

  @Test func noValidationImagesCannotSteer() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func refused(_ settings: TrainingSettings) throws -> String {
      do {
        _ = try fixture.trainer(settings, work: "w", training: training, validation: validation)
        return "trains"
      } catch TrainingError.noValidationImages(let key, let quantity) {
        return "\(key) \(quantity)"
      }
    }
    var settings = refitting
    settings.stop = StopSettings(monitor: .validationTop1, patience: 3, leastImprovement: 0)
    #expect(try refused(settings) == "train.stop.monitor validation-top1")
    settings.stop.patience = 0
    #expect(try refused(settings) == "trains")
    settings.schedule = Schedule(kind: .plateau, monitor: .validationLoss)
    #expect(try refused(settings) == "train.schedule.monitor validation-loss")
    settings.schedule.monitor = .trainLoss
    #expect(try refused(settings) == "trains")
  }
}
