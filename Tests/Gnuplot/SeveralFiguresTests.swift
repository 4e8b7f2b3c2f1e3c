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

  /// A gnuplot that counts how often it is started.
  private func countingRenderer(in scratch: TemporaryFolder) throws -> Renderer {
    let gnuplot = try Renderer().program.path
    let text = "#!/bin/bash\necho >>'\(scratch.file("starts").path)'\nexec '\(gnuplot)' \"$@\"\n"
    let script = try scratch.file("script", holding: Array(text.utf8))
    let program = scratch.file("gnuplot")
    // In a process of its own: what this one has open for writing can't be run for a moment.
    let install = try Process.run(
      URL(fileURLWithPath: "/usr/bin/install"), arguments: ["-m", "755", script.path, program.path])
    install.waitUntilExit()
    return Renderer(program: program)
  }

  @Test func eachProcessDrawsMoreThanOneFigure() throws {
    let (scratch, tools) = (try TemporaryFolder(), try TemporaryFolder())
    let renderer = try countingRenderer(in: tools)
    try renderer.render(figures, formats: [.png, .svg], into: scratch.url, processes: 2)
    #expect(try scratch.contents().count == 25)
    #expect(try Data(contentsOf: tools.file("starts")).count == 2)
  }

  /// The script that gnuplot refuses is named, and those after it are drawn by another gnuplot.
  @Test func aScriptThatFailsDoesNotEndTheOthers() throws {
    let (scratch, tools) = (try TemporaryFolder(), try TemporaryFolder())
    var some = figures
    for index in [1, 2] { some[index].panels[0].horizontal = Axis("x", from: 1, to: 1) }
    let renderer = try countingRenderer(in: tools)
    let error = #expect(throws: RenderError.self) {
      try renderer.render(some, formats: [.svg], into: scratch.url, processes: 1)
    }
    #expect(
      error?.message.contains("figure-1.gp ended with status 1: ") == true,
      "\(error?.message ?? "")")
    let pictures = try scratch.contents().filter { $0.hasSuffix(".svg") }
    let drawn = [0, 3, 4].flatMap { ["figure-\($0)-narrow.svg", "figure-\($0).svg"] }
    #expect(pictures == drawn)
    let remaining = try scratch.contents()
    #expect(remaining.count == 16, "nothing temporary stays: \(remaining)")
  }

  /// What one figure sets, a later one of the same process does not inherit.
  @Test func figuresOfOneProcessAreIndependent() throws {
    let (scratch, alone) = (try TemporaryFolder(), try TemporaryFolder())
    var some = figures
    some[0].panels[0].horizontal = Axis("x", scale: .logarithmic, from: 1, to: 2, ticks: .none)
    some[1].panels[0].legend = .right
    some[2].panels[0].captions = [Panel.Caption("here", x: 1, y: 2)]
    some[3].data = .image([[0, 0xFF8000], [-1, 0x0080FF]])
    some[3].panels[0].series = [Series(nil, .image)]
    some[3].panels[0].frame = Panel.Frame(left: 20, top: 60, width: 200, height: 200)
    try Renderer().render(some, formats: [.png, .svg], into: scratch.url, processes: 1)
    for figure in some.reversed() {
      try Renderer().render(figure, formats: [.png, .svg], into: alone.url)
    }
    #expect(try files(in: scratch.url) == files(in: alone.url))
  }

  @Test(arguments: [
    ([5, 1, 1, 1, 1], 2, [[0], [1, 2, 3, 4]]), ([1, 2, 3], 1, [[0, 1, 2]]),
    ([1, 9, 8, 2], 2, [[0, 1], [2, 3]]), ([4, 4], 3, [[0], [1]]), ([], 2, []),
  ])
  func workIsDividedEqually(costs: [Int], count: Int, expected: [[Int]]) {
    #expect(Renderer.parts(of: costs, count: count) == expected)
  }
}
