import Datasets
import Foundation
import Inference
import Records
import TestSupport
import Testing

@Suite struct EvaluationSettingsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// - Parameter text: A JSON object; if it has `flip`, `views` and `viewsFraction` may be left
  ///   out.
  private func settings(_ text: String) throws -> EvaluationSettings {
    let text =
      text.contains("flip") && !text.contains("views")
      ? text.dropLast() + #", "views": "plain", "viewsFraction": 1}"# : text
    return try JSONDecoder().decode(EvaluationSettings.self, from: Data(text.utf8))
  }

  private func create(_ names: [String]) {
    for name in names {
      #expect(FileManager.default.createFile(atPath: folder.file(name).path, contents: Data()))
    }
  }

  @Test func oneCheckpointOrAList() throws {
    let one = try settings(#"{"on": "validation", "checkpoint": "best", "flip": true}"#)
    #expect(one.on == .validation && one.checkpoints == ["best"] && one.views == .flip)
    let list = try settings(
      #"{"on": "test", "checkpoint": ["epoch-160", "epoch-70", "last"], "flip": false}"#)
    #expect(list.on == .test && list.checkpoints == ["epoch-160", "epoch-70", "last"])
    #expect(list.views == .plain)
  }

  /// `views` takes precedence over `flip`; a fraction requires `views`.
  @Test(arguments: [
    ("true", "mirrored", 1, ImageViews(.mirrored)),
    ("false", "shifted", 0.25, ImageViews(.shifted, fraction: 0.25)),
    ("true", "plain", 0.5, .flip), ("false", "plain", 0.5, .plain),
  ])
  func views(_ flip: String, _ kind: String, _ fraction: Double, _ expected: ImageViews) throws {
    let settings = try settings(
      """
      {"on": "test", "checkpoint": "best", "flip": \(flip), "views": "\(kind)", \
      "viewsFraction": \(fraction)}
      """)
    #expect(settings.views == expected)
  }

  @Test(arguments: [
    "{}", #"{"on": "training", "checkpoint": "best", "flip": false}"#,
    #"{"on": "test", "flip": false}"#, #"{"on": "test", "checkpoint": "best"}"#,
    #"{"on": "test", "checkpoint": "best", "flip": false, "viewsFraction": 1}"#,
    #"{"on": "test", "checkpoint": "best", "flip": true, "views": "shifted"}"#,
    #"{"on": "test", "checkpoint": "best", "flip": true, "views": "x", "viewsFraction": 1}"#,
    #"{"on": "test", "checkpoint": 7, "flip": false}"#,
    #"{"on": "test", "checkpoint": null, "flip": false}"#,
    #"{"on": "test", "checkpoint": ["best", 7], "flip": false}"#,
    #"{"on": "test", "checkpoint": "best", "flip": "yes"}"#,
  ])
  func otherSettingsAreRejected(_ text: String) {
    #expect(throws: DecodingError.self) { try settings(text) }
  }

  /// Names of epochs have at least three digits, however the recipe writes them.
  @Test(arguments: [
    ("best", "best"), ("last", "last"), ("epoch-7", "epoch-007"), ("epoch-007", "epoch-007"),
    ("epoch-70", "epoch-070"), ("epoch-0160", "epoch-160"), ("epoch-1000", "epoch-1000"),
  ])
  func filesOfCheckpoints(_ name: String, _ file: String) throws {
    create(
      ["best", "last", "epoch-007", "epoch-070", "epoch-160", "epoch-1000"].map {
        "\($0).safetensors"
      })
    let settings = try settings(#"{"on": "test", "checkpoint": "best", "flip": false}"#)
    let url = try settings.file(of: name, in: folder.url)
    #expect(url.path == folder.file("\(file).safetensors").path)
  }

  @Test(arguments: ["epoch-8", "epoch-7x", "first", "resume"])
  func anAbsentCheckpointIsAnsweredWithThosePresent(_ name: String) throws {
    create([
      "last.safetensors", "best.safetensors", "epoch-070.safetensors", "epoch-007.safetensors",
      "filters.safetensors", "history.csv", "epoch-9.txt",
    ])
    let settings = try settings(#"{"on": "test", "checkpoint": "best", "flip": false}"#)
    let expected = EvaluationError.noCheckpoint(
      name: name, folder: folder.url.path, present: ["best", "epoch-007", "epoch-070", "last"])
    #expect(throws: expected) { try settings.file(of: name, in: folder.url) }
    #expect(expected.description.contains("best, epoch-007, epoch-070, last"))
  }

  @Test func anEmptyFolderIsCalledEmpty() throws {
    let settings = try settings(#"{"on": "test", "checkpoint": "best", "flip": false}"#)
    let expected = EvaluationError.noCheckpoint(
      name: "best", folder: folder.url.path, present: [])
    #expect(throws: expected) { try settings.file(of: "best", in: folder.url) }
    #expect(expected.description.contains("nor any other"))
  }

  @Test func errorsAreOneLine() {
    let errors: [EvaluationError] = [
      .noCheckpoint(name: "best", folder: "f", present: ["last"]),
      .noCheckpoint(name: "best", folder: "f", present: []),
      .noSelection(name: "selected", place: "f"), .noSelection(name: "best", place: "f"),
      .differentClasses(checkpoint: "best", expected: ["a"], found: ["b"]), .unprepared,
    ]
    for error in errors { #expect(!error.description.contains("\n")) }
  }
}

@Suite struct EvaluatedImagesTests {
  @Test func preparedImagesSayHowToNormalise() throws {
    let normalization = try oneImage(.official, selectedOnTest: false).requiredNormalization()
    #expect(normalization == .constants(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]))
    let unprepared = ImageSet(
      images: [UInt8](repeating: 0, count: 3_072), labels: [0], side: 32,
      classNames: ["ape", "bee"], dataStatus: .official, source: .cifar10)
    #expect(throws: EvaluationError.unprepared) { try unprepared.requiredNormalization() }
  }
}

/// A black image with a normalisation.
func oneImage(_ status: DataStatus, selectedOnTest: Bool) -> ImageSet {
  ImageSet(
    images: [UInt8](repeating: 0, count: 3_072), labels: [0], side: 32,
    classNames: ["ape", "bee"], dataStatus: status, source: .cifar10,
    preparation: Preparation(
      indices: [0], takenFrom: .test,
      normalization: .constants(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]),
      selectedOnTest: selectedOnTest))
}
