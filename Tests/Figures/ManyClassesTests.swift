import Figures
import Foundation
import Gnuplot
import Records
import TestSupport
import Testing

/// Figures of more classes than can be drawn individually.
@Suite struct ManyClassesTests {
  func names(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

  func rows(_ figure: Figure) -> [[String]] {
    figure.dataText.split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  func evaluation(_ count: Int, scores: [(Double, String)] = []) throws -> EvaluationFigures {
    let classes = (0..<count).map { index -> String in
      let f1 = index < scores.count ? scores[index].1 : "\(Double(index) / 10)"
      // The fourth class has no images.
      return "{\"name\": \"class \(index)\", \"support\": \(index == 3 ? 0 : 9), "
        + "\"precision\": 1, \"recall\": 2, \"f1\": \(f1)}"
    }
    return EvaluationFigures(
      try evaluationReport(
        """
        {"top1": 70.0, "count": 1000, "on": "test", "data_status": "official",
         "selected_on_test": false, "per_class": [\(classes.joined(separator: ", "))],
         "macro": {"precision": 1.5, "recall": 2.5, "f1": 3.5}}
        """))
  }

  /// Rows of ten images: nine are right, one is predicted as the class half of the classes further
  /// on.
  func counts(_ size: Int) -> [[Int]] {
    (0..<size).map { row in
      var counts = [Int](repeating: 0, count: size)
      counts[row] = 9
      counts[(row + size / 2) % size] += 1
      return counts
    }
  }

  // MARK: Confusion

  @Test func aMatrixOfManyClassesIsOrdered() throws {
    let figure = try evaluation(32).confusion(counts: counts(32), classNames: names(32))
    let table = rows(figure)
    #expect(
      table[0]
        == ["predicted_place", "true_place", "count", "percent_of_true", "true", "predicted"])
    #expect(table.count == 1 + 32 * 32, "all cells")
    // Classes 0 and 16 are confused with each other, then 1 and 17.
    #expect(table[1] == ["0", "0", "9", "90.0", "class 0", "class 0"])
    #expect(table[2] == ["1", "0", "1", "10.0", "class 0", "class 16"])
    #expect(table[1 + 2 * 32 + 3] == ["3", "2", "1", "10.0", "class 1", "class 17"])
    for row in table.dropFirst() where row[2] != "0" {
      let (x, y) = (try #require(Int(row[0])), try #require(Int(row[1])))
      #expect(abs(x - y) <= 1, "\(row)")
    }
    #expect(figure.note?.contains("32 classes, ordered so that") == true)
    #expect(figure.panels[0].series.count == 1, "no numbers")
    let texts = figure.panels[0].texts
    #expect(texts.map(\.lines.count) == [11, 11])
    #expect(texts[0].lines[1] == "class 0 → class 16: 1 (10 %)")
    #expect(texts[1].lines[10] == "class 19 → class 3: 1 (10 %)")
  }

  @Test func aLargeMatrixKeepsTheCellsThatAreNotZero() throws {
    let figure = try evaluation(200).confusion(counts: counts(200), classNames: names(200))
    #expect(rows(figure).count == 1 + 400)
    #expect(rows(figure).dropFirst().allSatisfy { $0[2] != "0" })
    let whole = try evaluation(128).confusion(counts: counts(128), classNames: names(128))
    #expect(rows(whole).count == 1 + 128 * 128)
    let none = [[Int]](repeating: [Int](repeating: 0, count: 200), count: 200)
    let empty = try evaluation(200).confusion(counts: none, classNames: names(200))
    #expect(rows(empty).count == 2, "gnuplot needs a row")
    #expect(empty.panels[0].texts[0].lines == ["No image was misclassified."])
  }

  /// Names are at least the height of a line apart, and each cell is a whole number of pixels.
  @Test(arguments: [31, 60, 100, 333, 1000])
  func namesOfAMatrixDoNotOverlap(_ size: Int) throws {
    let figure = try evaluation(size).confusion(counts: counts(size), classNames: names(size))
    let frame = try #require(figure.panels[0].frame)
    #expect(frame.width % size == 0 && frame.width == frame.height)
    guard case .placed(let places) = figure.panels[0].vertical.ticks else {
      Issue.record("no places")
      return
    }
    let pitch = Double(frame.height / size)
    for (first, second) in zip(places, places.dropFirst()) {
      #expect((second.position - first.position) * pitch >= 18)
    }
    #expect(figure.width <= 2000 && figure.height <= 2000)
  }

  /// Numbers are written in the cells if they fit.
  @Test(arguments: [(10, 99_999, true), (30, 99, true), (30, 100, false), (2, 12_345_678, true)])
  func cellsHaveNumbersThatFit(_ size: Int, _ largest: Int, _ fits: Bool) throws {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: size), count: size)
    counts[0][1] = largest
    let figure = try evaluation(size).confusion(counts: counts, classNames: names(size))
    #expect(figure.panels[0].series.count == (fits ? 2 : 1))
    #expect(figure.note == nil)
  }

