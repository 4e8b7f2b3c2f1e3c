import Foundation
import Models
import Planning
import Preflight
import Recipes
import TensorFiles
import TestSupport
import Testing
import Training

/// Settings that a stage would reject are found before anything runs, with the stage's own message.
@Suite struct RecipeCheckTests {
  private let folder: TemporaryFolder
  private let project: Project

  /// The project's graph, schema and recipes, and stages without code.
  init() throws {
    folder = try TemporaryFolder()
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let root = URL(fileURLWithPath: folder.url.path, isDirectory: true)
    let stages = root.appendingPathComponent("stages")
    try FileManager.default.createDirectory(at: stages, withIntermediateDirectories: true)
    for name in ["graph.yaml", "schema.yaml", "recipes"] {
      try FileManager.default.copyItem(
        at: repository.appendingPathComponent("stages/\(name)"),
        to: stages.appendingPathComponent(name))
    }
    try Data("// swift-tools-version: 6.2\nlet package = 1\n".utf8)
      .write(to: root.appendingPathComponent("Package.swift"))
    project = try Project(root: root, declared: DeclaredKeys.all())
    for stage in project.graph.stages {
      let source = stages.appendingPathComponent("\(stage.name)/main.swift")
      try FileManager.default.createDirectory(
        at: source.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("let stage = 1\n".utf8).write(to: source)
    }
  }

  private func check(
    _ recipe: String, _ overrides: [String], selection: Selection = .all
  ) throws -> String {
    let request = try RunRequest(
      recipe: recipe, overrides: overrides, project: project, callerFolder: project.root)
    var planner = try Planner(project: project)
    let plan = try planner.plan(request, selection: selection)
    do {
      try RecipeCheck(plan, in: project).check()
      return "runs"
    } catch {
      #expect(!error.description.contains("\n"))
      return error.description
    }
  }

  @Test func shippedRecipesRun() throws {
    for name in project.recipeNames where name != "my-pictures" {
      #expect(try check(name, []) == "runs", "\(name)")
    }
    #expect(try check("my-pictures", ["dataset.archive=\(folder.url.path)"]) == "runs")
    #expect(
      try check("my-pictures", [])
        == "fetch-and-parse would refuse the recipe: dataset.source is folder, "
        + "and dataset.archive names no folder of pictures; add --set dataset.archive=PATH")
    #expect(try check("small-cnn", ["split.validation=test"]) == "runs")
  }

  @Test(arguments: [
    (
      "train.network=resnet21",
      "train would refuse the recipe: network 'resnet21': a ResNet of version 1 has 6n + 2 layers"
    ),
    ("train.network=resnet21v2", "a ResNet of version 2 has 9n + 2 layers"),
    ("train.architecture.alpha=48", "network 'resnet8' has no 'alpha'"),
    (
      "split.validation=8000",
      "preprocess-and-split would refuse the recipe: split.validation is 8000, expected 1 to 7999"
    ),
    ("split.validation=1001", "split.validation is 1001, expected a multiple of 10"),
    (
      "dataset.url=https://example.org/x",
      "fetch-and-parse would refuse the recipe: dataset.url is 'https://example.org/x', but dataset"
    ),
    (
      "preprocess.normalize=constants",
      "preprocess-and-split would refuse the recipe: preprocess.normalize is constants and preprocess"
    ),
    (
      "train.optimizer.momentum=0",
      "train would refuse the recipe: train.optimizer.nesterov is true and momentum is 0"
    ),
    (
      "evaluate.checkpoint=epoch-3",
      "evaluate would refuse the recipe: train has no checkpoint 'epoch-3', only best, last; change"
    ),
    (
      "evaluate.checkpoint=selected",
      "evaluate would refuse the recipe: train is not a selection; for evaluate.checkpoint 'selected'"
    ),
  ])
  func whatAStageWouldRefuse(_ override: String, _ part: String) throws {
    let found = try check("quickstart", [override])
    #expect(found.contains(part), "\(found)")
  }

  @Test func anArchiveThatShapesWouldNotReadIsRefused() throws {
    let file = try folder.file("archive.tar", holding: [1])
    let found = try check("quickstart", ["dataset.archive=\(file.path)"])
    #expect(found.hasPrefix("fetch-and-parse would refuse the recipe: dataset.archive is "))
  }

