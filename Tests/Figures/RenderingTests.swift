import Figures
import Foundation
import Gnuplot
import Records
import TestSupport
import Testing

/// The scripts, executed by gnuplot.
@Suite(.enabled(if: gnuplotIsInstalled, "gnuplot is not installed"))
struct RenderingTests {
  /// Runs plain `gnuplot` as a reader of the script would.
  func runGnuplot(_ arguments: [String], in folder: URL) throws -> Int32 {
    let process = Process()
    process.executableURL = try Renderer().program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  let sixNames = ["cat", "dog", "hen", "cow", "pig", "ant"]

  /// All figures of a run whose classes are `names`.
  func allFigures(names: [String], epochs: Int) throws -> [Figure] {
    let count = names.count
    let rows = (0..<epochs).map { epoch in
      let classes = (0..<2 * count).map { "\(($0 * 7 + epoch * 3) % 100)" }
      let first = ["\(epoch + 1)", "0.1", "2.5", "10", "50", "2.25", "12", "55"]
      return (first + classes).joined(separator: ",")
    }
    let history = try TrainingHistory(
      parsing: historyText(rows, classes: names), file: "history.csv")
    let training = TrainingFigures(
      history, status: RunStatus(data: .unverified, selectedOnTest: true))
    let data = DataFigures(classNames: names, data: .unverified)
    let evaluation = EvaluationFigures(try evaluationReport(evaluationText(names: names)))
    let labels = (0..<count * 2).map { UInt16($0 % count) }
    let images = (0..<labels.count * 3 * 64).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let pictures = PictureFigures(status: RunStatus(data: .unverified, selectedOnTest: true))
    let predicted = labels.map { UInt16((Int($0) + 1) % count) }
    // With up to five classes there is no figure of the top-5 accuracy.
    #expect((training.top5 == nil) == (count <= 5))
    let curves = [
      training.loss, training.top1, count > 5 ? training.top5 : training.top1,
      training.perClassTraining,
      training.perClassValidation, training.overview, training.continuation,
      try pictures.mistakes(
        images: images, labels: labels, predicted: predicted,
        confidence: labels.map { _ in 0.98 }, side: 8, classNames: names, subject: "images",
        file: "mistakes"),
    ]
    return try curves.map { try #require($0) } + [
      data.classes(counts: (0..<count).map { 10 * $0 }),
      data.pixels(counts: [[Int]](repeating: Array(0..<256), count: 3)),
      try data.samples(images: images, labels: labels, side: 8, file: "samples"),
      evaluation.confusion(
        // Many classes have more cells than images.
        counts: (0..<count).map { row in
          (0..<count).map { count <= 100 || ($0 + row) % 50 == 0 ? row * $0 : 0 }
        }, classNames: names),
      evaluation.classScores,
      evaluation.calibration(
        edges: [0, 0.5, 0.75, 1], counts: [0, 12, 9000], confidence: [0, 0.6, 0.9],
        accuracy: [0, 0.7, 0.8]),
      try pictures.filters(
        shape: [7, 3, 5, 2], weights: (0..<210).map { Float($0 % 13) - 6 }, file: "filters"),
      try pictures.augmented(
        images: images, rows: 2, draws: count, side: 8, kinds: "crop flip", file: "augmented"),
    ]
  }

  @Test(arguments: [1, 2, 3, 45])
  func everyFigureIsDrawnFromAnyNumberOfEpochs(_ epochs: Int) throws {
    try withScratchFolder { folder in
      let figures = try allFigures(names: sixNames, epochs: epochs)
      #expect(
        figures.map(\.name) == [
          "loss", "top1", "top5", "per-class-train", "per-class-validation", "training", "refit",
          "mistakes", "classes", "pixels", "samples", "confusion", "class-scores", "calibration",
          "filters", "augmented",
        ])
      for figure in figures {
        let written = try Renderer().render(figure, formats: [.png, .svg], into: folder)
        #expect(written.map(\.pathExtension) == ["gp", "csv", "png", "svg", "svg"])
        let svg = try String(contentsOf: written[3], encoding: .utf8)
        #expect(svg.contains("</svg>"))
      }
      #expect(try files(in: folder).count == 5 * figures.count)
    }
  }