  // MARK: Counts and scores

  @Test func countsOfManyClassesAreSorted() {
    let counts = (0..<40).map { $0 == 7 ? 0 : 10 + $0 % 20 }
    let figure = DataFigures(classNames: names(40), data: .official).classes(counts: counts)
    let table = rows(figure)
    #expect(table[0] == ["rank", "images", "class"])
    #expect(table[1] == ["1", "29", "class 19"] && table[2] == ["2", "29", "class 39"])
    #expect(table[40] == ["40", "0", "class 7"])
    #expect(figure.note == "40 classes, of 0 to 29 images, median 19; 1 without images")
    #expect(figure.panels[0].texts[0].lines[1] == "class 19: 29")
    #expect(figure.panels[0].texts[1].lines[1] == "class 7: 0")
    let few = DataFigures(classNames: names(30), data: .official)
      .classes(counts: Array(counts.prefix(30)))
    #expect(few.note == nil && rows(few)[1] == ["10", "class 0"])
  }

  @Test func scoresOfManyClassesAreTheEndsOfTheirRanking() throws {
    let figure = try evaluation(100, scores: [(0, "null"), (0, "99.5")]).classScores
    let table = rows(figure)
    #expect(table.count == 1 + 20 + 1 + 20 + 1 + 1)
    #expect(table[1] == ["1.0", "2.0", "99.5", "class 1"])
    #expect(table[2] == ["1.0", "2.0", "9.9", "class 99"])
    #expect(table[21] == ["", "", "", ""])
    #expect(table[40] == ["1.0", "2.0", "0.4", "class 4"])
    #expect(table[41] == ["1.0", "2.0", "0.2", "class 2"])
    #expect(table[43] == ["1.5", "2.5", "3.5", "mean of all"])
    #expect(
      figure.note
        == "the 20 highest and the 20 lowest of 98 classes by F1; "
        + "2 classes without images left out")
    let whole = try evaluation(41).classScores
    #expect(rows(whole).count == 1 + 40 + 1 + 1)
    #expect(whole.note == "40 classes by F1; one class without images left out")
    #expect(try evaluation(30).classScores.note == nil)
  }

  // MARK: Curves

  /// 21 classes, of which class k has k · 5 % after the second epoch; the last has no images.
  @Test func curvesOfManyClassesAreQuantiles() throws {
    func line(_ epoch: Int) -> String {
      let classes = (0..<21).map { $0 == 20 ? "nan" : "\($0 * 5 * (epoch - 1))" }
      return (["\(epoch)", "0.1", "2", "1", "1", "2", "1", "1"] + classes + classes)
        .joined(separator: ",")
    }
    let text = historyText([line(1), line(2)], classes: names(21))
    let figures = TrainingFigures(
      try TrainingHistory(parsing: text, file: "history.csv"),
      status: RunStatus(data: .official, selectedOnTest: false))
    let figure = try #require(figures.perClassValidation)
    let table = rows(figure)
    #expect(
      table[0] == [
        "epoch", "percentile_10", "percentile_25", "percentile_50", "percentile_75",
        "percentile_90", "top1.class 19", "top1.class 18", "top1.class 17", "top1.class 2",
        "top1.class 1", "top1.class 0",
      ])
    // Twenty values 0, 5 … 95: the median is 47.5, the quarter is at 4.75 steps of 5.
    let last = table[2].map { Double($0) ?? .nan }
    for (found, expected) in zip(last, [2, 9.5, 23.75, 47.5, 71.25, 85.5, 95, 90, 85, 10, 5, 0]) {
      #expect(abs(found - expected) < 1e-9, "\(last)")
    }
    #expect(
      figure.panels[0].series.map(\.title) == [
        "class 19", "class 18", "class 17", "10 to 90 % of classes", "middle half", "median",
        "class 2", "class 1", "class 0",
      ])
    #expect(
      figure.note == "20 classes, named: the 3 that end highest and lowest; 1 without images")
  }

  /// Up to twenty curves differ in colour or shape.
  @Test func twentyCurvesAreToldApart() throws {
    let values = (0..<40).map(String.init).joined(separator: ",")
    let text = historyText(["1,0.1,2,1,1,2,1,1,\(values)"], classes: names(20))
    let figures = TrainingFigures(
      try TrainingHistory(parsing: text, file: "history.csv"),
      status: RunStatus(data: .official, selectedOnTest: false))
    let looks = try #require(figures.perClassTraining).panels[0].series.map { series in
      guard case .line(_, _, let shape, _) = series.mark else { return "" }
      return "\(shape) \(series.color.webNotation)"
    }
    #expect(Set(looks).count == 20)
  }

  // MARK: Images

  @Test func samplesOfManyClassesAreSpread() throws {
    // 100 classes, of which every second has images.
    let labels = (0..<100).map { UInt16($0 % 50 * 2) }
    let figure = try DataFigures(classNames: names(100), data: .official).samples(
      images: [UInt8](repeating: 9, count: 100 * 3 * 256), labels: labels, side: 16,
      file: "samples")
    #expect(figure.note == "30 of 100 classes, evenly spread")
    guard case .placed(let places) = figure.panels[0].vertical.ticks else {
      Issue.record("no places")
      return
    }
    #expect(places.count == 30)
    #expect(places.prefix(3).map(\.name) == ["class 0", "class 2", "class 6"])
    #expect(places.last?.name == "class 96")
  }

  /// Images of any side are drawn at a visible size, in a figure of a reasonable size.
  @Test(arguments: [16, 32, 33, 48, 64, 65, 96, 100, 128, 160, 161, 224, 256], [2, 10, 40])
  func imagesOfAnySideFit(_ side: Int, _ classes: Int) throws {
    let labels = (0..<classes * 10).map { UInt16($0 % classes) }
    let images = [UInt8](repeating: 7, count: labels.count * 3 * side * side)
    let samples = try DataFigures(classNames: names(classes), data: .official)
      .samples(images: images, labels: labels, side: side, file: "samples")
    #expect((400...1300).contains(samples.width) && samples.height <= 3500)
    guard case .image(let pixels) = samples.data else {
      Issue.record("samples are no image")
      return
    }
    #expect(pixels.count * pixels[0].count <= 700_000)
    let count = min(24, labels.count)
    let pictures = PictureFigures(status: RunStatus(data: .official, selectedOnTest: false))
    let mistakes = try #require(
      try pictures.mistakes(
        images: Array(images.prefix(count * 3 * side * side)),
        labels: Array(labels.prefix(count)), predicted: Array(labels.prefix(count)),
        confidence: [Float](repeating: 1, count: count), side: side, classNames: names(classes),
        subject: "9 test images", file: "mistakes"))
    #expect((1000...1200).contains(mistakes.width) && mistakes.height <= 1000, "\(mistakes.width)")
    // Neighbouring captions have space for a truncated name, an arrow and a percentage.
    let places = mistakes.panels[0].captions.prefix(4).map(\.x)
    let frame = try #require(mistakes.panels[0].frame)
    guard case .image(let sheet) = mistakes.data else {
      Issue.record("mistakes are no image")
      return
    }
    #expect((places[2] - places[0]) * Double(frame.width / sheet[0].count) >= 160)
  }

  // MARK: Names

  /// A right-to-left name does not reorder the rest of its line.
  @Test func namesFromRightToLeftAreKeptApart() throws {
    let pictures = PictureFigures(status: RunStatus(data: .official, selectedOnTest: false))
    let figure = try pictures.mistakes(
      images: [UInt8](repeating: 0, count: 12), labels: [0], predicted: [0], confidence: [0.5],
      side: 2, classNames: ["قطة"], subject: "1 test image", file: "mistakes")
    #expect(
      figure?.panels[0].captions.map(\.text) == [
        "\u{200E}\u{2068}قطة\u{2069}", "→ \u{200E}\u{2068}قطة\u{2069} 50 %",
      ])
  }

  /// Names are truncated by width: a Chinese character is as wide as two letters.
  @Test func wideNamesAreCutSooner() {
    let long = String(repeating: "漢", count: 30)
    let figure = DataFigures(classNames: [long, "ok"], data: .official).classes(counts: [1, 2])
    #expect(figure.script.contains("'漢漢漢漢漢漢漢漢漢…' 0.0"))
  }
}

