import CMarkGFM
import Foundation
import Pages

/// Markdown with formulas, as parts of a page.
///
/// The Markdown is GitHub's (CommonMark 0.29 with tables), parsed by libcmark-gfm. HTML in it is
/// omitted; pictures are an error, since a page loads nothing.
public struct ProseDocument: Sendable, Equatable {
  public enum Block: Sendable, Equatable {
    /// A heading: its level, counted from 1, and its text as HTML and as plain text.
    case heading(level: Int, html: HTML, text: String)
    case text(HTML)
  }

  public let blocks: [Block]

  /// - Parameters:
  ///   - file: The name of the file in errors.
  ///   - firstLine: The line of the file on which the text begins.
  public init(markdown: String, file: String, firstLine: Int = 1) throws(ProseError) {
    let extraction = FormulaExtraction(markdown)
    if let line = extraction.unendedLine {
      throw ProseError(file: file, line: firstLine + line, .unendedFormula)
    }
    var formulas: [Formula] = []
    for found in extraction.formulas {
      do {
        formulas.append(try Formula(found.tex, isDisplay: found.isDisplay))
      } catch {
        throw ProseError(
          file: file, line: firstLine + found.line, .formula(tex: found.tex, problem: error))
      }
    }
    let reader = MarkdownReader(formulas: formulas)
    switch reader.blocks(of: extraction.text) {
    case .success(let blocks): self.blocks = blocks
    case .failure(let picture):
      throw ProseError(
        file: file, line: firstLine + picture.line - 1, .picture(address: picture.address))
    }
  }

  /// The first heading of level 1 as plain text; nil if there is none.
  public var title: String? {
    for case .heading(1, _, let text) in blocks { return text }
    return nil
  }
}

/// Traverses the tree that libcmark-gfm has parsed.
private struct MarkdownReader {
  struct Picture: Error {
    let line: Int
    let address: String
  }

  let formulas: [Formula]

  /// Enables typographic quotation marks and dashes.
  private static let options = CMARK_OPT_SMART | CMARK_OPT_VALIDATE_UTF8

  /// Registers the extensions once per process; the library has a global list of them.
  private static let registration: Void = cmark_gfm_core_extensions_ensure_registered()

  func blocks(of markdown: String) -> Result<[ProseDocument.Block], Picture> {
    Self.registration
    let parser = cmark_parser_new(Self.options)
    defer { cmark_parser_free(parser) }
    if let table = cmark_find_syntax_extension("table") {
      cmark_parser_attach_syntax_extension(parser, table)
    }
    var text = markdown
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        cmark_parser_feed(parser, $0.baseAddress, $0.count)
      }
    }
    let document = cmark_parser_finish(parser)
    defer { cmark_node_free(document) }
    if let picture = firstPicture(in: document) { return .failure(picture) }
    var blocks: [ProseDocument.Block] = []
    var node = cmark_node_first_child(document)
    while let current = node {
      blocks.append(block(current))
      node = cmark_node_next(current)
    }
    return .success(blocks)
  }

  private func firstPicture(in document: OpaquePointer?) -> Picture? {
    guard let iterator = cmark_iter_new(document) else { return nil }
    defer { cmark_iter_free(iterator) }
    var line = 1
    while true {
      let event = cmark_iter_next(iterator)
      guard event != CMARK_EVENT_DONE, let node = cmark_iter_get_node(iterator) else { return nil }
      let start = Int(cmark_node_get_start_line(node))
      if start > 0 { line = start }
      if cmark_node_get_type(node) == CMARK_NODE_IMAGE {
        let address = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
        return Picture(line: line, address: address)
      }
    }
  }

  private func block(_ node: OpaquePointer) -> ProseDocument.Block {
    guard cmark_node_get_type(node) == CMARK_NODE_HEADING else {
      let rendered = html(of: node)
      if Self.kind(of: node) == "table" { return .text(table(rendered)) }
      return .text(withFormulas(rendered))
    }
    // Only the content of the heading is rendered here; the page adds the element.
    var inner = html(of: node).trimmingCharacters(in: .whitespacesAndNewlines)
    if let open = inner.firstIndex(of: ">"), let close = inner.range(of: "</h", options: .backwards)
    {
      inner = String(inner[inner.index(after: open)..<close.lowerBound])
    }
    let level = Int(cmark_node_get_heading_level(node))
    return .heading(level: level, html: withFormulas(inner), text: plainText(of: node))
  }

  private static func kind(of node: OpaquePointer) -> String {
    cmark_node_get_type_string(node).map { String(cString: $0) } ?? ""
  }

  private func html(of node: OpaquePointer) -> String {
    guard let bytes = cmark_render_html(node, Self.options, nil) else { return "" }
    defer { free(bytes) }
    return String(cString: bytes)
  }

  private func plainText(of node: OpaquePointer) -> String {
    var result = ""
    guard let iterator = cmark_iter_new(node) else { return "" }
    defer { cmark_iter_free(iterator) }
    while true {
      let event = cmark_iter_next(iterator)
      guard event != CMARK_EVENT_DONE, let node = cmark_iter_get_node(iterator) else { break }
      if event == CMARK_EVENT_ENTER, let literal = cmark_node_get_literal(node) {
        result += String(cString: literal)
      }
    }
    return replacingMarks(in: result) { $0.tex }
  }

  /// A table in a scrollable box. If all cells of the header are empty, the table has no header,
  /// and its first column names the rows.
  private func table(_ rendered: String) -> HTML {
    var markup = rendered
    let emptyHeader = /<thead>\s*<tr>\s*(<th[^>]*><\/th>\s*)+<\/tr>\s*<\/thead>\s*/
    let isUnnamed = markup.firstMatch(of: emptyHeader) != nil
    if isUnnamed {
      markup = markup.replacing(emptyHeader, with: "")
      markup = markup.replacing(/<tr>\s*<td([^>]*)>(.*?)<\/td>/) { match in
        match.2.isEmpty
          ? "<tr>\n<td\(match.1)></td>" : "<tr>\n<th scope=\"row\"\(match.1)>\(match.2)</th>"
      }
    } else {
      markup = markup.replacing("<th", with: "<th scope=\"col\"")
        .replacing("<th scope=\"col\"ead>", with: "<thead>")
    }
    // Alignment by class, since the attribute `align` is obsolete in HTML.
    markup = markup.replacing(" align=\"right\"", with: " class=\"number\"")
      .replacing(/\ align="(left|center)"/) { " style=\"text-align: \($0.1)\"" }
    return ScrollBox.around(withFormulas(markup), label: "Table")
  }

  private func withFormulas(_ rendered: String) -> HTML {
    // Code that is wider than the page can be scrolled, also by keyboard.
    let reachable = rendered.replacing(
      "<pre>", with: "<pre tabindex=\"0\" role=\"group\" aria-label=\"Code\">")
    return HTML(trusted: replacingMarks(in: reachable) { $0.html.markup })
  }

  private func replacingMarks(in text: String, by form: (Formula) -> String) -> String {
    // Most blocks have no formula, and a regular expression is compiled each time that it is used.
    guard text.unicodeScalars.contains("\u{E000}") else { return text }
    return text.replacing(/\u{E000}([0-9]+)\u{E001}/) { match in
      guard let index = Int(match.1), formulas.indices.contains(index) else { return "" }
      return form(formulas[index])
    }
  }
}
