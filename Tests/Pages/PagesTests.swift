import Foundation
import Pages
import Testing

/// Text is escaped, and pages are self-contained.
@Suite struct PagesTests {
  /// Phones use the narrow layout; other devices, and browsers without this feature, the other one.
  @Test func aPictureHasALayoutForNarrowScreens() {
    let wide = Picture(.svg, data: Data("<svg/>".utf8), description: "a <curve>")
    #expect(
      wide.html.markup
        == "<img src=\"data:image/svg+xml;base64,PHN2Zy8+\" alt=\"a &lt;curve&gt;\">")
    let both = Picture(
      .svg, data: Data("<svg/>".utf8), description: "a", narrow: Data("<svg />".utf8))
    #expect(
      both.html.markup == "<picture><source media=\"(max-width: 40rem)\" "
        + "srcset=\"data:image/svg+xml;base64,PHN2ZyAvPg==\">"
        + "<img src=\"data:image/svg+xml;base64,PHN2Zy8+\" alt=\"a\"></picture>")
  }

  /// Section, link and their common scope name the same timeline.
  @Test func contentsMarkThePlaceInView() {
    let document = Page(
      title: "t", summary: "s", contents: "<a\(PlaceInView.linkAttributes(to: "one"))>1</a>",
      places: ["one", "two"], main: "<div\(PlaceInView.attributes(of: "one"))></div>", footer: ""
    ).document
    #expect(document.contains("style=\"timeline-scope: --at-one, --at-two\""))
    #expect(document.contains("<a class=\"spied\" style=\"animation-timeline: --at-one\">"))
    #expect(
      document.contains("<div style=\"view-timeline: --at-one; view-timeline-inset: 25% 74%\">"))
    #expect(
      !Page(title: "t", summary: "s", places: ["one"], main: "", footer: "").document
        .contains("timeline-scope"))
  }

  @Test func interpolatedTextIsEscaped() {
    let name = "<b>&\"'"
    let html: HTML = "<td title=\"\(name)\">\(name)</td>"
    #expect(
      html.markup
        == "<td title=\"&lt;b&gt;&amp;&quot;&#39;\">&lt;b&gt;&amp;&quot;&#39;</td>")
    let nested: HTML = "<tr>\(html)\(3)</tr>"
    #expect(nested.markup == "<tr>" + html.markup + "3</tr>")
    #expect(HTML(text: "a\0b\u{1B}[1m\u{85}\n\tc").markup == "a\u{FFFD}b\u{FFFD}[1m\u{FFFD}\n\tc")
  }

  /// A name that changes the reading direction would reorder neighbouring cells.
  @Test(arguments: ["\u{202E}", "\u{2066}", "\u{200F}", "\u{61C}", "\u{2028}"])
  func changesOfDirectionAreReplaced(_ mark: String) {
    #expect(HTML(text: "cat\(mark)dog").markup == "cat\u{FFFD}dog")
  }

  @Test func aPageForbidsRequestsAndScripts() {
    let page = Page(title: "a < b", summary: "say \"it\"", main: "<p>text</p>", footer: "end")
    let text = page.document
    #expect(text.hasPrefix("<!DOCTYPE html>"))
    #expect(text.contains("<title>a &lt; b</title>"))
    #expect(text.contains("content=\"say &quot;it&quot;\""))
    #expect(text.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
    #expect(!text.contains("<script"))
    #expect(!text.contains("://"), "an address from which something could be fetched")
    #expect(!text.contains("<nav"), "no list of contents was given")
  }

  @Test(arguments: [
    ("The loop", "the-loop"), ("Was it kept?", "was-it-kept"), ("  2 × 2  ", "2-2"),
    ("Δ", "section"), ("", "section"), ("preprocess-and-split", "preprocess-and-split"),
  ])
  func identifiers(text: String, identifier: String) {
    #expect(Page.identifier(for: text) == identifier)
  }

  @Test func columnsOfNumbersStandToTheRight() {
    let table = DataTable(
      caption: "<c>", header: ["class", "top-1", "note"],
      rows: [["cat", "48.3", "a"], ["2 dogs", "–", ""], ["frog", "−1"]])
    let text = table.html.markup
    #expect(text.contains("<th scope=\"col\" class=\"number\">top-1</th>"))
    #expect(text.contains("<th scope=\"col\">class</th>"))
    #expect(text.contains("<td class=\"number\">48.3</td>"))
    #expect(text.contains("<tr><td>frog</td><td class=\"number\">−1</td><td></td></tr>"))
    #expect(text.contains("aria-label=\"&lt;c&gt;\""))
    #expect(text.contains("tabindex=\"0\""), "a box that scrolls is reached by keyboard")
  }

  /// Links and folds are of no use on paper; two figures fit on a page, and none is cut in two.
  @Test func paperIsReadableAlone() throws {
    let page = Page(title: "t", summary: "s", contents: "<ol></ol>", main: "<p>x</p>", footer: "")
    let paper = try #require(page.document.split(separator: "@media print").last)
    #expect(
      paper.contains(
        ".skip, #contents, .files, details:has(> pre.code) > summary { display: none; }"))
    #expect(paper.contains(/figure, [^{]*pre { break-inside: avoid; }/))
    #expect(paper.contains("figure img { max-height: 105mm;"))
    #expect(paper.contains("color-scheme: light;"))
  }

  @Test func picturesAreData() {
    let picture = Picture(.svg, data: Data("<svg/>".utf8), description: "a \"figure\"")
    #expect(
      picture.html.markup
        == "<img src=\"data:image/svg+xml;base64,PHN2Zy8+\" alt=\"a &quot;figure&quot;\">")
  }

  @Test func chartsDrawWhatIsThere() {
    let bars = Chart.bars([0, 5, 10], description: "counts").markup
    #expect(bars.components(separatedBy: "v-").count == 3, "two bars, none for zero: \(bars)")
    #expect(bars.contains("v-60.0h"), "the highest fills the drawing: \(bars)")
    #expect(bars.contains("v-30.0h"))
    let line = Chart.line([1, .nan, 2, 3], description: "curve").markup
    #expect(line.components(separatedBy: "M").count == 4, "two strokes and the axis: \(line)")
    #expect(!line.contains("nan"))
    // With a scale, half of the range is drawn halfway up, and values beyond are drawn at the edge.
    let scaled = Chart.line([50, 200], over: 0...100, description: "curve").markup
    #expect(scaled.contains("M0.0 30.0L320.0 2.0"))
    #expect(Chart.line([.nan, .infinity], description: "nothing").isEmpty)
    #expect(Chart.line([2], description: "one").markup.contains("<path"))
  }
}
