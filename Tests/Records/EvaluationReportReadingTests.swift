import Foundation
import Records
import TestSupport
import Testing

@Suite struct EvaluationReportReadingTests {
  private func report(_ text: String) throws -> EvaluationReport {
    try EvaluationReport(parsing: text, file: "metrics.json")
  }

  @Test func figuresAreRead() throws {
    let summary = try report(evaluationText())
    #expect(summary.top1 == 70)
    #expect(summary.count == 1000)
    #expect(summary.on == "validation" && !summary.isOnTest)
    #expect(summary.dataStatus == .unverified)
    #expect(!summary.selectedOnTest)
    #expect(summary.perClass.map(\.name) == ["cat", "dog"])
    #expect(summary.perClass[1].precision == 75)
    #expect(summary.perClass[1].f1 == nil)
    #expect(summary.macro.recall == 65)
  }

  @Test(arguments: [
    ("\"count\"", "\"Count\"", "metrics.json: count: expected a value, found none"),
    ("1000", "\"many\"", "metrics.json: count: expected Int, found something else"),
    ("1000", "null", "metrics.json: count: expected Int, found null"),
    ("\"unverified\"", "\"dubious\"", "metrics.json: data_status: "),
    ("\"recall\": 60.0", "\"recall\": []", "metrics.json: per_class.[0].recall: expected Double"),
    ("{\"top1\"", "\"top1\"", "metrics.json: the file: "),
    ("\"count\"", "\"views\": \"ten\", \"count\"", "metrics.json: views: "),
    (
      "\"count\"", "\"views_fraction\": -1e300, \"count\"",
      "metrics.json: views_fraction: expected a fraction above 0 and at most 1, found -1e+300"
    ),
  ])
  func damageIsNamedInOneLine(_ old: String, _ new: String, _ message: String) throws {
    let error = try #require(throws: LogError.self) {
      try report(evaluationText(replacing: old, with: new))
    }
    #expect(error.description.hasPrefix(message), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  /// The first versions wrote fewer figures; the present version writes null for undefined ones.
  @Test func earlierVersionsAreRead() throws {
    let old = try report(
      """
      {"count": 3, "on": "test", "data_status": "official", "selected_on_test": true,
       "per_class": [{"name": "cat", "recall": null}], "macro": {}}
      """)
    #expect(old.isOnTest && old.top1 == nil && old.checkpoint == nil && old.balancedAccuracy == nil)
    #expect(old.perClass[0].support == nil && old.perClass[0].recall == nil)
    #expect(old.mostConfused.isEmpty && old.checkpoints.isEmpty && old.warnings.isEmpty)
  }

  @Test(arguments: [
    .plain, .flip, ImageViews(.mirrored), ImageViews(.shifted, fraction: 0.25),
  ])
  func whatIsWrittenIsRead(_ views: ImageViews) throws {
    let report = EvaluationReport(
      of: .init(
        on: "corrupted", dataStatus: .own, source: "folder", selectedOnTest: false, views: views,
        classNames: ["cat", "a/b"], warnings: ["small"]),
      checkpoints: [.init(checkpoint: "last", epoch: 9, top1: 62.5, top5: 100, loss: .infinity)],
      selected: 0, selection: .fallback, count: 8, balancedAccuracy: .nan,
      perClass: [
        .init(name: "cat", support: 8, accuracy: 60, precision: 75, recall: 60, f1: nil)
      ],
      macro: .init(precision: 1, recall: nil, f1: 3),
      mostConfused: [.init(truth: "cat", predicted: "a/b", count: 2, percent: 25)],
      expectedCalibrationError: 0.25)
    #expect(report.loss == nil && report.balancedAccuracy == nil)
    let text = String(decoding: try report.json(), as: UTF8.self)
    #expect(text.contains("\"balanced_accuracy\" : null") && text.contains("\"share\" : 25"))
    #expect(try self.report(text) == report && report.imageViews == views)
    #expect(report.flip == (views == .flip))
  }

  /// A file that is far longer than any report is not read.
  @Test func longFilesAreRefused() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("metrics.json")
    #expect(FileManager.default.createFile(atPath: url.path, contents: nil))
    #expect(truncate(url.path, 1 << 40) == 0)
    let error = try #require(throws: LogError.self) { try EvaluationReport(contentsOf: url) }
    #expect(error.description == "metrics.json cannot be read: it has more than 16777216 bytes")
  }
}
