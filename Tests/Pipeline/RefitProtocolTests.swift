import Foundation
import TensorFiles
import Testing

/// The steps of the recipe resnet20, on a few generated images: train, select, refit, evaluate
/// once.
@Suite struct RefitProtocolTests {
  private static let narrow =
    [
      "dataset.source=shapes", "dataset.training-images=300", "dataset.test-images=100",
      "split.validation=50", "train.architecture.width=4", "train.network=resnet8",
      "train.batch=32", "train.checkpoint.every=1", "refit.epochs=2",
      "evaluate-validation.checkpoint=[epoch-2, epoch-3]",
    ].flatMap { ["--set", $0] }

  private func metadata(_ path: String, in project: RealStagesTests.Project) throws -> [String:
    String]
  {
    try TensorFile(contentsOf: project.root.appendingPathComponent("data/runs/resnet20/\(path)"))
      .metadata
  }

  @Test func theSelectedEpochIsTrainedOnWithAllImages() throws {
    let project = try RealStagesTests.Project()
    try project.succeed(["run", "resnet20"] + Self.narrow + ["--set", "train.epochs=3"])
    let selected = try metadata("evaluate-validation/selection.safetensors", in: project)
    #expect(selected["selection"] == "listed")
    let epoch = try #require(selected["epoch"].flatMap(Int.init))
    #expect(epoch == 2 || epoch == 3)
    let last = try metadata("refit/last.safetensors", in: project)
    #expect(last["epoch"] == "\(epoch + 2)")
    #expect(last["trained_on"] == "training-and-validation")
    let history = String(
      decoding: try project.data("data/runs/resnet20/refit/history.csv"), as: UTF8.self)
    let epochs = history.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
    #expect(epochs == ["\(epoch + 1)", "\(epoch + 2)"])
    // The page continues the count of epochs, and says that the last training used validation
    // images.
    let page = String(decoding: try project.data("plots/resnet20/report.html"), as: UTF8.self)
    #expect(page.contains("the weights after epoch \(epoch + 2) of \(epoch + 2)"))
    #expect(page.contains("from epoch \(epoch + 1) on trained with"))
    #expect(page.contains("in the end trained on all of them"))
    // Figures are in the chapter of the step whose results they show.
    for place in ["train-training", "train-feature-map", "train-augmented", "refit-filters"] {
      #expect(page.contains("<figure id=\"figure-\(place)\">"), "\(place)")
    }
    for place in ["refit-training", "refit-feature-map", "train-filters"] {
      #expect(!page.contains("id=\"figure-\(place)\""), "\(place)")
    }
  }

  @Test func aTrainingThatEndsEarlyIsNotRefitted() throws {
    let project = try RealStagesTests.Project()
    let output = try project.succeed(
      ["run", "resnet20"] + Self.narrow + ["--set", "train.epochs=1"])
    #expect(output.contains("no epoch was trained"), "\(output)")
    let last = try metadata("refit/last.safetensors", in: project)
    #expect(last["selection"] == "fallback" && last["epoch"] == "1")
    #expect(last["trained_on"] == "training")
    let report = String(
      decoding: try project.data("data/runs/resnet20/evaluate/metrics.json"), as: UTF8.self)
    #expect(report.contains("fallback"), "\(report)")
    // The same weights, byte for byte.
    let train = try metadata("train/last.safetensors", in: project)
    #expect(train["sha256"] == last["sha256"])
  }
}
