import Foundation
import Pages
import Planning
import Records

/// The provenance of an artefact as a list, nearest first, down to data from outside the project.
struct LineageHTML {
  private let lineage: Lineage
  private let pageFolder: URL

  init(_ lineage: Lineage, pageFolder: URL) {
    self.lineage = lineage
    self.pageFolder = pageFolder
  }

  var html: HTML {
    let items = lineage.links.enumerated().map { index, link in
      item(link, isFirst: index == 0)
    }
    return """
      <h2>Provenance</h2>
      <p>Each artefact with what it was made from, back to those that read no other. A content digest \
      is that of what was read, taken before the stage ran.</p>
      <ol class="chain">
      \(items.joined())
      </ol>
      """
  }

  private func item(_ link: Lineage.Link, isFirst: Bool) -> HTML {
    let path = RelativePath.from(pageFolder, to: link.folder)
    let readers = Wording.list(link.readers)
    let relation: HTML = isFirst ? "This artefact" : "Read by \(readers)"
    guard let manifest = link.manifest else {
      return """
        <li><p><strong>\(link.stage)</strong> <span class="key">\(link.key)</span>. \(relation).</p>
        <p class="note">Not in the cache any more: the chain ends here.</p></li>
        """
    }
    return """
      <li><p><strong>\(manifest.step)</strong>, stage \(manifest.stage), \
      <a href="\(path)/manifest.json"><span class="key">\(link.key)</span></a>. \(relation).</p>
      \(faults(of: link))\(facts(of: manifest))</li>
      """
  }

  private func faults(of link: Lineage.Link) -> HTML {
    guard let first = link.faults.first else { return HTML() }
    let others = link.faults.count > 1 ? ", and \(link.faults.count - 1) more" : ""
    return "<p class=\"note\">Not valid: \(first)\(others).</p>\n"
  }

  private func facts(of manifest: Manifest) -> HTML {
    let host = manifest.host.isEmpty ? "" : " on \(manifest.host)"
    var rows: [(String, HTML)] = [
      (
        "made",
        "\(Timestamp.local(manifest.created)), in \(Wording.duration(manifest.seconds))\(host), \(manifest.threads) threads"
      ),
      ("content", "<span class=\"key\">\(manifest.contentDigest)</span>"),
      ("code", "<span class=\"key\">\(manifest.code)</span>, \(manifest.codeFiles.count) files"),
    ]
    for input in manifest.inputs {
      rows.append(
        (
          "input \(input.name)",
          "\(input.step).\(input.output) <span class=\"key\">\(input.digest)</span>"
        ))
    }
    let values = manifest.parts.filter { $0.kind == .recipe && $0.value != "null" }
    if !values.isEmpty {
      let list = values.map { value -> HTML in "<code>\(value.name): \(value.value)</code>" }
      rows.append(("recipe", list.joined(separator: "<br>\n")))
    }
    if manifest.inputs.isEmpty {
      let status =
        manifest.dataStatus.flatMap(DataStatus.init(rawValue:)).map(Wording.origin(of:))
        ?? "not stated"
      rows.append(("source", "reads no artefact: the chain begins here. Data: \(status)"))
    }
    for warning in manifest.warnings { rows.append(("warning", HTML(text: warning))) }
    let list = rows.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" }
    return """
      <details>
      <summary>\(Timestamp.local(manifest.created)), \(Wording.list(manifest.inputs.isEmpty ? ["no inputs"] : manifest.inputs.map { "\($0.step).\($0.output)" }))</summary>
      <dl class="facts">
      \(list.joined())
      </dl>
      </details>
      """
  }
}