  @Test func hostileNamesAreTextAndNothingElse() throws {
    try withScratchFolder { folder in
      for figure in try allFigures(names: hostileNames, epochs: 2) {
        try Renderer().render(figure, formats: [.png, .svg], into: folder)
      }
      #expect(!(try files(in: folder).contains("canary")))
      let legend = try String(
        contentsOf: folder.appending(path: "per-class-validation.svg"), encoding: .utf8)
      // Each name is in the legend unchanged, on one line, truncated to 20 characters.
      for name in [
        "it&apos;s", "back\\slash\\", "two lines", "100 % sure %d %s", "`touch canary`",
        "@macro $1 #no", "a,b;c", "{curly} } {", "漢字 und Übermaß", "long long long long…",
        "under_score^2",
      ] {
        let plain = name.replacing("&apos;", with: "'")
        #expect(legend.contains(name) || legend.contains(plain), "\(name)")
      }
      let ticks = try String(contentsOf: folder.appending(path: "classes.svg"), encoding: .utf8)
      #expect(ticks.contains("100 % sure %d %s"))
    }
  }

  @Test func aScriptRunsAloneFromAnotherFolder() throws {
    try withScratchFolder { folder in
      let figure = try #require(try trainingFigures(["1,0.1,2.5,10,50,2.25,12,55,,,30,14"]).loss)
      try Renderer().render(figure, formats: [], into: folder)
      #expect(try files(in: folder) == ["loss.csv", "loss.gp"])
      let elsewhere = folder.appending(path: "else where")
      try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: false)
      #expect(try runGnuplot(["../loss.gp"], in: elsewhere) == 0)
      #expect(
        try files(in: folder) == ["else where", "loss.csv", "loss.gp", "loss.png", "loss.svg"])
      #expect(try files(in: elsewhere).isEmpty)