  @Test(arguments: [
    (["split.validation=50000"], "split.validation is 50000, expected 1 to 49999 of the 50000"),
    (["dataset.training-images=900"], "split.validation is 5000, expected 1 to 899 of the 900"),
    (["dataset.training-images=50000"], "runs"), (["dataset.test-images=10000"], "runs"),
    (
      ["dataset.test-images=10001"],
      "fetch-and-parse would refuse the recipe: dataset.test-images is 10001, and the data set has 10000"
    ),
    (
      ["train.data=training-and-validation", "split.validation=test"],
      "train would refuse the recipe: train.data is training-and-validation, and the validation images"
    ),
  ])
  func imagesOfTheArchiveAreCounted(_ overrides: [String], _ part: String) throws {
    let found = try check("adaptive-conv", overrides)
    #expect(found.contains(part), "\(found)")
  }

  /// The number of images of a folder follows from the sizes of its files: here 5 × 6 and 4.
  @Test func imagesOfAFolderAreCounted() throws {
    let images = folder.url.appendingPathComponent("images")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    for (name, records) in (1...5).map({ ("data_batch_\($0).bin", 6) }) + [("test_batch.bin", 4)] {
      try Data(count: 3_073 * records).write(to: images.appendingPathComponent(name))
    }
    let archive = "dataset.archive=\(images.path)"
    #expect(try check("small-cnn", [archive, "split.validation=29"]) == "runs")
    #expect(
      try check("small-cnn", [archive, "split.validation=30"]).contains(
        "split.validation is 30, expected 1 to 29 of the 30 training images"))
    #expect(
      try check("small-cnn", [archive, "split.validation=5", "dataset.training-images=31"])
        .contains("dataset.training-images is 31, and the data set has 30"))
  }

  @Test func weightsThatDoNotFitAreRefused() throws {
    func weights(_ name: String, nan position: Int? = nil) throws -> String {
      let network = try NetworkCatalog.network(named: name, classes: 10)
      network.initialize(seed: 1)
      var writer = TensorFileWriter(schema: "weights")
      for parameter in network.parameters {
        var values = parameter.dense()
        if let position, parameter.shape == [10] { values[position] = .nan }
        writer.add(parameter.name, shape: parameter.shape, values)
      }
      let file = folder.file("\(name).safetensors")
      try writer.write(to: file)
      return "train.init-from=\(file.path)"
    }
    #expect(try check("quickstart", [weights("resnet8")]) == "runs")
    let other = try check("quickstart", [weights("resnet14")])
    #expect(other.hasPrefix("train would refuse the recipe: ") && other.contains("'stages.0.1."))
    let damaged = try check("quickstart", [weights("resnet8", nan: 7)])
    #expect(damaged.contains("tensor 'head.bias' has nan at [7], expected a finite number"))
    let text = try folder.file("notes.txt", holding: Array("no tensors".utf8))
    #expect(
      try check("quickstart", ["train.init-from=\(text.path)"])
        .hasPrefix("train would refuse the recipe: \(text.path)"))
  }

  /// Steps that are not selected do not run.
  @Test func onlyWhatWouldRunIsChecked() throws {
    #expect(
      try check("quickstart", ["train.network=resnet21"], selection: .until("preprocess-and-split"))
        == "runs")
  }

  /// The section of a step applies only to that step.
  @Test func stepsHaveTheirOwnSettings() throws {
    #expect(
      try check("resnet20", ["refit.optimizer.nesterov=true", "refit.optimizer.momentum=0"])
        .hasPrefix("refit would refuse the recipe: train.optimizer.nesterov is true"))
    #expect(
      try check("resnet20", ["evaluate-validation.checkpoint=[epoch-160, epoch-165]"])
        .hasPrefix(
          "evaluate-validation would refuse the recipe: train has no checkpoint 'epoch-165'"))
    // Epochs after the last one are skipped.
    #expect(
      try check("resnet20", ["evaluate-validation.checkpoint=[epoch-160, epoch-205]"]) == "runs")
  }
}
