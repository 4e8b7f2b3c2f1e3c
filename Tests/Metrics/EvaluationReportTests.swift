import Foundation
import Metrics
import Records
import Testing

/// The file `metrics.json`, which people, figures and other programs read.
@Suite struct EvaluationReportTests {
  /// Ten images of three classes, the last one without images; the names are not in sorted order.
  private func report(
    loss: Double = 0.75, selected: Int = 0,
    fills reliability: (inout Reliability) -> Void = {
      $0.add(confidence: 0.5, isCorrect: true)
      $0.add(confidence: 1, isCorrect: true)
    }
  ) -> EvaluationReport {
    var tally = ClassificationTally(classes: 3)
    var confusion = ConfusionMatrix(classes: 3)
    for (label, answer) in [(0, 0), (0, 1), (0, 1), (0, 0), (0, 0), (1, 1), (1, 0), (1, 1)] {
      var scores = [Float](repeating: 0, count: 3)
      scores[answer] = 1
      scores.withUnsafeBufferPointer { tally.add(logits: $0, label: label, loss: loss) }
      confusion.add(truth: label, predicted: answer)
    }
    var diagram = Reliability()
    reliability(&diagram)
    return EvaluationReport(
      of: .init(
        on: "test", dataStatus: .unverified, source: "cifar-10", selectedOnTest: true,
        views: .flip, classNames: ["zebra", "ape", "a/b \"c\""], warnings: ["unverified data"]),
      checkpoints: [
        .init(checkpoint: "best", epoch: 7, tally: tally),
        .init(checkpoint: "last", epoch: 9, tally: ClassificationTally(classes: 3)),
      ], selected: selected, selection: .listed, count: 8, confusion: confusion,
      reliability: diagram)
  }

