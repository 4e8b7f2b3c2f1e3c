import Datasets
import Foundation
import Inference
import TestSupport
import Testing

@Suite struct EvaluationSettingsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func settings(_ text: String) throws -> EvaluationSettings {
    try JSONDecoder().decode(EvaluationSettings.self, from: Data(text.utf8))
  }

  private func create(_ names: [String]) {
    for name in names {
      #expect(FileManager.default.createFile(atPath: folder.file(name).path, contents: Data()))
    }
  }

  @Test func oneCheckpointOrAList() throws {
    let one = try settings(#"{"on": "validation", "checkpoint": "best"}"#)
    #expect(one.on == .validation && one.checkpoints == ["best"])
    let list = try settings(#"{"on": "test", "checkpoint": ["epoch-160", "epoch-70", "last"]}"#)
    #expect(list.on == .test && list.checkpoints == ["epoch-160", "epoch-70", "last"])
  }

  @Test(arguments: [
    "{}", #"{"on": "training", "checkpoint": "best"}"#, #"{"on": "test"}"#,
    #"{"on": "test", "checkpoint": 7}"#, #"{"on": "test", "checkpoint": null}"#,
    #"{"on": "test", "checkpoint": ["best", 7]}"#,
  ])
  func otherSettingsAreRejected(_ text: String) {
    #expect(throws: DecodingError.self) { try settings(text) }
  }

  /// Epochs are named with three digits at least, however the recipe writes them.
  @Test(arguments: [
    ("best", "best"), ("last", "last"), ("epoch-7", "epoch-007"), ("epoch-007", "epoch-007"),
    ("epoch-70", "epoch-070"), ("epoch-0160", "epoch-160"), ("epoch-1000", "epoch-1000"),
  ])
  func filesOfCheckpoints(_ name: String, _ file: String) throws {
    create(
      ["best", "last", "epoch-007", "epoch-070", "epoch-160", "epoch-1000"].map {
        "\($0).safetensors"
      })
    let settings = try settings(#"{"on": "test", "checkpoint": "best"}"#)
    let url = try settings.file(of: name, in: folder.url)
    #expect(url.path == folder.file("\(file).safetensors").path)
  }

  @Test(arguments: ["epoch-8", "epoch-7x", "first", "resume"])
  func anAbsentCheckpointIsAnsweredWithThosePresent(_ name: String) throws {
    create([
      "last.safetensors", "best.safetensors", "epoch-070.safetensors", "epoch-007.safetensors",
      "filters.safetensors", "history.csv", "epoch-9.txt",
    ])
    let settings = try settings(#"{"on": "test", "checkpoint": "best"}"#)
    let expected = EvaluationError.noCheckpoint(
      name: name, folder: folder.url.path, present: ["best", "epoch-007", "epoch-070", "last"])
    #expect(throws: expected) { try settings.file(of: name, in: folder.url) }
    #expect(expected.description.contains("best, epoch-007, epoch-070, last"))
  }

  @Test func anEmptyFolderIsCalledEmpty() throws {
    let settings = try settings(#"{"on": "test", "checkpoint": "best"}"#)
    let expected = EvaluationError.noCheckpoint(
      name: "best", folder: folder.url.path, present: [])
    #expect(throws: expected) { try settings.file(of: "best", in: folder.url) }
    #expect(expected.description.contains("nor any other"))
  }

  @Test func errorsAreOneLine() {
    let errors: [EvaluationError] = [
      .noCheckpoint(name: "best", folder: "f", present: ["last"]),
      .noCheckpoint(name: "best", folder: "f", present: []),
      .differentClasses(checkpoint: "best", expected: ["a"], found: ["b"]), .unprepared,
    ]
    for error in errors { #expect(!error.description.contains("\n")) }
  }
}

@Suite struct EvaluatedImagesTests {
  private func images(
    _ status: DataStatus, _ preparation: Preparation?
  ) -> ImageSet {
    ImageSet(
      images: [UInt8](repeating: 0, count: ImageSet.pixelsPerImage), labels: [0],
      classNames: ["ape", "bee"], dataStatus: status, source: .cifar10, preparation: preparation)
  }

  private func preparation(selectedOnTest: Bool) -> Preparation {
    Preparation(
      indices: [0], takenFrom: .test,
      normalization: .constants(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]),
      selectedOnTest: selectedOnTest)
  }

  @Test func preparedImagesSayHowToNormalise() throws {
    let normalization = try images(.official, preparation(selectedOnTest: false))
      .requiredNormalization()
    #expect(normalization == .constants(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]))
    #expect(throws: EvaluationError.unprepared) {
      try images(.official, nil).requiredNormalization()
    }
  }

  @Test(arguments: DataStatus.allCases, [false, true])
  func reservations(_ status: DataStatus, _ selectedOnTest: Bool) {
    for testing in [false, true] {
      let reservations = images(status, preparation(selectedOnTest: selectedOnTest))
        .reservations(testing: testing)
      let expected = (status == .unverified ? 1 : 0) + (selectedOnTest ? 1 : 0)
      #expect(reservations.count == expected)
      #expect(reservations.contains { $0.hasPrefix("unverified") } == (status == .unverified))
      #expect(reservations.contains { $0.hasPrefix("selected on test") } == selectedOnTest)
    }
    #expect(images(.official, nil).reservations(testing: true).isEmpty)
  }
}
