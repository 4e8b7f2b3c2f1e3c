import Foundation
import Gnuplot
import TestSupport
import Testing

/// Errors if gnuplot or the folder is missing.
@Suite struct RendererTests {
  let figure = Figure(
    name: "bars", title: "Bars",
    panels: [Panel(horizontal: Axis("x"), vertical: Axis("y"), series: [Series(nil, .identity)])],
    data: .table(DataTable(["x": .integers([3])])))

  @Test func aProgramThatIsNotThereIsNamed() throws {
    let scratch = try TemporaryFolder()
    let renderer = Renderer(program: scratch.file("no-gnuplot"))
    let error = try #require(throws: RenderError.self) {
      try renderer.render(figure, formats: [.png], into: scratch.url)
    }
    guard case .failed(_, status: 127, _) = error else {
      Issue.record("expected status 127, found \(error)")
      return
    }
    #expect(try scratch.contents() == ["bars.csv", "bars.gp"])
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    let scratch = try TemporaryFolder()
    let error = try #require(throws: RenderError.self) {
      try Renderer(program: scratch.url).render(figure, formats: [], into: scratch.file("missing"))
    }
    #expect(error.description.contains("missing/bars.gp cannot be written: "))
  }

  @Test func scriptsNameNoFolderAndNoDate() {
    #expect(!figure.script.contains(FileManager.default.currentDirectoryPath))
    #expect(figure.script.contains("folder.'bars.csv'"))
    #expect(figure.script.contains("pngcairo noenhanced size 960,640"))
    #expect(figure.script.contains("svg noenhanced size 960,640"))
  }
}
