import Records
import TestSupport
import Testing

@Suite struct CommaSeparatedValuesTests {
  @Test(
    arguments: hostileNames + ["a\r\nb", "\"", "\"\"", ",", "\n", "plain"]
      + ["\"\u{301}", "a\"\u{20E8}, b"])
  func writtenCellsAreReadBack(_ cell: String) throws {
    let rows = [["first", cell, "last"], [cell, cell, ""], ["", "", cell]]
    let text = CommaSeparatedValues.text(of: rows)
    let read = try CommaSeparatedValues(parsing: text, file: "x.csv")
    #expect(read.records.map(\.cells) == rows)
  }

  @Test func recordsKnowTheirLines() throws {
    let read = try CommaSeparatedValues(parsing: "a\n\"b\nc\",d\r\ne\n", file: "x.csv")
    #expect(read.records.map(\.line) == [1, 2, 4])
    #expect(read.records.map(\.cells) == [["a"], ["b\nc", "d"], ["e"]])
  }

  /// Damaged text that the other initialiser rejects is taken literally.
  @Test(arguments: [
    ("a,b\nc,\"d\ne", [["a", "b"], ["c", "d\ne"]]), ("\"c\"d,e\n", [["cd", "e"]]),
    ("a,b\nc,", [["a", "b"], ["c", ""]]), ("\"", [[""]]), ("", []),
  ])
  func damagedTextsAreSalvaged(_ text: String, _ rows: [[String]]) {
    #expect(CommaSeparatedValues(salvaging: text).records.map(\.cells) == rows)
  }

  @Test func columnsAreFoundByName() {
    let table = CommaSeparatedValues(salvaging: "a,b\n1,2\n3\n,4\n")
    #expect(table.column("a") == ["1", "3", ""] && table.column("b") == ["2", "4"])
    #expect(table.column("c") == nil && CommaSeparatedValues(salvaging: "").column("a") == nil)
  }

  @Test func emptyTextHasNoRecord() throws {
    #expect(try CommaSeparatedValues(parsing: "", file: "x.csv").records.isEmpty)
  }

  @Test(arguments: [
    ("a,b\nc,\"d", LogError.openQuote(file: "x.csv", line: 2, column: 2)),
    ("a,b\n\"c\"d,e\n", LogError.textAfterQuote(file: "x.csv", line: 2, column: 1)),
    ("a,b\nc,d", LogError.endsInRecord(file: "x.csv", line: 2)),
    ("a,b\nc,", LogError.endsInRecord(file: "x.csv", line: 2)),
  ])
  func damageIsNamed(_ text: String, _ expected: LogError) {
    #expect(throws: expected) { try CommaSeparatedValues(parsing: text, file: "x.csv") }
    #expect(!expected.description.contains("\n"))
    #expect(expected.description.hasPrefix("x.csv:2:"))
  }
}
