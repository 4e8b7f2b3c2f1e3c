import Foundation
import Pages
import Planning
import Prose
import SourceText

/// A stage's chapter: prose, code, and the outputs of the code.
struct ChapterHTML {
  /// An entry of the table of contents.
  struct Entry: Equatable {
    let identifier: String
    let title: String
  }

  /// The chapter's title.
  let title: String
  let sections: [Entry]
  let html: HTML
  let state: ChapterState

  fileprivate struct Writer {
    let record: RunRecord
    let chapter: RunRecord.Chapter
    let outputs: OutputHTML
    var pieces: [HTML] = []
    var sections: [Entry] = []
    /// Whether a section is open.
    var isInSection = false
    /// The section that the next cell belongs to.
    var section = ""
  }

  /// - Throws: `ProseError` if a stage's prose can't be typeset.
  init(_ chapter: RunRecord.Chapter, of record: RunRecord) throws(ProseError) {
    let file = "stages/\(chapter.stage)/main.swift"
    var documents: [ProseDocument] = []
    for woven in chapter.cells {
      documents.append(
        try ProseDocument(
          markdown: woven.cell.prose, file: file, firstLine: woven.cell.proseLine))
    }
    let own = documents.lazy.compactMap(\.title).first ?? chapter.stage
    title = chapter.name == chapter.stage ? own : "\(own): \(chapter.name)"
    state = ChapterState(chapter, in: record)
    var writer = Writer(
      record: record, chapter: chapter, outputs: OutputHTML(record: record, chapter: chapter))
    writer.open(title: title, state: state)
    for (woven, document) in zip(chapter.cells, documents) {
      if chapter.first == nil {
        writer.write(document)
        writer.write(woven.cell.shownCode)
      } else {
        writer.note(document)
      }
      writer.writeOutputs(of: woven)
    }
    writer.close(state: state)
    sections = writer.sections
    html = writer.pieces.joined()
  }
}

extension ChapterHTML.Writer {
  /// The chapter's anchor.
  private func identifier(of name: String) -> String { "chapter-\(Page.identifier(for: name))" }

  mutating func open(title: String, state: ChapterState) {
    let stage = chapter.name == chapter.stage ? "Stage" : "Stage \(chapter.stage), as"
    pieces.append(
      """
      <section class="chapter" id="\(identifier(of: chapter.name))" aria-labelledby="\(identifier(of: chapter.name))-title"\(PlaceInView.attributes(of: identifier(of: chapter.name)))>
      <p class="kicker">\(stage) \(chapter.name)</p>
      <h2 id="\(identifier(of: chapter.name))-title">\(title)</h2>
      """)
    pieces.append(state.html(for: chapter, in: record))
    if let first = chapter.first {
      pieces.append(
        """
        <p>This is the stage \(chapter.stage) once more, on other inputs or values. Its prose and code \
        stand in <a href="#\(identifier(of: first))">the chapter of \(first)</a>; here is what it \
        showed.</p>
        """)
    }
    pieces.append(outputs.html(of: chapter.general))
  }

  mutating func write(_ document: ProseDocument) {
    for block in document.blocks {
      switch block {
      case .heading(1, _, _): break
      case .heading(let level, let html, let text):
        let heading = HTML(trusted: "h\(min(level + 1, 6))")
        let name = "\(identifier(of: chapter.name))-\(Page.identifier(for: text))"
        if level == 2 {
          endSection()
          sections.append(.init(identifier: name, title: text))
          pieces.append("<div\(PlaceInView.attributes(of: name))>")
          isInSection = true
        }
        pieces.append("<\(heading) id=\"\(name)\">\(html)</\(heading)>")
      case .text(let html): pieces.append(html)
      }
    }
  }

  /// In a chapter without prose, remembers the section for the outputs that follow, if there are any.
  mutating func note(_ document: ProseDocument) {
    for case .heading(2, _, let text) in document.blocks { section = text }
  }

  /// Code longer than this is folded.
  private static let longestOpenCode = 14