/// Figures of many classes, drawn by gnuplot.
@Suite(.enabled(if: gnuplotIsInstalled, "gnuplot is not installed"))
struct ManyClassesRenderingTests {
  @Test(arguments: [2, 31, 100, 1000])
  func everyFigureOfManyClassesIsDrawn(_ count: Int) throws {
    let long = String(repeating: "name ", count: 20)
    let names = (0..<count).map { index in
      (index % 3 == 0 ? hostileNames[index / 3 % hostileNames.count] : long) + " \(index)"
    }
    try withScratchFolder { folder in
      var inLetters = 0
      for figure in try RenderingTests().allFigures(names: names, epochs: 3) {
        guard !["samples", "augmented"].contains(figure.name) || count <= 100 else { continue }
        let clock = ContinuousClock()
        let duration = try clock.measure {
          _ = try Renderer().render(figure, formats: [.png, .svg], into: folder)
        }
        #expect(figure.height <= 4000, "\(figure.name): \(figure.height)")
        #expect(duration < .seconds(30), "\(figure.name): \(duration)")
        guard case .table = figure.data else { continue }
        let lines = try Renderer().letters(
          figure.name, in: folder, columns: 72, lines: 20, inColours: false)
        #expect(lines.count > 8 && lines.allSatisfy { $0.count <= 72 }, "\(figure.name)")
        inLetters += 1
      }
      #expect(inLetters > 5)
      #expect(!(try files(in: folder).contains("canary")))
    }
  }

