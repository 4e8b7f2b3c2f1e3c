import Foundation
import Gnuplot
import TestSupport
import Testing

@Suite(.enabled(if: (try? Renderer()) != nil, "gnuplot is not installed"))
struct SeveralFiguresTests {
  private let figures = (0..<5).map { index in
    Figure(
      name: "figure-\(index)", title: "Figure \(index)",
      panels: [
        Panel(
          horizontal: Axis("x"), vertical: Axis("y"), series: [Series(nil, .line(x: "x", y: "y"))])
      ],
      data: .table(DataTable(["x": .integers([1, 2]), "y": .integers([index, 3])])))
  }

  private func files(in folder: URL) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
      })
  }

  @Test func figuresDrawnAtOnceAreThoseDrawnOneByOne() throws {
    let scratch = try TemporaryFolder()
    let folder = scratch.url
    let (one, many) = (folder.appending(path: "one"), folder.appending(path: "many"))
    for place in [one, many] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    let queue = FigureQueue()
    for figure in figures {
      try Renderer().render(figure, formats: [.svg], into: one)
      queue.add(figure)
    }
    try queue.draw(by: Renderer(), formats: [.svg], into: many, processes: 3)
    #expect(try files(in: one) == files(in: many))
    #expect(try files(in: many).count == 20)
  }

  /// The second and the fourth figure can't be drawn; the others are drawn.
  @Test func theFirstErrorIsToldAndTheOthersAreDrawn() throws {
    let scratch = try TemporaryFolder()
    let folder = scratch.url
    for name in ["figure-1.svg", "figure-3.svg"] {
      try FileManager.default.createDirectory(
        at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    let error = #expect(throws: RenderError.self) {
      try Renderer().render(figures, formats: [.svg], into: folder, processes: 2)
    }
    #expect(error?.message.contains("figure-1.svg") == true)
    #expect(FileManager.default.fileExists(atPath: folder.appending(path: "figure-4.svg").path))
  }
}
