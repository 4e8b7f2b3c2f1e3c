import Datasets
import Foundation
import Inference
import Metrics
import Models
import Records
import TensorFiles
import TestSupport
import Testing

@Suite struct CheckpointSelectionTests {
  private let folder: TemporaryFolder
  private let example: TrainedExample

  init() throws {
    folder = try TemporaryFolder()
    example = try TrainedExample(count: 5)
  }

  private func settings(_ checkpoints: [String], on subject: String = "validation") throws
    -> EvaluationSettings
  {
    let names = checkpoints.map { "\"\($0)\"" }.joined(separator: ",")
    return try JSONDecoder().decode(
      EvaluationSettings.self,
      from: Data(
        """
        {"on": "\(subject)", "checkpoint": [\(names)], "flip": false, "views": "plain", \
        "viewsFraction": 1}
        """.utf8))
  }

  /// A training of 30 epochs that kept every tenth checkpoint.
  private func publishThirtyEpochs() throws {
    for (name, epoch) in [
      ("best", 21), ("last", 30), ("epoch-010", 10), ("epoch-020", 20), ("epoch-030", 30),
    ] { _ = try example.checkpoint(in: folder, name: name, epoch: epoch) }
  }

  private func figures(_ rows: [(epoch: Int, right: Int)]) -> [EvaluationReport.CheckpointFigures] {
    rows.map { epoch, right in
      var tally = ClassificationTally(classes: 2)
      for image in 0..<10 {
        [Float](image < right ? [1, 0] : [0, 1]).withUnsafeBufferPointer {
          tally.add(logits: $0, label: 0, loss: 1)
        }
      }
      return .init(checkpoint: "epoch-\(epoch)", epoch: epoch, tally: tally)
    }
  }

  @Test func reachedEpochsAreCompared() throws {
    try publishThirtyEpochs()
    let all = try settings(["epoch-10", "epoch-030", "best"]).candidates(in: folder.url)
    #expect(all.names == ["epoch-10", "epoch-030", "best"])
    #expect(all.unreached.isEmpty && !all.isFallback && all.warning == nil)
    let some = try settings(["epoch-20", "epoch-40", "epoch-50"]).candidates(in: folder.url)
    #expect(some.names == ["epoch-20"] && some.unreached == ["epoch-40", "epoch-50"])
    #expect(!some.isFallback)
    #expect(some.warning?.contains("after epoch 30, before epoch-40, epoch-50") == true)
  }

  @Test(arguments: [["epoch-31"], ["epoch-160", "epoch-170"]])
  func theLastStandsInWhereNoneWasReached(_ names: [String]) throws {
    try publishThirtyEpochs()
    let candidates = try settings(names).candidates(in: folder.url)
    #expect(candidates.names == ["last"] && candidates.isFallback)
    #expect(candidates.warning?.hasPrefix("selection: fallback: ") == true)
  }

