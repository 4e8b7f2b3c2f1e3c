import Foundation
import TestSupport
import Testing
import Weaving

/// The notebook of a small run.
@Suite struct NotebookReportTests {
  private struct Notebook: Decodable {
    struct Cell: Decodable {
      let cellType: String
      let id: String
      let source: [String]
      let executionCount: Int?
      let outputs: [Output]?

      var text: String { source.joined() }
    }
    struct Output: Decodable {
      let outputType: String
      let name: String?
      let text: [String]?
      let data: [String: [String]]?
    }
    let nbformat: Int
    let nbformatMinor: Int
    let cells: [Cell]
  }

  private func notebook(_ project: WovenProject) throws -> (bytes: String, Notebook) {
    let text = try project.notebook()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return (text, try decoder.decode(Notebook.self, from: Data(text.utf8)))
  }

  @Test func aRunIsANotebookOfItsCells() throws {
    let project = try WovenProject(placesFigures: true)
    try project.run()
    let (bytes, notebook) = try notebook(project)
    #expect(notebook.nbformat == 4 && notebook.nbformatMinor == 5)
    #expect(notebook.cells[0].cellType == "markdown")
    #expect(notebook.cells[0].text.contains("These cells are for reading."))
    #expect(notebook.cells[0].text.contains("    ./pipeline.sh run small\n"))
    let identifiers = notebook.cells.map(\.id)
    #expect(Set(identifiers).count == identifiers.count)
    #expect(identifiers.allSatisfy { $0.wholeMatch(of: /[a-zA-Z0-9_-]{1,64}/) != nil })

    let code = notebook.cells.filter { $0.cellType == "code" }
    #expect(!code.contains { $0.text.contains("//:") || $0.text.contains("//hide") })
    #expect(code.compactMap(\.executionCount) == Array(1...code.count))
    let outputs = code.flatMap { $0.outputs ?? [] }
    #expect(outputs.contains { $0.text == ["first <b>\n", "and more\n"] && $0.name == "stdout" })
    let table = outputs.compactMap { $0.data?["text/html"]?.joined() }.first
    #expect(table?.contains("<td>cat &amp; dog</td>") == true)
    // The figure is at its place, and only there.
    let figures = outputs.compactMap { $0.data?["image/svg+xml"]?.joined() }
    #expect(figures.count == 2 && figures[0].hasPrefix("<svg"))
    #expect(bytes.contains("curve: shown in the chapter of again"))
    #expect(bytes.contains("\"alt\" : \"A curve.\""))
    #expect(outputs.contains { $0.data?["image/png"] != nil })
    let warnings = notebook.cells.filter { $0.text.contains("the numbers are made up") }
    #expect(warnings.count == 1)
    #expect(bytes == (try project.notebook()), "the same run is the same bytes")
  }

  @Test func whatDidNotRunHasNoCount() throws {
    let project = try WovenProject()
    try project.run(until: "make")
    let (_, notebook) = try notebook(project)
    let score = try #require(notebook.cells.firstIndex { $0.text.contains("*Stage score*") })
    #expect(notebook.cells[score].text.contains("This stage has not run"))
    let code = notebook.cells[score...].first { $0.cellType == "code" }
    #expect(code?.executionCount == nil && code?.outputs?.isEmpty == true)
  }

  /// The format requires the key even for cells that have not run.
  @Test func theCountIsNullAndNotAbsent() throws {
    let project = try WovenProject()
    try project.run(until: "make")
    let text = try project.notebook()
    #expect(text.contains("\"execution_count\" : null"))
  }
}
