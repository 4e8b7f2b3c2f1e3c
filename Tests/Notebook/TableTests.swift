import Foundation
import Notebook
import Testing

@Suite struct TableTests {
  @Test func numbersStandRightAndWordsLeft() {
    let table = Table(
      header: ["class", "images", "%"],
      rows: [["cat", "5", "12.5"], ["automobile", "1000", "–"], ["dog", "-7", "+3"]])
    #expect(
      table.renderedLines() == [
        "  class       images     %",
        "  cat              5  12.5",
        "  automobile    1000     –",
        "  dog             -7    +3",
      ])
  }

  @Test func cellsAreAsWideAsTheyArePrinted() {
    let table = Table(header: ["class", "n"], rows: [["c\u{1B}[2J", "1"], ["dog\nowl", "22"]])
    #expect(
      table.renderedLines() == [
        "  class         n",
        #"  c\u{1b}[2J    1"#,
        #"  dog\u{a}owl  22"#,
      ])
  }

  /// Widths are those of visible characters, not of bytes: composed and decomposed letters are
  /// equal.
  @Test func lettersOutsideASCIITakeOnePlace() {
    let table = Table(
      header: ["größe", "name", "x"],
      rows: [["ä", "cafe\u{301}", "a"], ["öäüß", "café", "b"], ["ab", "cafés", "c"]])
    #expect(
      table.renderedLines() == [
        "  größe  name   x",
        "  ä      cafe\u{301}   a",
        "  öäüß   café   b",
        "  ab     cafés  c",
      ])
    #expect(table.renderedLines().map(\.count) == [17, 17, 17, 17])
  }

  @Test func aTableTooWideIsCutBetweenColumns() {
    let table = Table(
      header: ["network", "epochs", "memory"], rows: [["resnet8", "10", "35 MiB"]])
    #expect(
      table.renderedLines(width: 17) == [
        "  network  epochs", "  resnet8      10", "  network  memory", "  resnet8  35 MiB",
      ])
    #expect(table.renderedLines(width: 25) == table.renderedLines())
    // A column that does not fit is still placed next to the first one.
    #expect(table.renderedLines(width: 1).count == 4)
  }

  @Test func noLineEndsInSpaces() {
    let table = Table(header: ["a", "long header"], rows: [["x", "y"], ["", ""]])
    #expect(table.renderedLines() == ["  a  long header", "  x  y", ""])
  }

  @Test func aColumnWithOneWordIsWords() {
    let table = Table(header: ["epoch"], rows: [["12"], ["best"], ["7"]])
    #expect(table.renderedLines() == ["  epoch", "  12", "  best", "  7"])
  }

  @Test func aTableMayBeEmpty() {
    #expect(Table(header: ["a", "bc"], rows: []).renderedLines() == ["  a  bc"])
  }

  @Test(
    arguments: [
      (1.0, 2, "1.00"), (0.005, 2, "0.01"), (-12.345, 1, "-12.3"), (99.999, 2, "100.00"),
      (7, 0, "7"),
      (.nan, 3, "–"), (1e-9, 4, "0.0000"), (.infinity, 2, "inf"),
    ] as [(Double, Int, String)])
  func decimalsAreFixed(_ value: Double, _ count: Int, _ expected: String) {
    #expect(decimals(value, count) == expected)
  }
}

@Suite struct ClockTests {
  @Test(
    arguments: [
      (0, "0:00"), (0.4, "0:00"), (0.6, "0:01"), (9, "0:09"), (59.4, "0:59"), (59.6, "1:00"),
      (61, "1:01"), (3_599, "59:59"), (3_599.5, "1:00:00"), (3_661, "1:01:01"),
      (36_545, "10:09:05"), (.nan, "0:00"), (.infinity, "2562047788015215:30:07"),
    ] as [(Double, String)])
  func secondsAsAClockShowsThem(_ seconds: Double, _ expected: String) {
    #expect(Progress.clock(seconds: seconds) == expected)
  }

  @Test(
    arguments: [
      (Duration.milliseconds(1_500), 1.5), (.seconds(86_400), 86_400), (.microseconds(-3), -3e-6),
      (.zero, 0),
    ] as [(Duration, Double)])
  func durationsInSeconds(_ duration: Duration, _ expected: Double) {
    #expect(abs(duration.inSeconds - expected) <= 1e-12 * abs(expected))
  }

  /// 5 of 70 rows are shown: four, including the row with the number of omitted ones, and the last.
  @Test func longTablesAreShortened() {
    let table = Table(header: ["class", "n"], rows: (0..<70).map { ["c\($0)", "\($0)"] })
    let rows = table.shortened(to: 5).rows
    #expect(rows.map { $0[0] } == ["c0", "c1", "c2", "… 66 more", "c69"] && rows[3][1] == "…")
    #expect(table.shortened(to: 70) == table)
  }
}
