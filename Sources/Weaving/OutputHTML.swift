import Foundation
import Pages
import TensorFiles

/// A stage's outputs, as shown under a cell.
struct OutputHTML {
  let record: RunRecord
  let chapter: RunRecord.Chapter

  /// The outputs in order; consecutive lines of text share a box.
  func html(of outputs: [StageOutput]) -> HTML {
    var pieces: [HTML] = []
    var lines: [String] = []
    var elsewhere: [HTML] = []
    func endLines() {
      if !lines.isEmpty { pieces.append(Self.box(lines.joined(separator: "\n"), label: "Output")) }
      if !elsewhere.isEmpty {
        pieces.append(
          "<p class=\"note\">Shown where it is explained: \(elsewhere.joined(separator: ", ")).</p>"
        )
      }
      (lines, elsewhere) = ([], [])
    }
    for output in outputs {
      if case .text(let text) = output.content {
        if !elsewhere.isEmpty { endLines() }
        lines.append(text)
        continue
      }
      if case .figure(let file, _) = output.content,
        let place = record.placement(ofFigure: file, drawnBy: chapter)
      {
        if !lines.isEmpty { endLines() }
        elsewhere.append("<a href=\"#\(place.identifier)\">\(place.name)</a>")
        continue
      }
      endLines()
      switch output.content {
      case .text: break
      case .warning(let text):
        pieces.append("<p class=\"note warning\"><strong>Warning:</strong> \(text)</p>")
      case .table(let header, let rows):
        pieces.append(Self.table(header: header, rows: rows))
      case .figure(let file, let caption):
        pieces.append(figure(file: file, caption: caption))
      case .drawing(let name, let output):
        pieces.append(drawing(called: name, from: output))
      }
    }
    endLines()
    return pieces.joined()
  }

  /// The largest number of rows of a table that is not collapsed; a longer one shows its first
  /// rows.
  private static let openRows = 40
  private static let firstRows = 10

  private static func table(header: [String], rows: [[String]]) -> HTML {
    func table(_ rows: [[String]]) -> HTML {
      let table = DataTable(
        caption: "Output: \(header.joined(separator: ", "))", header: header, rows: rows)
      return "<div class=\"output-table\">\n\(table.html)\n</div>"
    }
    guard rows.count > openRows else { return table(rows) }
    return """
      \(table(Array(rows.prefix(firstRows))))
      <details>
      <summary>All \(NumberText.grouped(rows.count)) rows, of which these are the first \(firstRows)</summary>
      \(table(rows))
      </details>
      """
  }

  static func box(_ text: String, label: String) -> HTML {
    "<pre class=\"output\" tabindex=\"0\" role=\"group\" aria-label=\"\(label)\">\(text)</pre>"
  }

  /// A figure that another stage drew from an output of this one; otherwise a note
  /// on where it is or why it is missing.
  private func drawing(called name: String, from output: String) -> HTML {
    switch record.drawing(called: name, from: output, of: chapter) {
    case .drawn(let drawing):
      return OutputHTML(record: record, chapter: drawing.chapter).figure(
        file: drawing.file, caption: drawing.caption,
        identifier: FigurePlacement(name: name, step: chapter.name).identifier)
    case .ofAnother(let step):
      return """
        <p class="note">The figure \(name) is drawn from the results of \
        <a href="#chapter-\(Page.identifier(for: step))">\(step)</a>.</p>
        """
    case .absent:
      return
        "<p class=\"note\">There is no figure \(name): it has not been drawn, or does not apply.</p>"
    }
  }

  /// A figure with its caption and links to all files of its name.
  func figure(file: String, caption: String, identifier: String? = nil) -> HTML {
    let name = RunRecord.stem(of: file)
    let siblings = (chapter.manifest?.outputs ?? []).flatMap(\.files).map(\.file)
      .filter {
        [name, "\(name)-narrow"].contains(RunRecord.stem(of: $0))
      }
      .sorted()
    let links = siblings.filter { !$0.contains("-narrow.") }.map { sibling -> HTML in
      "<a href=\"\(record.link(toFile: sibling, of: chapter))\">\(sibling)</a>"
    }.joined(separator: ", ")
    let under: HTML = "\(caption) <span class=\"files\">\(links)</span>"
    guard let picture = picture(named: name, shown: file, among: siblings, caption: caption) else {
      return "<p class=\"note\">The figure \(file) is not among the results. \(under)</p>"
    }
    return CaptionedFigure(picture: picture.html, caption: under, identifier: identifier).html
  }

  /// Largest embedded SVG in bytes. An SVG is sharper than a PNG and follows the page's dark mode,
  /// but becomes large if it has thousands of elements or holds the pixels of a picture.
  private static let largestDrawing = 200_000
  private static let largestPicture = 800_000

  private static func isLight(_ drawing: Data) -> Bool {
    drawing.count <= largestDrawing
      || drawing.count <= largestPicture && drawing.firstRange(of: Data("<image".utf8)) != nil
  }

  private func picture(
    named name: String, shown: String, among files: [String], caption: String
  ) -> Picture? {
    guard let manifest = chapter.manifest else { return nil }
    func load(_ file: String) -> (Picture.Kind, Data)? {
      guard files.contains(file),
        let kind = Picture.Kind(rawValue: URL(fileURLWithPath: file).pathExtension),
        let data = try? Data(
          contentsOf: record.folder(of: manifest).appendingPathComponent(file))
      else { return nil }
      return (kind, data)
    }
    let (drawing, pixels) = (load("\(name).svg"), load("\(name).png"))
    let chosen =
      if let drawing, Self.isLight(drawing.1) || pixels == nil { drawing } else {
        pixels ?? load(shown)
      }
    let narrow = chosen?.0 == .svg ? load("\(name)-narrow.svg") : nil
    return chosen.map { Picture($0.0, data: $0.1, description: caption, narrow: narrow?.1) }
  }
}
