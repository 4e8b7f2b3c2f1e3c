import Foundation
import TestSupport
import Testing
import Weaving

/// Statements of a page about the evaluated images and the weights: what is known, and nothing
/// more.
@Suite struct ClaimTests {
  private func page(_ weights: WovenProject.Weights) throws -> (page: String, index: String) {
    let project = try WovenProject(weights: weights)
    try project.run()
    return (try project.page(), try project.read("plots/index.html"))
  }

  private let unknown =
    "The weights came from a file: which images they were trained and selected on before is not "
    + "known, and these may be among them."

  @Test func weightsOfThisRun() throws {
    let (page, index) = try page(.init(epochs: 4, startedFromFile: false))
    #expect(
      page.contains(
        "The test images, which took no part in the training of this run, nor in any choice of it. Checkpoint"
      )
    )
    #expect(page.contains("the weights after epoch 4 of 4"))
    #expect(!page.contains("from a file") && !index.contains("from a file"))
  }

  /// With up to five classes, top-5 accuracy is always 100 %; balanced accuracy is informative only
  /// if classes have different sizes.
  @Test func accuraciesThatTellSomethingAreSaid() throws {
    let (ten, _) = try page(.init(epochs: 4, startedFromFile: false))
    #expect(ten.contains("</span> top-1, 99.50\u{A0}% top-5, of 200 images"))
    let (three, _) = try page(
      .init(epochs: 4, startedFromFile: false, classes: 3, balancedAccuracy: 61.25))
    #expect(
      three.contains(
        "</span> top-1, 61.25\u{A0}% balanced accuracy (the mean over the classes), of 200 images"))
    #expect(!three.contains("top-5"))
  }

  /// A table of a thousand classes is collapsed after its first rows.
  @Test func longTablesAreFolded() throws {
    let (long, _) = try page(.init(epochs: 4, startedFromFile: false, tableRows: 1001))
    #expect(
      long.contains("<summary>All 1,001 rows, of which these are the first 10</summary>"))
    #expect(long.contains(">1005</td>"))
    let (short, _) = try page(.init(epochs: 4, startedFromFile: false, tableRows: 40))
    #expect(!short.contains("of which these are") && short.contains(">44</td>"))
  }

  @Test func weightsOfAFile() throws {
    let (page, index) = try page(.init(epochs: 0, startedFromFile: true))
    #expect(
      page.contains("The test images; no epoch was trained and nothing was chosen here. \(unknown)")
    )
    #expect(page.contains("the weights of the file, not trained here"))
    #expect(!page.contains("took no part") && !page.contains("chose the epoch"))
    #expect(index.contains("200 test images of shapes; weights from a file"))
    #expect(index.contains("1 parameters, not trained"))
  }

  @Test func weightsTrainedOnFromAFile() throws {
    let (page, _) = try page(.init(epochs: 3, startedFromFile: true))
    #expect(
      page.contains(
        "which took no part in the training of this run, nor in any choice of it. \(unknown)"))
    let (other, _) = try self.page(.init(epochs: 3, startedFromFile: true, on: "validation"))
    #expect(
      other.contains("took no part in the gradients and may have chosen the epoch. \(unknown)"))
  }

  @Test func initialWeights() throws {
    let (page, _) = try page(.init(epochs: 0, startedFromFile: false, on: "validation"))
    #expect(
      page.contains(
        "The validation images; no epoch was trained and nothing was chosen here. Check"))
    #expect(page.contains("the initial weights, not trained"))
    let (test, _) = try self.page(.init(epochs: 0, startedFromFile: true, selectedOnTest: true))
    #expect(
      test.contains("gives to validation too; no epoch was trained that they could have chosen"))
    #expect(!test.contains("also chose the epoch"))
  }
}
