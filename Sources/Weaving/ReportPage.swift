import Foundation
import Pages
import Planning
import Prose

/// The page of a run: front page, a chapter for each step, appendix.
struct ReportPage {
  let record: RunRecord

  /// The page as a file.
  ///
  /// - Throws: `ProseError` if a stage's prose can't be typeset.
  func document() throws(ProseError) -> String {
    var chapters: [(name: String, html: ChapterHTML)] = []
    for chapter in record.chapters {
      chapters.append((chapter.name, try ChapterHTML(chapter, of: record)))
    }
    let front = FrontPage(record)
    let main = [front.html] + chapters.map(\.html.html) + [Appendix(record: record).html]
    let page = Page(
      title: "\(record.name) · Tessera", summary: front.summary, contents: contents(chapters),
      places: places(chapters), main: main.joined(), footer: Self.footer)
    return page.document
  }

  private func contents(_ chapters: [(name: String, html: ChapterHTML)]) -> HTML {
    var items: [HTML] = ["<li><a href=\"#main\">\(record.name): the claim</a></li>"]
    for (name, chapter) in chapters {
      let state = chapter.state.word.map { word -> HTML in " <span class=\"state\">\(word)</span>" }
      items.append(
        item(
          .init(identifier: "chapter-\(Page.identifier(for: name))", title: chapter.title),
          state: state ?? HTML(), sections: chapter.sections))
    }
    items.append(
      item(.init(identifier: "appendix", title: "Appendix"), sections: Appendix.sections))
    return "<ol>\n\(items.joined())\n</ol>\n<p><a href=\"../index.html\">All runs</a></p>"
  }

  /// The targets of the table of contents, each highlighted while it is in view.
  private func places(_ chapters: [(name: String, html: ChapterHTML)]) -> [String] {
    chapters.flatMap { name, chapter in
      ["chapter-\(Page.identifier(for: name))"] + chapter.sections.map(\.identifier)
    } + ["appendix"] + Appendix.sections.map(\.identifier)
  }

  private func item(
    _ entry: ChapterHTML.Entry, state: HTML = HTML(), sections: [ChapterHTML.Entry]
  ) -> HTML {
    let inner = sections.map { section -> HTML in
      "<li>\(link(to: section))</li>"
    }
    let list: HTML = inner.isEmpty ? HTML() : "\n<ol>\n\(inner.joined())\n</ol>\n"
    return "<li>\(link(to: entry, state: state))\(list)</li>"
  }

  private func link(to entry: ChapterHTML.Entry, state: HTML = HTML()) -> HTML {
    """
    <a href="#\(entry.identifier)"\(PlaceInView.linkAttributes(to: entry.identifier))>\(entry.title)\(state)</a>
    """
  }

  static let footer: HTML = """
    <p>Woven by Tessera from the results in <code>data/</code>. Code and prose are those of \
    <code>stages/*/main.swift</code>; what stands under a cell is what it showed when it ran. \
    <code>./pipeline.sh report</code> weaves the page again.</p>
    """
}
