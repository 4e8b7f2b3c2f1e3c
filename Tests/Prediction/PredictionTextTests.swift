import Foundation
import Prediction
import Testing

@Suite struct PredictionTextTests {
  private typealias Answer = PictureClassifier.Answer

  @Test func barsAreAsLongAsTheShares() {
    let answers = [
      Answer(className: "automobile", probability: 1), Answer(className: "cat", probability: 0.5),
      Answer(className: "dog", probability: 0.012), Answer(className: "elk", probability: 0),
    ]
    #expect(
      PredictionText.lines(file: "a\nb.png", answers) == [
        "a\\u{a}b.png",
        "  automobile  100.0 %  ██████████████████████████████",
        "  cat          50.0 %  ███████████████",
        "  dog           1.2 %  ▍",
        "  elk           0.0 %",
      ])
  }

  @Test func jsonIsOneLine() throws {
    let line = try PredictionText.json(
      file: "folder/a \"b\"\n.png", run: "quickstart", checkpoint: "best",
      [Answer(className: "cat", probability: 0.75), Answer(className: "dog", probability: 0.25)])
    #expect(
      line
        == #"{"answers":[{"class":"cat","probability":0.75},{"class":"dog","probability":0.25}],"#
        + #""checkpoint":"best","file":"folder/a \"b\"\n.png","run":"quickstart"}"#)
  }
}
