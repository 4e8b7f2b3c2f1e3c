import Foundation
import Records
import TestSupport
import Testing

@Suite struct TrainingHistoryTests {
  @Test func columnsGoWhereTheirNamesSay() throws {
    let rows = ["1,0.1,2.5,10,50,2.25,12,55,9,11,13,14", "2,0.05,2,20,60,nan,,,,21,23,"]
    let history = try TrainingHistory(parsing: historyText(rows), file: "history.csv")
    #expect(history.epochs == [1, 2])
    #expect(history.learningRate == [0.1, 0.05])
    #expect(history.classNames == ["cat", "dog"])
    #expect(history.training.loss == [2.5, 2])
    #expect(history.training.top1 == [10, 20])
    #expect(history.training.top5 == [50, 60])
    #expect(history.training.top1OfClass == [[9, nil], [11, 21]])
    #expect(history.validation.loss[0] == 2.25)
    #expect(history.validation.loss[1]?.isNaN == true)
    #expect(history.validation.top1 == [12, nil])
    #expect(history.validation.top5 == [55, nil])
    #expect(history.validation.top1OfClass == [[13, 23], [14, nil]])
  }

  @Test func earlierVersionsCalledTheValidationImagesHeldOut() throws {
    let text = historyText(["1,0.1,2.5,10,50,2.25,12,55,9,11,13,14"])
    let old = text.replacing("validation_", with: "heldout_")
    #expect(old != text)
    #expect(
      try TrainingHistory(parsing: old, file: "history.csv")
        == TrainingHistory(parsing: text, file: "history.csv"))
  }

  @Test func epochsMayGoOnFromAnEarlierTrainings() throws {
    let rows = ["161,1,1,1,1,,,,1,1,,", "162,1,1,1,1,,,,1,1,,"]
    let history = try TrainingHistory(parsing: historyText(rows), file: "history.csv")
    #expect(history.epochs == [161, 162])
    #expect(history.validation.loss == [nil, nil])
  }

  @Test(arguments: [[], ["cat"], ["cat", "dog", "a.b"], hostileNames])
  func headerAloneIsAnEmptyHistory(_ classes: [String]) throws {
    let text = historyText([], classes: classes)
    let history = try TrainingHistory(parsing: text, file: "history.csv")
    #expect(history.isEmpty)
    #expect(history.classNames == classes)
    #expect(history.validation.top1OfClass.count == classes.count)
  }

  static let damages: [(text: String, message: String)] = [
    ("", "history.csv is empty; expected at least the header 'epoch,learning_rate,"),
    ("epoch,rate\n", "history.csv:1: column 2 should be 'learning_rate', found 'rate'"),
    ("epoch\n", "history.csv:1: column 2 should be 'learning_rate', found 'the end of the line'"),
    (
      historyText([]).replacing("validation_top1.dog", with: "validation_top1.cow"),
      "history.csv:1: column 12 should be 'validation_top1.dog', found 'validation_top1.cow'"
    ),
    (
      historyText([]).replacing(",validation_top1.dog", with: ""),
      "history.csv:1: column 12 should be 'validation_top1.dog', found 'the end of the line'"
    ),
    (
      historyText([]).replacing("\n", with: ",more\n"),
      "history.csv:1: column 13 should be 'the end of the line', found 'more'"
    ),
    (
      historyText([], classes: ["cat", "cat"]),
      "history.csv:1: column 10 should be 'another class', found 'train_top1.cat'"
    ),
    (historyText(["1,2,3"]), "history.csv:2: expected 12 cells, as in the header, found 3"),
    (
      historyText(["1,1,1,1,1,1,1,1,1,1,1,1", "2,1,1,oops,1,1,1,1,1,1,1,1"]),
      "history.csv:3: column 'train_top1': expected a number, found 'oops'"
    ),
    (
      historyText(["1,1,1,1,1,1,1,1,1,1,1,1", "3,1,1,1,1,1,1,1,1,1,1,1"]),
      "history.csv:3: column 'epoch': expected 2, found '3'"
    ),
    (
      historyText(["9223372036854775807,1,1,1,1,1,1,1,1,1,1,1"]),
      "history.csv:2: column 'epoch': expected 1, found '9223372036854775807'"
    ),
    (
      historyText([",1,1,1,1,1,1,1,1,1,1,1"]), "history.csv:2: column 'epoch': expected 1, found ''"
    ),
    (
      String(historyText(["1,1,1,1,1,1,1,1,1,1,1,57.25"]).dropLast(4)),
      "history.csv:2: the file ends within a line"
    ),
  ]

  @Test(arguments: damages)
  func damageIsNamedInOneLine(_ text: String, _ message: String) throws {
    let error = try #require(throws: LogError.self) {
      try TrainingHistory(parsing: text, file: "history.csv")
    }
    #expect(error.description.hasPrefix(message))
    #expect(!error.description.contains("\n"))
  }

  @Test func filesThatCannotBeReadAreNamed() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("history.csv")
    func problem() -> String? {
      #expect(throws: LogError.self) { try TrainingHistory(contentsOf: url) }?.description
    }
    #expect(problem() == "history.csv cannot be read: No such file or directory")
    _ = try scratch.file("history.csv", holding: [0x65, 0xFF, 0x0A])
    #expect(problem() == "history.csv cannot be read: its bytes are not UTF-8")
  }

  /// Pipes are rejected without waiting for a writer, and so are other paths that are not regular
  /// files.
  @Test func whatIsNoFileIsNotRead() throws {
    let scratch = try TemporaryFolder()
    for url in [scratch.url, scratch.file("pipe")] {
      if url != scratch.url { #expect(mkfifo(url.path, 0o600) == 0) }
      let error = try #require(throws: LogError.self) { try TrainingHistory(contentsOf: url) }
      #expect(error.description.hasSuffix("cannot be read: it is not a regular file"))
    }
  }

  /// An epoch without validation, one with NaN, and a class name that needs quotes.
  @Test func whatIsWrittenIsRead() throws {
    let curves = { (first: Double?, second: Double?) in
      TrainingHistory.Curves(
        loss: [first, second], top1: [first, 0.1], top5: [nil, nil], top1OfClass: [[first, second]])
    }
    let history = TrainingHistory(
      epochs: [7, 8], learningRate: [0.1, 1e-7], training: curves(2.5, .nan),
      validation: curves(nil, 3), classNames: ["a, \"b\""])
    let lines = history.text.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "epoch,learning_rate,train_loss,train_top1,train_top5,validation_loss,validation_top1,"
          + "validation_top5,\"train_top1.a, \"\"b\"\"\",\"validation_top1.a, \"\"b\"\"\"",
        "7,0.1,2.5,2.5,,,,,2.5,", "8,1e-07,nan,0.1,,3.0,0.1,,nan,3.0",
      ])
    let read = try TrainingHistory(parsing: history.text, file: "history.csv")
    #expect(read.text == history.text)
    #expect(read.validation.loss == [nil, 3] && read.classNames == history.classNames)
  }
}
