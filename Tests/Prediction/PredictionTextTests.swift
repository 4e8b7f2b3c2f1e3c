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

  @Test func tablesHaveALineAPicture() {
    let table = PredictionTable(
      files: ["a/1.png", "a/long name.jpg"], classNames: ["cat", "automobile"], top: 5)
    let answers = [
      Answer(className: "automobile", probability: 0.9996),
      Answer(className: "cat", probability: 0.0004),
    ]
    #expect(table.header == "  picture          class           %  class           %")
    #expect(
      table.row(file: "a/1.png", answers)
        == "  a/1.png          automobile  100.0  cat           0.0")
    #expect(
      table.row(file: "x/y/\u{1B}\(String(repeating: "z", count: 60)).png", answers)
        .hasPrefix("  …zzzzzzzzzz.png  automobile"))
    #expect(table.csvHeader == "file,class_1,probability_1,class_2,probability_2")
    #expect(
      table.csvRow(file: "a, \"b\".png", answers)
        == "\"a, \"\"b\"\".png\",automobile,0.999600,cat,0.000400")
  }
}