  mutating func write(_ code: String) {
    guard !code.isEmpty else { return }
    let spans = HighlightedSwift(of: code).spans.map { span -> HTML in
      switch span.look {
      case .plain: HTML(text: span.text)
      default: "<span class=\"\(String(span.look.rawValue.prefix(1)))\">\(span.text)</span>"
      }
    }
    let block: HTML = """
      <pre class="code" tabindex="0" role="group" aria-label="Swift code"><code>\(spans.joined(separator: ""))</code></pre>
      """
    let count = code.split(separator: "\n", omittingEmptySubsequences: false).count
    pieces.append(
      count <= Self.longestOpenCode
        ? block : "<details>\n<summary>\(count) lines of code</summary>\n\(block)\n</details>")
  }

  mutating func writeOutputs(of woven: WovenCell) {
    let isEmpty = woven.outputs.isEmpty && woven.olderOutputs.isEmpty
    if chapter.first != nil, !isEmpty, !section.isEmpty {
      pieces.append("<h3>\(section)</h3>")
      section = ""
    }
    pieces.append(outputs.html(of: woven.outputs))
    if !woven.olderOutputs.isEmpty {
      let why =
        woven.hasRun ? "the code that showed it is gone" : "the code has changed since it ran"
      pieces.append("<p class=\"note\">Older than its source: \(why).</p>")
      pieces.append(outputs.html(of: woven.olderOutputs))
    } else if !woven.hasRun, chapter.first == nil {
      pieces.append("<p class=\"note\">This cell did not run.</p>")
    }
  }

  private mutating func endSection() {
    if isInSection { pieces.append("</div>") }
    isInSection = false
  }

  mutating func close(state: ChapterState) {
    endSection()
    pieces.append(files)
    pieces.append("</section>")
  }

  /// The files that the step wrote.
  private var files: HTML {
    guard let manifest = chapter.manifest else { return HTML() }
    let rows = manifest.outputs.flatMap { output in
      output.files.map { file -> [HTML] in
        [
          "<a href=\"\(record.link(toFile: file.file, of: chapter))\">\(file.file)</a>",
          HTML(text: output.name), HTML(text: Wording.size(file.bytes)),
          "<span class=\"key\">\(Wording.short(file.digest))</span>",
        ]
      }
    }
    let table = DataTable(
      caption: "Files of \(chapter.name)", header: ["file", "output", "size", "content digest"],
      rows: rows, numeric: [2])
    let folder = record.link(toFolderOf: chapter)
    let hasLog = FileManager.default.fileExists(
      atPath: record.folder(of: manifest).appendingPathComponent(LogFilter.fileName).path)
    let log: HTML =
      hasLog ? "<a href=\"\(folder)\(LogFilter.fileName)\">\(LogFilter.fileName)</a> and " : ""
    return """
      <details class="files">
      <summary>\(rows.count) files of this stage</summary>
      \(table.html)
      <p>In <a href="\(folder)">\(String(folder.dropFirst("../../".count)))</a>, with \(log)<a href="\(folder)manifest.json">manifest.json</a>; \
      <code>./pipeline.sh inspect \(chapter.name) --run \(record.name)</code> looks into them.</p>
      </details>
      """
  }
}

/// Whether a chapter's results match its current recipe and source.
enum ChapterState: Equatable {
  case current
  /// The result is valid, but its source, recipe or inputs have changed since; with the reason.
  case older(String)
  case notRun

  init(_ chapter: RunRecord.Chapter, in record: RunRecord) {
    guard chapter.manifest != nil else {
      self = .notRun
      return
    }
    switch chapter.planned.state {
    case .current(let present):
      self =
        present.key == chapter.manifest?.key
        ? .current
        : .older("the cache holds what the recipe now asks for; the run has not taken it")
    case .due:
      self = .older(Explanation(record.plan, in: record.project).summary(of: chapter.planned))
    case .waiting(let producers): self = .older("\(Wording.list(producers)) would run first")
    case .outdated, .absent: self = .older("it was not part of the last run")
    }
  }

  /// A word for the table of contents; nil if the result is current.
  var word: String? {
    switch self {
    case .current: nil
    case .older: "older"
    case .notRun: "not run"
    }
  }

  func html(for chapter: RunRecord.Chapter, in record: RunRecord) -> HTML {
    switch self {
    case .current: return HTML()
    case .notRun:
      return "<p class=\"note warning\">This stage has not run: there are no results below.</p>"
    case .older(let reason):
      return """
        <p class="note warning">Older than its source: these results stand from an earlier run and \
        would be computed again (\(reason)). <code>./pipeline.sh why \(chapter.name) \(record.name)</code> \
        says more.</p>
        """
    }
  }
}