  /// gnuplot draws a character that no font has as a box larger than the picture.
  @Test func aLetterThatNoFontHasIsASquareInPNG() throws {
    func figure(_ name: String) -> Figure {
      DataFigures(classNames: [name, "dog"], data: .official).classes(counts: [1, 2])
    }
    // The last Unicode scalar, for private use.
    let letter = "\u{10FFFD}"
    try withScratchFolder { folder in
      try Renderer().render(figure("a\(letter)b"), formats: [.png, .svg], into: folder)
      let picture = folder.appending(path: "classes.png")
      let found = try Data(contentsOf: picture)
      let script = try String(contentsOf: folder.appending(path: "classes.gp"), encoding: .utf8)
      let drawing = try String(contentsOf: folder.appending(path: "classes.svg"), encoding: .utf8)
      #expect(script.contains("a\(letter)b") && drawing.contains("a\(letter)b"))
      #expect(
        try files(in: folder) == [
          "classes-narrow.svg", "classes.csv", "classes.gp", "classes.png", "classes.svg",
        ])
      try Renderer().render(figure("a□b"), formats: [.png], into: folder)
      #expect(try Data(contentsOf: picture) == found)
    }
    let renderer = try Renderer()
    #expect(renderer.undrawableLetters(in: "a\(letter)b\(letter) → …") == [Character(letter)])
    #expect(renderer.undrawableLetters(in: "Übermaß, 100 % — it's").isEmpty)
  }
}
