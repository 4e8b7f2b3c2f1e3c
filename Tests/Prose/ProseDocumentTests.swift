import Pages
import Prose
import Testing

/// Markdown as written in stages.
@Suite struct ProseDocumentTests {
  private func blocks(_ markdown: String) throws -> [ProseDocument.Block] {
    try ProseDocument(markdown: markdown, file: "main.swift").blocks
  }

  private func text(_ markdown: String) throws -> String {
    try blocks(markdown).map { block in
      switch block {
      case .heading(let level, let html, _): "h\(level):\(html.markup)"
      case .text(let html): html.markup
      }
    }.joined(separator: "\n")
  }

  @Test func headingsKeepTheirTextApart() throws {
    guard case .heading(1, let html, let plain) = try blocks("# The *loop* of $x_1$\n\ntext")[0]
    else {
      Issue.record("no heading of level 1")
      return
    }
    #expect(html.markup.hasPrefix("The <em>loop</em> of <math"))
    #expect(html.markup.hasSuffix("</math>"))
    #expect(plain == "The loop of x_1")
    #expect(try ProseDocument(markdown: "## a\n\n# b `c`", file: "").title == "b c")
    #expect(try ProseDocument(markdown: "## a", file: "").title == nil)
  }

  @Test func formulasAreNotMarkdown() throws {
    let inline = try text("so $a_1*b_2*c_3$ and *this*")
    #expect(inline.contains("<msub><mi>b</mi><mn>2</mn></msub>"))
    #expect(inline.contains("<em>this</em>"))
    let display = try text("first\n\n$$\n\\frac{a}{b}\n$$\n\nlast")
    #expect(
      display.contains(
        "<p><span class=\"formula\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\"><math display=\"block\""
      ))
    #expect(display.contains("<p>last</p>"))
  }

  @Test(arguments: [
    "it costs $5", "between $5 and $10 a day", "\\$x\\$", "`$x$`", "``a ` $x$``", "a $ b $ c",
    "US$5, CA$6", "```\n$x$\n```", "~~~sh\necho $HOME $PATH\n~~~", "text\n\n    $x$ is code\n",
    "$x\n\ny$", "echo $HOME",
  ])
  func moneyAndCodeAreNoFormulas(markdown: String) throws {
    #expect(!(try text(markdown).contains("<math")), "\(markdown)")
    #expect(try text(markdown).contains("$"))
  }

  @Test(arguments: [
    "$x$", "($x$)", "a $x$, b", "**$x$**", "| a |\n|---|\n| $x$ |", "- $x$", "> $x$",
  ])
  func formulasStandAnywhereInText(markdown: String) throws {
    #expect(try text(markdown).contains("<mi>x</mi></math>"), "\(markdown)")
  }

  @Test func htmlAndScriptsAreLeftOut() throws {
    let shown = try text(
      "a <script>alert(1)</script> b\n\n<div onclick=x>\n\n[l](javascript:x) $x<y$")
    #expect(!shown.contains("<script") && !shown.contains("<div") && !shown.contains("javascript:"))
    #expect(shown.contains("<mo>&lt;</mo>"))
  }

  @Test func tablesScrollAndNameTheirRows() throws {
    let plain = try text("| | |\n|---|---|\n| reads | `a` |\n| | b |")
    #expect(!plain.contains("<thead>"))
    #expect(plain.contains("<th scope=\"row\">reads</th>"))
    #expect(plain.contains("class=\"scroll\""))
    #expect(plain.contains("<tr>\n<td></td>"), "a row without a name: \(plain)")
    let headed = try text("| class | n |\n|---|--:|\n| cat | 5 |")
    #expect(headed.contains("<th scope=\"col\">class</th>"))
    #expect(headed.contains("<th scope=\"col\" class=\"number\">n</th>"))
    #expect(headed.contains("<td class=\"number\">5</td>"))
  }

  @Test(arguments: [
    ("one\n\ntwo $\\foo$", 12, "there is no command '\\foo'"),
    ("$$\na\n\n", 10, "'$$' has no second '$$'"),
    (
      "one\ntwo ![p](http://x/y.png)", 11, "the picture 'http://x/y.png' can't be part of the prose"
    ),
    ("| a |\n|---|\n| $\\foo$ |", 12, "there is no command"),
    ("$a$\n$$\nx\n$$\n\n```\n$\\no$\n```\n$b$ $\\foo$", 18, "there is no command"),
  ])
  func mistakesNameFileAndLine(markdown: String, line: Int, message: String) throws {
    let error = try #require(throws: ProseError.self) {
      try ProseDocument(markdown: markdown, file: "stages/train/main.swift", firstLine: 10)
    }
    #expect(error.line == line, "\(error)")
    #expect(error.description.hasPrefix("stages/train/main.swift:\(line): "))
    #expect(error.description.contains(message))
    #expect(!error.description.contains("\n"))
  }

  /// Any error other than a `ProseError` fails the test, and many texts must be accepted and many
  /// rejected.
  @Test func anyTextIsAPage() throws {
    var (shown, refused) = (0, 0)
    var state: UInt64 = 7
    let pieces = [
      "$", "$$", "`", "```", "\n", "\n\n", "x", " ", "\\", "|", "---", "# ", "*", "_", "    ",
      "<a>",
      "\u{E000}0\u{E001}", "[l](u)", "~~~", "- ", "1", "\0", "\u{FFFD}",
    ]
    for _ in 0..<3000 {
      var markdown = ""
      for _ in 0..<14 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        markdown += pieces[Int(state >> 33) % pieces.count]
      }
      do {
        let page = try text(markdown)
        shown += 1
        #expect(!page.contains("\u{E000}"), "a mark is left: \(markdown.debugDescription)")
      } catch is ProseError {
        refused += 1
      }
    }
    #expect(shown > 1000 && refused > 100, "\(shown) shown, \(refused) refused")
  }
}
