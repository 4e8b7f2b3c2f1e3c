import Foundation
import Inspection
import Pages
import Planning
import TensorFiles

/// The page of an artefact: its description, provenance and values.
public struct ArtefactPage {
  private let url: URL
  /// The folder that links are relative to.
  private let pageFolder: URL

  /// - Parameters:
  ///   - url: A file, or the folder of a step.
  ///   - pageFolder: The folder of the page.
  public init(of url: URL, pageFolder: URL) {
    self.url = url.standardizedFileURL
    self.pageFolder = pageFolder.standardizedFileURL
  }

  /// The page as a file.
  ///
  /// - Throws: Errors of reading the artefact.
  public func document() throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InspectionError.cannotRead(file: url.path, reason: "there is no such file")
    }
    let folder = isFolder.boolValue ? url : url.deletingLastPathComponent()
    let body = isFolder.boolValue ? try folderContent() : try fileContent()
    let lineage = Lineage(ofFolder: folder)
    let provenance =
      lineage.map { LineageHTML($0, pageFolder: pageFolder).html } ?? fault(in: folder)
    let name = url.lastPathComponent
    return Page(
      title: "\(name) · Tessera", summary: "What is in \(name), and where it comes from.",
      main: """
        <header>
        <p class="kicker">Tessera · artefact</p>
        <h1>\(name)</h1>
        <p class="key">\(PrintableText.escaped(url.path))</p>
        </header>
        \(body)
        \(provenance)
        """,
      footer: "<p>Written by <code>./pipeline.sh inspect … --html</code>.</p>"
    ).document
  }

  /// A cache folder whose manifest is damaged or belongs to another artefact has no provenance.
  private func fault(in folder: URL) -> HTML {
    guard let fault = Artefact.around(folder)?.faults.first else { return HTML() }
    return """
      <h2>Provenance</h2>
      <p class="note">Not known, since this result is not valid: \("\(fault)").</p>
      """
  }

  // MARK: Folders and texts

  private func folderContent() throws -> HTML {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    else { throw InspectionError.cannotRead(file: url.path, reason: "it can't be listed") }
    let rows = names.filter { !$0.hasPrefix(".") }.map { name -> [HTML] in
      let file = url.appendingPathComponent(name)
      let size = (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
      let schema = name.hasSuffix(".safetensors") ? Self.kind(of: file) : ""
      let link = RelativePath.from(pageFolder, to: file)
      return [
        "<a href=\"\(link)\">\(name)</a>", HTML(text: Wording.size(size)), HTML(text: schema),
      ]
    }
    return "<h2>Files</h2>\n"
      + DataTable(
        caption: "Files", header: ["file", "size", "holds"], rows: rows, numeric: [1]
      ).html
  }

  private static func kind(of url: URL) -> String {
    do {
      let file = try TensorFile(contentsOf: url)
      let schema = file.schema ?? "plain safetensors"
      return "\(schema), \(file.names.count) \(file.names.count == 1 ? "tensor" : "tensors")"
    } catch {
      return "\(error)"
    }
  }

  private func fileContent() throws -> HTML {
    switch url.pathExtension {
    case "csv", "json", "jsonl", "txt", "gp", "swift", "yaml": return try textContent()
    case "png", "svg", "jpg":
      guard let kind = Picture.Kind(rawValue: url.pathExtension),
        let data = try? Data(contentsOf: url)
      else { throw InspectionError.cannotRead(file: url.path, reason: "reading failed") }
      let picture = Picture(kind, data: data, description: url.lastPathComponent)
      return CaptionedFigure(picture: picture.html, caption: "\(Wording.size(data.count))").html
    default: return try TensorFileHTML(TensorFile(contentsOf: url)).html
    }
  }

  /// Most rows or lines that a page shows.
  private static let lineLimit = 1000
  /// Most columns that it shows: a history of 1,000 classes has 2,008.
  private static let columnLimit = 60

  private func textContent() throws -> HTML {
    if url.pathExtension == "csv" {
      let rows = try TextArtefact.rows(ofCSV: url)
      let header = rows.first ?? []
      let shown = rows.dropFirst().prefix(Self.lineLimit).map { $0.prefix(Self.columnLimit) }
      let table = DataTable(
        caption: "Rows of \(url.lastPathComponent)",
        header: Array(header.prefix(Self.columnLimit)), rows: shown.map(Array.init))
      let count = max(rows.count - 1, 0)
      let rest = count > shown.count ? ", the first \(NumberText.grouped(shown.count))" : ""
      let columns: HTML =
        header.count > Self.columnLimit
        ? "<p class=\"note\">The first \(Self.columnLimit) of \(NumberText.grouped(header.count)) columns.</p>\n"
        : HTML()
      return """
        <h2>\(NumberText.count(count, "row", grouped: true))\(rest)</h2>
        \(columns)\(table.html)
        """
    }
    let lines =
      url.pathExtension == "json"
      ? try TextArtefact.indented(json: url) : try TextArtefact.lines(of: url)
    let shown = lines.prefix(Self.lineLimit).joined(separator: "\n")
    let rest: HTML =
      lines.count > Self.lineLimit
      ? "<p class=\"note\">The first \(NumberText.grouped(Self.lineLimit)) of \(NumberText.grouped(lines.count)) lines.</p>"
      : HTML()
    return """
      <h2>Content</h2>
      \(rest)<pre tabindex="0" role="group" aria-label="Content">\(shown)</pre>
      """
  }
}

/// A path relative to another folder.
enum RelativePath {
  /// Characters that need no escape. A colon would make the word before it a scheme, as in `javascript:`.
  private static let allowed = CharacterSet.urlPathAllowed.subtracting([":"])

  static func from(_ folder: URL, to target: URL) -> String {
    let (start, end) = (
      folder.standardizedFileURL.pathComponents, target.standardizedFileURL.pathComponents
    )
    let common = zip(start, end).prefix { $0 == $1 }.count
    let steps = Array(repeating: "..", count: start.count - common) + end[common...]
    let path = steps.isEmpty ? "." : steps.joined(separator: "/")
    return path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
  }
}
