import Gnuplot
import Testing

@Suite struct EvaluationSummaryTests {
  @Test func figuresAreRead() throws {
    let summary = try summary(summaryText())
    #expect(summary.top1 == 70)
    #expect(summary.count == 1000)
    #expect(summary.on == .validation)
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
  ])
  func damageIsNamedInOneLine(_ old: String, _ new: String, _ message: String) throws {
    let error = try #require(throws: LogError.self) {
      try summary(summaryText(replacing: old, with: new))
    }
    #expect(error.description.hasPrefix(message), "\(error)")
    #expect(!error.description.contains("\n"))
  }
}
