import Foundation
import Pages
import Planning

/// The end of a run's page: everything needed to check or repeat it.
struct Appendix {
  let record: RunRecord

  static let sections: [ChapterHTML.Entry] = [
    .init(identifier: "recipe", title: "Recipe"), .init(identifier: "stages", title: "Stages"),
    .init(identifier: "machine", title: "Versions and machine"),
    .init(identifier: "digests", title: "Content digests"),
    .init(identifier: "reservations", title: "Warnings and accepted changes"),
  ]

  var html: HTML {
    """
    <section class="chapter" id="appendix" aria-labelledby="appendix-title"\(PlaceInView.attributes(of: "appendix"))>
    <p class="kicker">Appendix</p>
    <h2 id="appendix-title">What this was made of</h2>
    \(zip(Self.sections, [recipe, stages, machine, digests, reservations]).map(part).joined())
    </section>
    """
  }

  private func part(_ section: ChapterHTML.Entry, _ content: HTML) -> HTML {
    """
    <div\(PlaceInView.attributes(of: section.identifier))>
    <h3 id="\(section.identifier)">\(section.title)</h3>
    \(content)
    </div>
    """
  }

  private var validManifests: [(name: String, manifest: Manifest)] {
    record.chapters.compactMap { chapter in chapter.manifest.map { (chapter.name, $0) } }
  }

  /// The recipe with every value filled in, each with its origin.
  private var recipe: HTML {
    let path = "\(record.plan.folder.path)/recipe.yaml"
    let text =
      (try? String(contentsOf: record.project.url(path), encoding: .utf8))
      ?? record.plan.recipe.resolvedYAML()
    return """
      <p>Every value that a stage may read, with the line of the recipe that gives it, <code>default</code> \
      or <code>--set</code>. Run <a href="../../\(path)">this file</a> and defaults no longer matter.</p>
      <details>
      <summary>The recipe, \(text.split(separator: "\n").count) lines</summary>
      <pre tabindex="0" role="group" aria-label="Recipe">\(text)</pre>
      </details>
      """
  }

  private var stages: HTML {
    let rows = validManifests.map { name, manifest -> [HTML] in
      [
        HTML(text: name), HTML(text: manifest.stage),
        HTML(text: Wording.duration(manifest.seconds)),
        HTML(text: "\(manifest.threads)"), HTML(text: Timestamp.local(manifest.created)),
        "<span class=\"key\">\(manifest.key)</span>",
      ]
    }
    return DataTable(
      caption: "Stages", header: ["step", "stage", "time", "threads", "finished", "cache key"],
      rows: rows, numeric: [2, 3], namesRows: true
    ).html
  }

  /// What the exact results depend on, as the stages recorded it, and the linked packages.
  private var machine: HTML {
    var rows: [[String]] = []
    var hosts: Set<String> = []
    for (name, manifest) in validManifests {
      if !manifest.host.isEmpty { hosts.insert(manifest.host) }
      guard case .object(let members) = manifest.numerics else { continue }
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        guard let text = Self.text(of: value) else { continue }
        if let index = rows.firstIndex(where: { $0[0] == key && $0[1] == text }) {
          rows[index][2] += ", \(name)"
        } else {
          rows.append([key, text, name])
        }
      }
    }
    rows += hosts.sorted().map { ["host", $0, "all"] }
    rows += packages.map { [$0.name, $0.version, "pinned in Package.swift"] }
    return DataTable(
      caption: "Versions and machine", header: ["what", "value", "of"], rows: rows, namesRows: true
    ).html
  }

  private static func text(of value: JSONValue) -> String? {
    switch value {
    case .text(let text): text
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .boolean(let flag): "\(flag)"
    case .null, .list, .object: nil
    }
  }

  /// The packages that `Package.swift` pins.
  private var packages: [(name: String, version: String)] {
    let url = record.project.url("Package.swift")
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
    return text.matches(of: /\.package\(url: "[^"]*\/([^"\/]+)", exact: "([^"]+)"\)/)
      .map { (String($0.1), String($0.2)) }
  }

  private var digests: HTML {
    let rows = validManifests.map { name, manifest -> [HTML] in
      [
        HTML(text: name), "<span class=\"key\">\(manifest.contentDigest)</span>",
        "<span class=\"key\">\(manifest.code)</span>",
      ]
    }
    return "<p>SHA-256 of each step's outputs, and of the code it ran.</p>\n"
      + DataTable(
        caption: "Content digests", header: ["step", "content", "code"], rows: rows,
        namesRows: true
      ).html
  }

  private var reservations: HTML {
    var notes: [HTML] = []
    for (name, manifest) in validManifests {
      for warning in manifest.warnings { notes.append("<li><b>\(name)</b>: \(warning)</li>") }
      if manifest.isResumed {
        notes.append("<li><b>\(name)</b>: went on from the state of an interrupted run.</li>")
      }
      for acceptance in manifest.accepted {
        notes.append(
          """
          <li><b>\(name)</b>: code changed and accepted by \(acceptance.by) on \
          \(Timestamp.local(acceptance.time)), from <span class="key">\(Wording.short(acceptance.oldCode))</span> \
          to <span class="key">\(Wording.short(acceptance.newCode))</span>.</li>
          """)
      }
    }
    return notes.isEmpty ? "<p>None.</p>" : "<ul>\n\(notes.joined())\n</ul>"
  }
}
