import Foundation
import Records
import Testing

@Suite struct TrainingProgressTests {
  private static let text = """
    {"network": "resnet8", "epoch": 3, "lastEpoch": 10, "imagesDone": 500, "imagesInEpoch": 1000,
    "imagesPerSecond": 250, "loss": 0.5, "isSelectedOnTest": false, "dataStatus": "generated",
    "confusions": [{"truth": "cat", "predicted": "dog", "count": 12, "percent": 24}]}
    """

  private func progress(_ replaced: String = "", by other: String = "") -> TrainingProgress? {
    TrainingProgress(parsing: Data(Self.text.replacing(replaced, with: other).utf8))
  }

  @Test func whatIsWrittenIsRead() throws {
    let progress = try #require(self.progress())
    #expect(progress.network == "resnet8" && progress.confusions[0].predicted == "dog")
    // Two and a half of ten epochs are done; 7,500 images are left.
    #expect(progress.fraction == 0.25)
    #expect(progress.secondsLeft == 30)
    let again = TrainingProgress(parsing: try JSONEncoder().encode(progress))
    #expect(again == progress)
  }

  /// Half of this epoch is left, and later epochs with the work of two and a half such epochs.
  @Test func epochsOfOtherWorkAreWeighted() throws {
    let progress = try #require(
      self.progress("\"loss\"", by: "\"laterEpochs\": 2.5, \"loss\""))
    #expect(progress.fraction == 0.25 && progress.secondsLeft == 12)
    #expect(self.progress("\"loss\"", by: "\"laterEpochs\": -1, \"loss\"") == nil)
  }

  @Test func withoutARateThereIsNoTimeLeft() throws {
    let progress = try #require(self.progress("250", by: "0"))
    #expect(progress.secondsLeft == nil)
  }

  @Test(arguments: [
    ("\"epoch\": 3", "\"epoch\": 0"), ("\"epoch\": 3", "\"epoch\": 11"),
    ("10,", "9223372036854775807,"), ("\"imagesDone\": 500", "\"imagesDone\": 1001"),
    ("1000", "0"), ("250", "-1"), ("250", "1e300"), ("{\"network\"", "[\"network\""),
    ("\"loss\": 0.5, ", ""), ("cat", String(repeating: "c", count: 70_000)),
  ])
  func whatNoTrainerWritesIsNotRead(text: String, other: String) {
    #expect(progress(text, by: other) == nil)
  }

  @Test func aFolderWithoutOneHasNone() {
    #expect(TrainingProgress(inFolder: URL(fileURLWithPath: "/nowhere")) == nil)
  }
}
