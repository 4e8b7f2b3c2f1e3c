import Foundation
import Prose
import TestSupport
import Testing
import Weaving

/// The page of a small run.
@Suite struct WeavingTests {
  /// Expects the texts on the page, in this order.
  private func expect(
    _ texts: [String], inOrderOn page: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var rest = page[...]
    for text in texts {
      guard let place = rest.firstRange(of: text) else {
        Issue.record(
          "'\(text)' is not on the page\(page.contains(text) ? " at its place" : "")",
          sourceLocation: sourceLocation)
        return
      }
      rest = rest[place.upperBound...]
    }
  }

  @Test func outputsStandUnderTheirCells() throws {
    let project = try WovenProject()
    try project.run()
    let page = try project.page()
    expect(
      [
        "<h1>small</h1>", "A small run.", "the numbers are made up", "90.00\u{A0}%",
        "selected on test", "./pipeline.sh run small", "curve.svg",
        "Making numbers</h2>", "the numbers are made up",
        "a price of $5", "<msup><mi>e</mi>", "<math display=\"block\"", "<munderover><mo>∑</mo>",
        "<th scope=\"row\">writes</th>", "<span class=\"k\">import </span>",
        "<h3 id=\"chapter-make-the-first-section\">", "<li>one</li>",
        "<span class=\"c\">// a comment", "first &lt;b&gt;\nand more</pre>",
        "<summary>17 lines of code</summary>", "cat &amp; dog", "The last section</h3>",
        "from a hidden line", "numbers.csv", "Scores</h2>", "score 90",
        "Scores: again</h2>", "href=\"#chapter-score\"", "<h3>How good</h3>", "score 90",
        "Figures</h2>", "<source media=\"(max-width: 40rem)\" srcset=\"data:image/svg+xml;base64,",
        "<img src=\"data:image/svg+xml;base64,", "A curve.",
        "<a href=\"curve.gp\">", "data:image/png;base64,", "Many pieces.",
        "The figure lost.svg is not among the results.",
        "Appendix", "data.seed: 3", "swift-numerics", "1.0.3", "pinned in Package.swift",
      ], inOrderOn: page)
    #expect(!page.contains("//hide") && !page.contains("secret"))
    #expect(!page.contains("<script"))
    #expect(!page.contains("Older than its source") && !page.contains("did not run"))
    #expect(page.components(separatedBy: "score 90").count == 3, "once for each step")
    #expect(page.components(separatedBy: "<h1").count == 2)
  }

  /// A figure is in the chapter of the step from whose output it is drawn; the chapters of other
  /// steps, and that of the stage that drew it, link to it.
  @Test func aFigureStandsWhereItIsGivenAPlace() throws {
    let project = try WovenProject(placesFigures: true)
    try project.run()
    let page = try project.page()
    expect(
      [
        "Scores</h2>", "score 90",
        "The figure curve is drawn from the results of \n<a href=\"#chapter-again\">again</a>.",
        "There is no figure absent", "Scores: again</h2>", "score 90",
        "<figure id=\"figure-again-curve\">", "A curve.", "There is no figure absent",
        "Figures</h2>", "Shown where it is explained: <a href=\"#figure-again-curve\">curve</a>.",
        "Many pieces.",
      ].map { $0.replacing("\n", with: "") }, inOrderOn: page)
    // Once in its chapter, and once on the front page, as the graph requires.
    #expect(page.components(separatedBy: "A curve. <span").count == 3)
  }

  @Test func aFigureOfAStageThatDidNotRunIsAbsent() throws {
    let project = try WovenProject(placesFigures: true)
    try project.run(until: "again")
    let page = try project.page()
    expect(["Scores: again</h2>", "There is no figure curve"], inOrderOn: page)
    #expect(!page.contains("<figure"))
  }