      let override = ["-e", "formats='svg'; output='mine'", folder.path + "/loss.gp"]
      #expect(try runGnuplot(override, in: elsewhere) == 0)
      #expect(try files(in: elsewhere) == ["mine.svg"])
      let drawn = try Data(contentsOf: folder.appending(path: "loss.svg"))
      #expect(try Data(contentsOf: elsewhere.appending(path: "mine.svg")) == drawn)
      #expect(try runGnuplot(["loss.gp"], in: folder) == 0)
    }
  }

  /// For speed, the pixels of an image come as bytes; by hand, from the table.
  @Test func anImageDrawnByHandIsTheSame() throws {
    try withScratchFolder { folder in
      let images = try allFigures(names: ["cat", "dog"], epochs: 1).filter {
        if case .image = $0.data { true } else { false }
      }
      #expect(images.map(\.name) == ["mistakes", "samples", "filters", "augmented"])
      for figure in images {
        try Renderer().render(figure, formats: [.png, .svg], into: folder)
        let png = folder.appending(path: figure.name + ".png")
        let svg = folder.appending(path: figure.name + ".svg")
        let before = try (Data(contentsOf: png), String(contentsOf: svg, encoding: .utf8))
        try FileManager.default.removeItem(at: png)
        #expect(try runGnuplot(["-d", figure.name + ".gp"], in: folder) == 0)
        #expect(try Data(contentsOf: png) == before.0, "\(figure.name)")
        let styled = before.1.replacing(/<style>.*<\/style>\n\n/, with: "")
        #expect(try String(contentsOf: svg, encoding: .utf8) == styled, "\(figure.name)")
      }
    }
  }

  @Test func aScriptWithoutItsDataLeavesThePictureAlone() throws {
    try withScratchFolder { folder in
      let figure = DataFigures(classNames: ["cat"], data: .official).classes(counts: [3])
      try Renderer().render(figure, formats: [.png], into: folder)
      let picture = folder.appending(path: "classes.png")
      let before = try Data(contentsOf: picture)
      try FileManager.default.removeItem(at: folder.appending(path: "classes.csv"))
      #expect(try runGnuplot(["classes.gp"], in: folder) == 1)
      #expect(try Data(contentsOf: picture) == before)
    }
  }

  /// In the dark style, a chart is inverted; a picture keeps its colours and pixels.
  @Test func drawingsHaveAStyleForTheDark() throws {
    try withScratchFolder { folder in
      for figure in try allFigures(names: ["cat", "dog"], epochs: 3) {
        let files = try Renderer().render(figure, formats: [.svg], into: folder)
        for file in files where file.pathExtension == "svg" {
          let drawing = try String(contentsOf: file, encoding: .utf8)
          let isPicture = drawing.contains("<image")
          #expect(drawing.components(separatedBy: "<style>").count == 2)
          #expect(drawing.contains("invert(") != isPicture, "\(file.lastPathComponent)")
          #expect(drawing.contains("image-rendering: pixelated") == isPicture)
        }
      }
    }
  }

  @Test func theSameFigureIsTheSameBytes() throws {
    try withScratchFolder { folder in
      for figure in try allFigures(names: ["cat", "dog"], epochs: 3) {
        let first = try Renderer().render(figure, formats: [.png, .svg], into: folder)
          .map { try Data(contentsOf: $0) }
        let second = try Renderer().render(figure, formats: [.svg, .png], into: folder)
          .map { try Data(contentsOf: $0) }
        #expect(first == [second[0], second[1], second[3], second[2], second[4]], "\(figure.name)")
      }
    }
  }

  @Test func everyFigureOfNumbersIsDrawnInLetters() throws {
    try withScratchFolder { folder in
      var inLetters = 0
      for figure in try allFigures(names: sixNames, epochs: 12) {
        guard case .table = figure.data else { continue }
        try Renderer().render(figure, formats: [], into: folder)
        let before = try files(in: folder)
        let lines = try Renderer().letters(
          figure.name, in: folder, columns: 72, lines: 20, inColours: false)
        #expect(lines.count > 10 && lines.count <= 20 * figure.panels.count, "\(figure.name)")
        #expect(lines.allSatisfy { $0.count <= 72 }, "\(figure.name)")
        #expect(!lines.joined().contains("\u{1B}"), "\(figure.name)")
        #expect(try files(in: folder) == before)
        let coloured = try Renderer().letters(
          figure.name, in: folder, columns: 72, lines: 20, inColours: true)
        #expect(coloured.joined().contains("\u{1B}["), "\(figure.name)")
        inLetters += 1
      }
      #expect(inLetters > 5)
    }
  }

  @Test func aScriptWithoutLettersIsNamed() throws {
    try withScratchFolder { folder in
      let script = folder.appending(path: "old.gp")
      try Data("exit\n".utf8).write(to: script)
      #expect(throws: RenderError.noLetters(script: script.path)) {
        try Renderer().letters("old", in: folder, columns: 60, lines: 20, inColours: false)
      }
    }
  }

  @Test func anErrorNamesTheScriptAndLeavesNoPicture() throws {
    try withScratchFolder { folder in
      let script = folder.appending(path: "broken.gp")
      let text = "set terminal pngcairo; set output output.'.png'\nplot 'absent.csv'\n"
      try Data(text.utf8).write(to: script)
      let error = try #require(throws: RenderError.self) {
        try Renderer().draw("broken", formats: [.png], in: folder)
      }
      #expect(error.description.hasPrefix("gnuplot \(script.path) ended with status 1: "))
      #expect(error.description.contains("No data in plot"))
      #expect(!error.description.contains("\n"))
      #expect(try files(in: folder) == ["broken.gp"])
    }
  }

  @Test(arguments: ["exit", "set terminal svg; set output output.'.svg'; unset output"])
  func aPictureThatIsNotWholeIsNone(_ text: String) throws {
    try withScratchFolder { folder in
      let script = folder.appending(path: "empty.gp")
      try Data((text + "\n").utf8).write(to: script)
      let old = folder.appending(path: "empty.svg")
      try Data("<svg></svg>".utf8).write(to: old)
      #expect(throws: RenderError.noPicture(script: script.path, format: .svg)) {
        try Renderer().draw("empty", formats: [.svg], in: folder)
      }
      #expect(try files(in: folder) == ["empty.gp", "empty.svg"])
      #expect(try Data(contentsOf: old) == Data("<svg></svg>".utf8))
    }
  }
}
