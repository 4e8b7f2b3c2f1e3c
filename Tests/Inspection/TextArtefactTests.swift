import Foundation
import Inspection
import TensorFiles
import TestSupport
import Testing

@Suite struct TextArtefactTests {
  @Test func tableOfCSV() throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file(
      "h.csv", holding: "epoch,name,loss\r\n1,\"a, \"\"b\"\"\",0.5\r\n10,c,12.25\r\n11,d,1\r\n")
    let lines = try TextArtefact.table(ofCSV: url, count: 2, width: nil)
    #expect(
      lines == [
        url.path,
        "  epoch  name     loss",
        "      1  a, \"b\"    0.5",
        "     10  c       12.25",
        "  … 1 more of 3 rows",
      ])
  }

  /// The author of a file can choose any class name.
  @Test func cellsCannotObeyATerminal() throws {
    let scratch = try TemporaryFolder()
    let hostile = "c\u{1B}[2Ja\u{9B}1mt\u{202E}\nx"
    let url = try scratch.file("h.csv", holding: "epoch,\"\(hostile)\"\n1,\"\(hostile)\"\n")
    let lines = try TextArtefact.table(ofCSV: url, count: 2, width: nil)
    #expect(lines.count == 4)
    #expect(lines.allSatisfy(PrintableText.isPrintable))
    #expect(lines[2].hasSuffix(#"  c\u{1b}[2Ja\u{9b}1mt\u{202e}\u{a}x"#))
    let json = try scratch.file("h.json", holding: "{\"a\u{9B}\": \"b\u{202E}\"}")
    #expect(try TextArtefact.indented(json: json) == [#"{"a\u009b": "b\u202e"}"#])
  }

  /// A combining mark does not change a comma, quote or line break before it.
  @Test func namesOfAnyScriptAreCells() throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file(
      "h.csv", holding: "\u{301}a,\u{301}b\n\u{301}c,\"\u{20E8}d\"\u{301}\r\n\"e\r\",\"\"\r\n")
    #expect(
      try TextArtefact.rows(ofCSV: url) == [
        ["\u{301}a", "\u{301}b"], ["\u{301}c", "\u{20E8}d\u{301}"], ["e\r", ""],
      ])
  }

  /// Tables with characters of two columns are aligned, and long names are truncated.
  @Test func wideNamesStandInLine() throws {
    let scratch = try TemporaryFolder()
    let long = String(repeating: "漢", count: 100)
    let url = try scratch.file("h.csv", holding: "name,n\n漢字,1\n\(long),2\nabc,3\n")
    let lines = try TextArtefact.table(ofCSV: url, count: 9, width: 80)
    #expect(
      lines.dropFirst() == [
        "  name" + String(repeating: " ", count: 37) + "n",
        "  漢字" + String(repeating: " ", count: 37) + "1",
        "  " + String(repeating: "漢", count: 19) + "…  2",
        "  abc" + String(repeating: " ", count: 38) + "3",
        "  3 rows",
      ])
  }

  /// Displayed numbers have five digits; integers and short numbers are not changed.
  @Test func figuresAreRounded() throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file(
      "h.csv",
      holding: "epoch,rate,key\n1,4.0599843487143517e-08,123456789012\n2,0.049965738368864344,0.1\n"
    )
    let lines = try TextArtefact.table(ofCSV: url, count: 9, width: 60)
    #expect(
      lines.dropFirst() == [
        "  epoch      rate           key", "      1   4.06e-8  123456789012",
        "      2  0.049966           0.1", "  2 rows, figures rounded",
      ])
  }

  /// At a width of 60, every column can be selected by its name.
  @Test func columnsAreReachedByName() throws {
    let scratch = try TemporaryFolder()
    let names = (1...30).map { "column\($0)" } + ["a, b"]
    let header = names.map { "\"\($0)\"" }.joined(separator: ",")
    let row = (1...31).map(String.init).joined(separator: ",")
    let url = try scratch.file("w.csv", holding: "\(header)\n\(row)\n")
    let lines = try TextArtefact.table(ofCSV: url, count: 9, width: 60)
    #expect(lines.dropFirst().allSatisfy { $0.count <= 60 }, "\(lines)")
    let remark = lines.joined(separator: " ")
    #expect(names.allSatisfy(remark.contains) && remark.contains("--columns NAMES shows them"))
    #expect(lines[1].contains("more columns"))
    func table(_ columns: [String]) throws -> [String] {
      Array(try TextArtefact.table(ofCSV: url, count: 9, width: 60, columns: columns).dropFirst())
    }
    #expect(
      try table(["column30,column2"]) == ["  column30  column2", "        30        2", "  1 row"])
    #expect(try table(["a, b"]) == ["  a, b", "    31", "  1 row"])
    #expect(
      try table(["*29,column3*", "column3"]) == [
        "  column29  column3  column30", "        29        3        30", "  1 row",
      ])
    let error = #expect(throws: InspectionError.self) { try table(["loss"]) }
    #expect(error?.description.contains("no column 'loss'; the columns are column1, ") == true)
  }

  @Test func textsAreShownLineByLine() throws {
    let scratch = try TemporaryFolder()
    let log = try scratch.file(
      "log.txt", holding: "a\n\tb\n" + String(repeating: "c", count: 80) + "\n")
    #expect(TextArtefact.isText(log))
    let lines = try TextArtefact.head(of: log, count: 2, width: 60)
    #expect(lines == [log.path, "a", "    b", "  … 1 more of 3 lines"])
    #expect(try TextArtefact.head(of: log, count: 9, width: 60)[3].count == 60)
    for (name, text) in [
      ("a.yaml", "a: 1\n"), ("b.svg", "<svg/>"), ("c.gp", "plot x"), ("d.log", ""),
      ("e.json", "{}"),
      ("no-ending", "some text"),
    ] {
      #expect(TextArtefact.isText(try scratch.file(name, holding: text)), "\(name)")
    }
    for (name, text) in [
      ("a.safetensors", "\u{2}\0\0\0\0\0\0\0{}"), ("b.bin", "\u{1}\u{2}\u{3}\u{4}"),
    ] {
      #expect(!TextArtefact.isText(try scratch.file(name, holding: text)), "\(name)")
    }
    #expect(!TextArtefact.isText(scratch.url.appendingPathComponent("none")))
    let hostile = try scratch.file("x.txt", holding: "a\u{1B}[2Jb\n")
    #expect(try TextArtefact.head(of: hostile, count: 9, width: nil)[1] == #"a\u{1b}[2Jb"#)
  }

  @Test func columnsThatDoNotFitAreCounted() throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file(
      "w.csv", holding: "epoch,aaaaaaaaaa,bbbbbbbbbb,cccccccccc\n1,2,3,4\n")
    let lines = try TextArtefact.table(ofCSV: url, count: 9, width: 42)
    #expect(lines[1] == "  epoch  aaaaaaaaaa  … 2 more columns")
    #expect(lines[2] == "      1           2")
    #expect(lines[3] == "  1 row")
    #expect(lines.dropFirst().allSatisfy { $0.count <= 42 })
  }

  @Test func headerOnlyAndEmpty() throws {
    let scratch = try TemporaryFolder()
    let header = try scratch.file("header.csv", holding: "epoch,loss\n")
    #expect(
      try TextArtefact.table(ofCSV: header, count: 5, width: 80).dropFirst()
        == ["  epoch  loss", "  0 rows"])
    let empty = try scratch.file("empty.csv", holding: "")
    #expect(try TextArtefact.table(ofCSV: empty, count: 5, width: 80).last == "  0 rows")
  }

  @Test func jsonKeepsOrderAndNumbers() throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file(
      "m.json",
      holding: "{\"z\":69.020,\"a\":[1,2.50],\"empty\":{},\"list\":[{\"n\":\"a:b,[c] \\\" d\"}]}")
    #expect(
      try TextArtefact.indented(json: url) == [
        "{", "  \"z\": 69.020,", "  \"a\": [1, 2.50],", "  \"empty\": {},", "  \"list\": [",
        "    {\"n\": \"a:b,[c] \\\" d\"}", "  ]", "}",
      ])
    let long = "[" + (0..<60).map(String.init).joined(separator: ",") + "]"
    #expect(try TextArtefact.indented(json: scratch.file("l.json", holding: long)).count == 62)
  }

  @Test func badFilesAreNamed() throws {
    let scratch = try TemporaryFolder()
    let bad = try scratch.file("bad.json", holding: "{\"a\": }")
    #expect(throws: InspectionError.notJSON(file: bad.path)) {
      try TextArtefact.indented(json: bad)
    }
    // Foundation would read these as two valid UTF-16 characters.
    let zero = try scratch.file("zero.json", holding: "0\u{0}]")
    #expect(throws: InspectionError.notJSON(file: zero.path)) {
      try TextArtefact.indented(json: zero)
    }
    let binary = scratch.file("binary.csv")
    try Data([0xFF, 0xFE, 0]).write(to: binary)
    #expect(throws: InspectionError.notText(file: binary.path, format: nil)) {
      try TextArtefact.table(ofCSV: binary, count: 1, width: nil)
    }
    let absent = scratch.file("absent.json")
    #expect(
      throws: InspectionError.cannotRead(file: absent.path, reason: "No such file or directory")
    ) { try TextArtefact.indented(json: absent) }
  }
}