  /// A browser loads nothing except data within the page.
  @Test func thePageIsWhole() throws {
    let project = try WovenProject()
    try project.run()
    for path in ["plots/small/report.html", "plots/index.html"] {
      _ = try project.page()
      let page = try project.read(path)
      let sources = page.matches(of: /src="([^"]*)"/)
      // The list of runs has no pictures.
      #expect(sources.isEmpty == (path == "plots/index.html"))
      for source in sources {
        #expect(source.1.hasPrefix("data:"), "\(path) fetches \(source.1.prefix(80))")
      }
      for link in page.matches(of: /<link[^>]*href="([^"]*)"/) {
        #expect(link.1.hasPrefix("data:"))
      }
      #expect(!page.contains("url(") && !page.contains("@import"))
      let links = page.matches(of: /<a [^>]*href="([^"#]+)"/)
      #expect(!links.isEmpty)
      for link in links {
        let target = project.root.appendingPathComponent(path).deletingLastPathComponent()
          .appendingPathComponent(String(link.1))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(path): \(link.1)")
      }
    }
    #expect(try project.read("plots/index.html").contains("small/report.html"))
  }

  @Test func layoutProseAndPlaceDoNotMakeOutputsOlder() throws {
    let project = try WovenProject()
    try project.run()
    let source = "stages/make/main.swift"
    try project.replace("//: - two", by: "//: - two\n//: - three", in: source)
    try project.replace("let first = 1  // a comment", by: "let  first = 1 // another", in: source)
    // The last cell is removed first.
    try project.replace("//: ## The last section\n\nshow(\"hidden\")  //hide", by: "", in: source)
    try project.replace(
      "//: ## The first section",
      by: "//: ## Moved\n\nshow(\"hidden\")\n\n//: ## The first section",
      in: source)
    let page = try project.page()
    #expect(!page.contains("Older than its source: the code") && !page.contains("did not run"))
    expect(
      ["Moved</h3>", "from a hidden line", "<li>three</li>", "first &lt;b&gt;", "cat &amp; dog"],
      inOrderOn: page)
  }

  @Test func changedNewAndLostCellsSaySo() throws {
    let project = try WovenProject()
    try project.run()
    let source = "stages/make/main.swift"
    try project.replace("let first = 1", by: "let first = 2", in: source)
    try project.replace("  14,\n", by: "  14,\n  15,\n", in: source)
    try project.replace("show(\"hidden\")  //hide", by: "", in: source)
    try project.replace(
      "import Foundation", by: "import Foundation\n\n//: ## New\n\nlet new = 1", in: source)
    let page = try project.page()
    let changed = "Older than its source: the code has changed since it ran."
    expect(
      [
        "Reservations", "Results older than their source or recipe: make",
        "would be computed again (code: stages/make/main.swift", "New</h3>",
        "This cell did not run.",
        "The first section</h3>", changed, "first &lt;b&gt;", changed, "cat &amp; dog",
        "from a hidden line",
      ], inOrderOn: page)

    // If a cell is removed and its neighbour is unchanged, the two are distinguished.
    try project.replace("let first = 2", by: "let first = 1", in: source)
    try project.replace("  15,\n", by: "", in: source)
    expect(
      [
        "first &lt;b&gt;", "cat &amp; dog",
        "Older than its source: the code that showed it is gone.", "from a hidden line",
      ], inOrderOn: try project.page())
  }

  @Test func whatDidNotRunSaysSo() throws {
    let project = try WovenProject()
    try project.run(until: "make")
    let page = try project.page()
    expect(
      [
        "Not run: score, again and draw.", "No evaluation yet", "Making numbers</h2>",
        "first &lt;b&gt;", "Scores</h2>", "This stage has not run", "This cell did not run.",
      ], inOrderOn: page)
  }

  @Test func aPageIsWrittenWhereItShowsSomethingNew() throws {
    let project = try WovenProject()
    try project.run()
    #expect(try project.weave() == .written)
    #expect(try project.weave() == .current)
    try project.run()
    #expect(try project.weave() == .current, "nothing ran")
    try project.replace("//: - two", by: "//: - three", in: "stages/make/main.swift")
    #expect(try project.weave() == .written, "the prose has changed")
    try project.remove("plots/small")
    try project.run()
    #expect(try project.weave() == .written, "the page was gone")
    #expect(try project.read("plots/small/curve.gp") == "plot 1")
    try project.replace("digits: 2", by: "digits: 3", in: "stages/recipes/small.yaml")
    try project.run()
    #expect(try project.weave() == .written, "a step ran")
    try project.remove("plots/index.html")
    #expect(try project.weave() == .written, "the list of runs was gone")
    // Publishing again does not change the page.
    let page = try project.read("plots/small/report.html")
    try project.run()
    #expect(try project.read("plots/small/report.html") == page)
  }

  @Test func mistakesInProseNameTheirLine() throws {
    let project = try WovenProject()
    try project.run()
    try project.replace("\\sum", by: "\\summe", in: "stages/make/main.swift")
    let error = try #require(throws: ProseError.self) { try project.page() }
    #expect(error.description.hasPrefix("stages/make/main.swift:5: formula"))
    #expect(error.description.contains("'\\summe'"))
  }

  @Test func theIndexListsAllRuns() throws {
    let project = try WovenProject()
    try project.run()
    _ = try project.weave()
    try project.run("other", until: "make")
    _ = try project.weave("other")
    let page = try project.read("plots/index.html")
    expect(["2 runs", "No evaluation yet."], inOrderOn: page)
    #expect(page.contains("other/report.html") && page.contains("small/report.html"))
    #expect(page.contains("<strong>90.00\u{A0}%</strong> top-1 on 200 test images"))
    #expect(page.contains("selected on test"))
  }
}

