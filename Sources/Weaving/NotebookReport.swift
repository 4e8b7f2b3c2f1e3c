import Foundation
import Pages
import Planning
import TensorFiles

/// A run as a notebook that Jupyter and GitHub show: the chapters' prose and code, and under each cell
/// its outputs.
struct NotebookReport {
  let record: RunRecord

  /// The notebook's bytes.
  func data() throws -> Data {
    var cells = [opening]
    var executions = 0
    for (index, chapter) in record.chapters.enumerated() {
      cells += ChapterCells(record: record, chapter: chapter, number: index + 1)
        .cells(counting: &executions)
    }
    return try NotebookFile(cells: cells).data()
  }

  private var opening: NotebookFile.Cell {
    let front = FrontPage(record)
    let command = FrontPage.command(for: record.plan.request)
    return NotebookFile.Cell(
      kind: .markdown, identifier: "opening",
      source: """
        # \(Self.escaped(record.name))

        \(Self.escaped(front.summary))

        **These cells are for reading.** They are the Swift programs of `stages/*/main.swift`, and what \
        stands under a cell is what it showed when its stage ran. They do not run one by one: a stage runs \
        as a whole, and only where something has changed. To run all of them, in the project's folder:

            \(command)

        One stage alone, for example `train`, with all that it needs:

            \(command) --until train
        """)
  }

  /// `text` with Markdown's markup characters escaped.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, letter in
      if "\\`*_{}[]<>()#+-.!|$&~".contains(letter) && letter != "." && letter != "-" {
        result += "\\"
      }
      result.append(letter)
    }
  }
}

/// The cells of one chapter.
private struct ChapterCells {
  let record: RunRecord
  let chapter: RunRecord.Chapter
  /// Its place in the notebook, from 1.
  let number: Int

  func cells(counting executions: inout Int) -> [NotebookFile.Cell] {
    var cells: [NotebookFile.Cell] = []
    func add(_ kind: NotebookFile.Cell.Kind, _ source: String) {
      cells.append(
        NotebookFile.Cell(
          kind: kind, identifier: "chapter-\(number)-cell-\(cells.count + 1)", source: source))
    }
    let isRepeated = chapter.first != nil
    add(.markdown, heading)
    for woven in chapter.cells {
      let prose = woven.cell.prose
      if !isRepeated, !prose.isEmpty { add(.markdown, Self.markdown(prose)) }
      let outputs = woven.outputs + woven.olderOutputs
      let code = woven.cell.shownCode
      guard isRepeated ? !outputs.isEmpty : !(code.isEmpty && outputs.isEmpty) else { continue }
      add(.code, code)
      if woven.hasRun { executions += 1 }
      cells[cells.count - 1].executionCount = woven.hasRun ? executions : nil
      cells[cells.count - 1].outputs =
        self.outputs(woven.outputs)
        + (woven.olderOutputs.isEmpty
          ? [] : [.text("older than its source:\n", isWarning: true)])
        + self.outputs(woven.olderOutputs)
    }
    return cells
  }

  /// The chapter's heading, with notes for the reader.
  private var heading: String {
    var lines = ["---", "*Stage \(NotebookReport.escaped(chapter.name))*"]
    if let first = chapter.first {
      lines.append(
        "The stage \(chapter.stage) once more, on other inputs or values; its prose is in the chapter "
          + "of \(NotebookReport.escaped(first)).")
    }
    switch ChapterState(chapter, in: record) {
    case .current: break
    case .older(let reason):
      lines.append("**Older than its source:** \(NotebookReport.escaped(reason)).")
    case .notRun: lines.append("**This stage has not run:** there are no results below.")
    }
    for case .warning(let text) in chapter.general.map(\.content) {
      lines.append("**Warning:** \(NotebookReport.escaped(text))")
    }
    return lines.joined(separator: "\n\n")
  }

  /// A stage's Markdown for MathJax, which has no `\argmax`.
  private static func markdown(_ prose: String) -> String {
    prose.replacing("\\argmax", with: "\\operatorname*{arg\\,max}")
  }

  private func outputs(_ outputs: [StageOutput]) -> [NotebookFile.Output] {
    var result: [NotebookFile.Output] = []
    for output in outputs {
      switch output.content {
      case .text(let text):
        let line = printable(text) + "\n"
        // Consecutive lines form one output.
        if case .text(let before, false) = result.last {
          result[result.count - 1] = .text(before + line, isWarning: false)
        } else {
          result.append(.text(line, isWarning: false))
        }
      case .warning(let text):
        result.append(.text("warning: \(printable(text))\n", isWarning: true))
      case .table(let header, let rows): result.append(table(header: header, rows: rows))
      case .figure(let file, let caption):
        if let place = record.placement(ofFigure: file, drawnBy: chapter) {
          result.append(
            .text("\(place.name): shown in the chapter of \(place.step)\n", isWarning: false))
        } else {
          result += figure(file: file, caption: caption, of: chapter)
        }
      case .drawing(let name, let output):
        switch record.drawing(called: name, from: output, of: chapter) {
        case .drawn(let drawing):
          result += figure(file: drawing.file, caption: drawing.caption, of: drawing.chapter)
        case .ofAnother(let step):
          result.append(
            .text("the figure \(name) is drawn from the results of \(step)\n", isWarning: false)
          )
        case .absent:
          result.append(.text("there is no figure \(name)\n", isWarning: false))
        }
      }
    }
    return result
  }

  private func printable(_ text: String) -> String { PrintableText.escaped(text, limit: .max) }

  private func table(header: [String], rows: [[String]]) -> NotebookFile.Output {
    func line(_ cells: [String], _ element: String) -> String {
      "<tr>"
        + cells.map { "<\(element)>\(HTML(text: $0).markup)</\(element)>" }.joined() + "</tr>\n"
    }
    let plain = ([header] + rows).map { $0.map(printable).joined(separator: "\t") }
    return .display([
      "text/html": "<table>\n" + line(header, "th") + rows.map { line($0, "td") }.joined()
        + "</table>",
      "text/plain": plain.joined(separator: "\n"),
    ])
  }

  /// Larger pictures are left out; the SVG beside them is shown.
  private static let largestPixels = 1_000_000

  /// The figure in each format there is, and its caption.
  private func figure(
    file: String, caption: String, of drawer: RunRecord.Chapter
  ) -> [NotebookFile.Output] {
    let name = RunRecord.stem(of: file)
    func load(_ format: String) -> Data? {
      guard let manifest = drawer.manifest, manifest.has(file: "\(name).\(format)") else {
        return nil
      }
      return try? Data(
        contentsOf: record.folder(of: manifest).appendingPathComponent("\(name).\(format)"))
    }
    var forms = ["text/plain": "figure \(name)"]
    let drawing = load("svg").map { String(decoding: $0, as: UTF8.self) }
    // Embedded in another page, a drawing would take on the page's style.
    if let drawing {
      forms["image/svg+xml"] = drawing.replacing(/<style>[^<]*<\/style>\n*/, with: "")
    }
    if let pixels = load("png"), drawing == nil || pixels.count <= Self.largestPixels {
      forms["image/png"] = pixels.base64EncodedString()
    }
    guard forms.count > 1 else {
      return [.text("the figure \(file) is not among the results\n", isWarning: true)]
    }
    return [
      .display(forms, description: caption),
      .display(["text/html": "<em>\(HTML(text: caption).markup)</em>", "text/plain": caption]),
    ]
  }
}