  private func object(_ report: EvaluationReport) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
  }

  /// Other programs rely on the names: `top1`, not `top_1`.
  @Test func namesAreThoseOfTheFormat() throws {
    let whole = try object(report())
    #expect(
      Set(whole.keys) == [
        "top1", "top5", "balanced_accuracy", "loss", "count", "on", "checkpoint", "epoch",
        "data_status", "source",
        "selected_on_test", "class_names", "per_class", "macro", "most_confused", "checkpoints",
        "warnings", "expected_calibration_error", "selection", "flip",
      ])
    func names(_ list: String) throws -> Set<String> {
      Set(try #require(whole[list] as? [[String: Any]]).flatMap(\.keys))
    }
    #expect(
      try names("per_class") == ["name", "support", "accuracy", "precision", "recall", "f1"])
    #expect(try names("most_confused") == ["truth", "predicted", "count", "share"])
    #expect(try names("checkpoints") == ["checkpoint", "epoch", "top1", "top5", "loss"])
    let macro = try #require(whole["macro"] as? [String: Any])
    #expect(Set(macro.keys) == ["precision", "recall", "f1"])
  }

  @Test func figuresAreThoseOfTheSelectedCheckpoint() throws {
    let other = try object(report(selected: 1))
    #expect(other["checkpoint"] as? String == "last" && other["epoch"] as? Int == 9)
    #expect(other["top1"] is NSNull && other["loss"] is NSNull)
    let whole = try object(report())
    #expect(whole["flip"] as? Bool == true && whole["selection"] as? String == "listed")
    #expect(whole["top1"] as? Double == 62.5)
    #expect(whole["top5"] as? Double == 100)
    // Recalls of 60 and 66.67 %; the third class has no images.
    let balanced = try #require(whole["balanced_accuracy"] as? Double)
    #expect(abs(balanced - (60 + 200.0 / 3) / 2) < 1e-9)
    #expect(whole["loss"] as? Double == 0.75)
    #expect(whole["count"] as? Int == 8)
    #expect(whole["on"] as? String == "test")
    #expect(whole["checkpoint"] as? String == "best")
    #expect(whole["epoch"] as? Int == 7)
    #expect(whole["data_status"] as? String == "unverified")
    #expect(whole["source"] as? String == "cifar-10")
    #expect(whole["selected_on_test"] as? Bool == true)
    #expect(whole["class_names"] as? [String] == ["zebra", "ape", "a/b \"c\""])
    #expect(whole["warnings"] as? [String] == ["unverified data"])
    #expect(whole["expected_calibration_error"] as? Double == 0.25)
    let checkpoints = try #require(whole["checkpoints"] as? [[String: Any]])
    #expect(checkpoints.map { $0["checkpoint"] as? String } == ["best", "last"])
    #expect(checkpoints.map { $0["epoch"] as? Int } == [7, 9])
  }

  @Test func classesKeepTheirOrder() throws {
    let classes = try #require(try object(report())["per_class"] as? [[String: Any]])
    #expect(classes.map { $0["name"] as? String } == ["zebra", "ape", "a/b \"c\""])
    #expect(classes.map { $0["support"] as? Int } == [5, 3, 0])
    #expect(classes[0]["accuracy"] as? Double == 60)
    #expect(classes[0]["precision"] as? Double == 75)
    #expect(classes[1]["precision"] as? Double == 50)
    #expect(classes[0]["f1"] as? Double == 600.0 / 9)
  }

  /// A class without images that was predicted has an undefined recall, which counts as 0, and no
  /// accuracy.
  @Test func aClassThatIsOnlyAnsweredHasNoAccuracy() throws {
    var confusion = ConfusionMatrix(classes: 3)
    confusion.add(truth: 0, predicted: 2)
    let report = EvaluationReport(
      of: .init(
        on: "test", dataStatus: .official, source: "cifar-10", selectedOnTest: false,
        views: .plain, classNames: ["ape", "bee", "cat"], warnings: []),
      checkpoints: [.init(checkpoint: "best", epoch: 1, tally: ClassificationTally(classes: 3))],
      selected: 0, selection: .listed, count: 1, confusion: confusion,
      reliability: Reliability())
    let classes = try #require(try object(report)["per_class"] as? [[String: Any]])
    #expect(classes[2]["accuracy"] is NSNull && classes[2]["recall"] as? Double == 0)
    #expect(classes[1]["recall"] is NSNull && classes[0]["precision"] as? Double == 0)
    let macro = try #require(try object(report)["macro"] as? [String: Any])
    #expect(macro["recall"] as? Double == 0)
    #expect(try object(report)["balanced_accuracy"] as? Double == 0)
  }

  /// The scores of a class without images and predictions are null: neither zero nor left out.
  @Test func aClassWithoutImagesHasNulls() throws {
    let classes = try #require(try object(report())["per_class"] as? [[String: Any]])
    for key in ["accuracy", "precision", "recall", "f1"] {
      #expect(classes[2][key] is NSNull, "\(key) is \(String(describing: classes[2][key]))")
    }
  }

  @Test func confusionsBearTheClassesNames() throws {
    let confusions = try #require(try object(report())["most_confused"] as? [[String: Any]])
    #expect(confusions.map { $0["truth"] as? String } == ["zebra", "ape"])
    #expect(confusions.map { $0["predicted"] as? String } == ["ape", "zebra"])
    #expect(confusions.map { $0["count"] as? Int } == [2, 1])
    #expect(confusions[0]["share"] as? Double == 40)
  }

  /// Equal figures give equal bytes, so that digests of artefacts are reproducible.
  @Test func equalFiguresAreEqualBytes() throws {
    let first = try report().json()
    for _ in 0..<5 { #expect(try report().json() == first) }
    let text = String(decoding: first, as: UTF8.self)
    #expect(text.hasSuffix("}\n"))
    #expect(text.contains("a/b"), "slashes are not escaped")
    let keys = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }
      .compactMap { $0.split(separator: "\"").dropFirst().first.map(String.init) }
    #expect(keys.count == 20 && keys == keys.sorted())
  }

  /// The figures of a diverged network are written as null, which every JSON reader accepts,
  /// without an error.
  @Test(arguments: [Double.nan, .infinity])
  func whatIsNoNumberIsNull(_ loss: Double) throws {
    let whole = try object(report(loss: loss) { $0.add(confidence: .nan, isCorrect: false) })
    #expect(whole["loss"] is NSNull)
    #expect(whole["expected_calibration_error"] is NSNull)
    let checkpoints = try #require(whole["checkpoints"] as? [[String: Any]])
    #expect(checkpoints[0]["loss"] is NSNull && checkpoints[1]["top1"] is NSNull)
    #expect(whole["top1"] as? Double == 62.5)
  }
}