  /// If an epoch was trained but not kept, the recipe is wrong; the training has not ended early.
  @Test func anEpochThatWasNotKeptIsAnError() throws {
    try publishThirtyEpochs()
    #expect(throws: EvaluationError.self) {
      try settings(["epoch-25", "epoch-30"]).candidates(in: folder.url)
    }
  }

  @Test func aSelectionStandsInPlaceOfAFolder() throws {
    let file = try example.checkpoint(in: folder, name: "selection", epoch: 7)
    let candidates = try settings(["selected"]).candidates(in: file.url)
    #expect(candidates.names == ["selected"] && candidates.lastEpoch == 7)
    #expect(try settings(["selected"]).file(of: "selected", in: file.url) == file.url)
    #expect(throws: EvaluationError.noSelection(name: "selected", place: folder.url.path)) {
      try settings(["selected"]).candidates(in: folder.url)
    }
    #expect(throws: EvaluationError.noSelection(name: "last", place: file.url.path)) {
      try settings(["best"]).candidates(in: file.url)
    }
  }

  @Test(arguments: [
    ([(160, 7), (170, 9), (180, 8)], 1), ([(170, 8), (160, 8), (150, 7)], 1),
    ([(5, 4), (5, 4)], 0), ([(9, 0)], 0),
  ])
  func theMostAccurateIsChosenThenTheEarlier(_ rows: [(Int, Int)], _ position: Int) {
    let selection = CheckpointSelection(among: figures(rows), isFallback: false, on: .validation)
    #expect(selection.position == position && selection.kind == .listed)
    #expect(!selection.choseOnTest)
  }

  @Test func choosingAmongSeveralOnTestIsMarked() throws {
    for (count, isMarked) in [(1, false), (2, true)] {
      let rows = Array([(160, 7), (170, 9)].prefix(count))
      let selection = CheckpointSelection(among: figures(rows), isFallback: false, on: .test)
      #expect(selection.choseOnTest == isMarked)
      let file = try example.checkpoint(in: folder, origin: ["selected_on_test": "false"])
      let url = folder.file("selection.safetensors")
      try selection.write(file, to: url)
      let written = try Checkpoint.open(url)
      #expect(written.metadata["selected_on_test"] == (isMarked ? "true" : "false"))
    }
  }

  @Test(arguments: [false, true])
  func theSelectionIsTheCheckpointAndANote(_ isFallback: Bool) throws {
    let file = try example.checkpoint(in: folder, epoch: 170, origin: ["source": "cifar-10"])
    let selection = CheckpointSelection(
      among: figures([(170, 3)]), isFallback: isFallback, on: .validation)
    let url = folder.file("selection.safetensors")
    try selection.write(file, to: url)
    let written = try Checkpoint.open(url)
    var expected = file.metadata
    expected["selection"] = isFallback ? "fallback" : "listed"
    #expect(written.metadata == expected)
    #expect(written.names.sorted() == file.names.sorted())
    for name in file.names {
      #expect(try written.shape(of: name) == file.shape(of: name))
      expectIdentical(
        try written.scalars(of: name, as: Float.self), try file.scalars(of: name, as: Float.self),
        name)
    }
  }

  @Test func aFallbackStaysOne() throws {
    let file = try example.checkpoint(in: folder, origin: ["selection": "fallback"])
    let selection = CheckpointSelection(
      among: figures([(12, 3)]), isFallback: false, on: .validation)
    try selection.write(file, to: folder.file("selection.safetensors"))
    let written = try Checkpoint.open(folder.file("selection.safetensors"))
    #expect(written.metadata["selection"] == "fallback")
  }

  @Test(arguments: DataStatus.allCases, [false, true])
  func reservationsNameWhatFiguresRestOn(_ status: DataStatus, _ selectedOnTest: Bool) throws {
    for (subject, note) in [("test", "that now test it"), ("validation", "are the test images")] {
      let reservations = try reservations(
        oneImage(status, selectedOnTest: selectedOnTest), on: subject)
      #expect(reservations.count == (status == .unverified ? 1 : 0) + (selectedOnTest ? 1 : 0))
      #expect(reservations.contains { $0.hasPrefix("unverified") } == (status == .unverified))
      #expect(
        reservations.contains { $0.hasPrefix("selected on test") && $0.hasSuffix(note) }
          == selectedOnTest)
    }
  }

  /// A training that started from a fallback, or from a checkpoint selected on test images, keeps
  /// this record.
  @Test(arguments: [
    (["selection": "fallback"], "selection: fallback"), (["selection": "listed"], nil),
    (["selected_on_test": "true"], "selected on test: test images chose the weights"),
    (
      ["initial_weights": "file"],
      "weights from a file (train.init-from): on which images they were trained and selected before is not"
    ),
  ])
  func weightsCarryTheirReservations(_ origin: [String: String], _ note: String?) throws {
    let reservations = try reservations(
      oneImage(.official, selectedOnTest: false), on: "validation", origin: origin)
    #expect(reservations.count == (note == nil ? 0 : 1))
    if let note { #expect(reservations.first?.hasPrefix(note) == true) }
  }

  /// Weights trained on all images have been trained on the validation images, but not on the test
  /// images.
  @Test(arguments: [
    ("training-and-validation", "validation", true), ("training-and-validation", "test", false),
    ("training", "validation", false),
  ])
  func imagesThatTrainedAreNoMeasure(_ data: String, _ subject: String, _ isMarked: Bool) throws {
    let reservations = try reservations(
      oneImage(.official, selectedOnTest: false), on: subject, origin: ["trained_on": data])
    #expect(reservations.count == (isMarked ? 1 : 0))
    #expect(reservations.allSatisfy { $0.hasPrefix("trained on validation: ") })
  }

  /// Without an epoch, weights have not been trained on any images, whatever the recipe.
  @Test func weightsOfNoEpochHaveLearntFromNothing() throws {
    let reservations = try reservations(
      oneImage(.official, selectedOnTest: false), on: "validation",
      origin: ["trained_on": "training-and-validation"], epoch: 0)
    #expect(reservations == [])
  }

  @Test func aTrainingWithoutEpochsDidNotEndAfterOne() throws {
    _ = try example.checkpoint(in: folder, name: "last", epoch: 0)
    #expect(
      try settings(["epoch-2"]).candidates(in: folder.url).warning
        == "selection: fallback: no epoch was trained, so there is no epoch-2; the last checkpoint is evaluated and selected instead"
    )
  }

  private func reservations(
    _ images: ImageSet, on subject: String, origin: [String: String] = [:], epoch: Int = 12
  ) throws -> [String] {
    let weights = try Checkpoint.description(
      of: example.checkpoint(in: folder, name: "last", epoch: epoch, origin: origin))
    let settings = try settings(["last"], on: subject)
    return settings.reservations(
      images: images, weights: weights, candidates: try settings.candidates(in: folder.url),
      selection: CheckpointSelection(
        among: figures([(12, 5)]), isFallback: false, on: settings.on))
  }
}