/// The page that compares several runs.
@Suite struct ComparisonPageTests {
  @Test func runsStandSideBySide() throws {
    let project = try WovenProject()
    try project.run()
    _ = try project.weave()
    try project.replace("digits: 2", by: "digits: 3", in: "stages/recipes/small.yaml")
    try project.run("other")
    let path = try project.compare(["small", "other"])
    #expect(path == "plots/compare/small+other/report.html")
    let page = try project.read(path)
    #expect(page.contains("<h1>small and other</h1>"))
    #expect(page.contains("<th scope=\"row\">score.digits (again)</th>"))
    #expect(page.contains("../../small/report.html"))
    #expect(page.contains("./pipeline.sh run small --as other"))
    #expect(page.contains("no valid training, so no curves"))
    #expect(page.contains("6.0\u{A0}s"), "four stages of 1.5 seconds")
    let index = try project.read("plots/index.html")
    #expect(index.contains("compare/small+other/report.html"))
    #expect(index.contains("small and other</a>"))
  }
}

/// Pages in a browser.
@Suite(.enabled(if: PythonPeer.hasBrowser, Comment(rawValue: PythonPeer.reasonWithoutBrowser)))
struct BrowserTests {
  /// Widths, colours, console, requests, links, accessibility: what `check_pages.py` lists.
  @Test func pagesHaveNoProblems() throws {
    let project = try WovenProject()
    try project.run()
    _ = try project.weave()
    try project.run("other", until: "make")
    _ = try project.weave("other")
    let paths = [
      "plots/small/report.html", "plots/other/report.html",
      try project.compare(["small", "other"]), "plots/index.html",
    ]
    let output = try PythonPeer.run(
      file: "check_pages.py",
      ["--quick"] + paths.map { project.root.appendingPathComponent($0).path })
    #expect(output.contains("4 pages, 0 problems"), "\(output)")
  }
}

/// The cells of a source.
@Suite struct StageSourceTests {
  private func cells(_ lines: String...) -> [StageSource.Cell] {
    StageSource(lines.joined(separator: "\n")).cells
  }

  @Test func oneRuleTellsProseFromCode() {
    let found = cells("//: a", "//:b", "//", "// code", "  //: indented", "//- more", "x //hide")
    #expect(found.count == 1)
    #expect(found[0].prose == "a\nb")
    #expect(found[0].shownCode == "//\n// code\n  //: indented\n//- more")
    #expect(found[0].code.hasSuffix("x //hide"))
  }

  @Test func cellsBeginAtProseAfterCodeAndAtBreaks() {
    let found = cells(
      "//: a", "", "//: b", "", "let x = 1", "", "//: c", "//-", "//: d", "let y = 2", "//-", "",
      "let z = 3", "")
    #expect(found.map(\.prose) == ["a\n\nb", "c", "d", ""])
    #expect(found.map(\.shownCode) == ["let x = 1", "", "let y = 2", "let z = 3"])
    #expect(found.map(\.proseLine) == [1, 7, 9, 1])
    #expect(found.map(\.lines) == [1..<7, 7..<8, 8..<11, 11..<15])
    #expect(found.map { $0.codeDigest != nil } == [true, false, true, true])
  }

  @Test func theDigestIsThatOfTheTokens() {
    let digests = ["let x = 1", "let  x  =  1 // one", "\n\nlet x = 1\n", "let x = 2"]
      .map { cells($0)[0].codeDigest }
    #expect(digests[0] == digests[1] && digests[1] == digests[2])
    #expect(digests[0] != digests[3])
    #expect(cells("// only a comment")[0].codeDigest == nil)
  }

  @Test func carriageReturnsAndNothingAtAll() {
    #expect(cells("//: a\r", "let x = 1\r")[0].prose == "a")
    #expect(cells("").isEmpty)
    #expect(cells("//-", "//-").isEmpty)
  }
}
