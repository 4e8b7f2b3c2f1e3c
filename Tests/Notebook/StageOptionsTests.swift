import ArgumentParser
import CheckedNumbers
import Foundation
import Notebook
import TestSupport
import Testing

@Suite struct StageOptionsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func options(
    settings: String = "{}", _ arguments: [String] = []
  ) throws -> StageOptions {
    let file = folder.file("settings.json")
    try Data(settings.utf8).write(to: file)
    return try StageOptions.parse(
      ["--settings", file.path, "--output", folder.file("out").path, "--work", "/tmp/a work"]
        + arguments)
  }

  private struct Settings: CheckedSettings, Equatable {
    struct Train: Decodable, Equatable {
      var learningRate: Double
      var initFrom: String?
      var beta1: Double
      var epochs: [Int]
      var stop: Stop
    }
    struct Stop: Decodable, Equatable {
      var leastImprovement: Double
      var monitor: Monitor
    }
    enum Monitor: String, Decodable { case validationLoss = "validation-loss" }
    var train: Train

    func check() throws {
      try SettingRange(above: 0, below: 1).check(train.learningRate, "train.learning-rate")
    }
  }

  private static let recipe = """
    {"train": {"learning-rate": 0.1, "init-from": null, "beta-1": 0.9, "epochs": [5, 8],
      "stop": {"least-improvement": 0.0005, "monitor": "validation-loss"}}}
    """

  /// Keys are kebab-case in the file and camelCase in Swift, at every depth; values are not
  /// changed.
  @Test func settingsAreReadFromKebabCase() throws {
    let settings = try options(settings: Self.recipe).settings(as: Settings.self)
    #expect(
      settings
        == Settings(
          train: .init(
            learningRate: 0.1, initFrom: nil, beta1: 0.9, epochs: [5, 8],
            stop: .init(leastImprovement: 0.0005, monitor: .validationLoss))))
  }

  /// A section can be read whatever the other sections contain.
  @Test func aSectionIsReadByItsName() throws {
    struct Stop: CheckedSettings, Equatable {
      let leastImprovement: Double
      func check() throws {
        try SettingRange(above: 0, below: 1).check(leastImprovement, "stop.least-improvement")
      }
    }
    func stop(_ text: String) throws -> Stop {
      try options(settings: text).settings(of: "stop", as: Stop.self)
    }
    #expect(try stop(#"{"stop": {"least-improvement": 0.5}, "train": 3}"#).leastImprovement == 0.5)
    #expect(throws: SettingOutOfRange.self) { try stop(#"{"stop": {"least-improvement": 2}}"#) }
    for text in ["{}", #"{"stop": 3}"#, "[]", "{"] {
      #expect(throws: StageError.self) { try stop(text) }
    }
  }

  @Test(arguments: [
    ("learning-rate\": 0.1", "rate\": 0.1"), ("0.9", "\"0.9\""), ("validation-loss", "luck"),
    ("[5, 8]", "5"), ("}}}", "}}"),
  ])
  func settingsThatDoNotFitAreNamed(_ part: String, _ replacement: String) throws {
    let text = Self.recipe.replacingOccurrences(of: part, with: replacement)
    #expect(text != Self.recipe)
    let options = try options(settings: text)
    let error = try #require(throws: StageError.self) {
      try options.settings(as: Settings.self)
    }
    #expect(error.description.contains(folder.file("settings.json").path))
  }

  @Test(arguments: ["1", "0", "-1e300"])
  func settingsOutOfRangeAreNamed(_ rate: String) throws {
    let options = try options(settings: Self.recipe.replacingOccurrences(of: "0.1", with: rate))
    let error = try #require(throws: SettingOutOfRange.self) {
      try options.settings(as: Settings.self)
    }
    #expect(
      error.description.hasPrefix("train.learning-rate: expected above 0 and below 1, found "))
  }

  @Test func absentSettingsAreNamed() throws {
    let options = try options()
    try FileManager.default.removeItem(at: folder.file("settings.json"))
    let error = try #require(throws: StageError.self) {
      try options.settings(as: Settings.self)
    }
    #expect(error.description.contains(folder.file("settings.json").path))
    #expect(!error.description.contains("\n"))
  }

  @Test func inputsAreFoundByName() throws {
    let options = try options([
      "--input", "training=/data/a=b/training.safetensors", "--input", "test=/data/test set",
      "--input", "empty=",
    ])
    #expect(try options.input("training").path == "/data/a=b/training.safetensors")
    #expect(try options.input("test").path == "/data/test set")
    #expect(options.optionalInput("train") == nil)
    let error = try #require(throws: StageError.self) { try options.input("train") }
    #expect(error.description.contains("'train'") && error.description.contains("training="))
  }

  @Test func outputsAndStateHaveTheirFolders() throws {
    let options = try options()
    #expect(options.output("best.csv").path == folder.file("out").path + "/best.csv")
    #expect(options.work("state").path == "/tmp/a work/state")
    #expect(options.threads == 1)
    #expect(try self.options(["--threads", "3"]).threads == 3)
  }

  @Test(arguments: [
    ["--threads", "0"], ["--threads", "-2"], ["--threads", "many"], ["--input", "training"],
    ["--epochs", "3"], ["extra"],
  ])
  func otherArgumentsAreRejected(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try options(arguments) }
  }

  @Test(arguments: ["--settings", "--output", "--work"])
  func nothingMayBeLeftOut(_ option: String) {
    let all = ["--settings", "s.json", "--output", "out", "--work", "work"]
    let index = all.firstIndex(of: option) ?? 0
    let arguments = Array(all[..<index] + all[(index + 2)...])
    #expect(throws: (any Error).self) { try StageOptions.parse(arguments) }
  }

  @Test func factsAreOneObject() throws {
    let options = try options()
    try FileManager.default.createDirectory(
      at: folder.file("out"), withIntermediateDirectories: true)
    try options.record(numerics: ["processor": "a/b", "threads": "2"])
    let text = try String(contentsOf: options.output("facts.json"), encoding: .utf8)
    #expect(text == #"{"numerics":{"processor":"a/b","threads":"2"}}"#)
  }
}
