import Figures
import Gnuplot
import Records
import TestSupport
import Testing

/// The contents of the figures: titles, legends, columns, orientation.
@Suite struct FigureTests {
  let rows = [
    "1,0.1,2.5,10,50,2.25,12,55,,,30,14", "2,0.1,2,20,60,2,40,70,,,20,60",
    "3,0.01,1.5,45,80,2.1,40,71,,,35,45",
  ]

  func titles(_ figure: Figure?) -> [String?] {
    figure?.panels.flatMap { $0.series.map(\.title) } ?? []
  }

  @Test func validationCurveIsNamedByWhatChose() throws {
    #expect(titles(try trainingFigures(rows).loss) == ["training", "validation"])
    let published = try trainingFigures(rows, selectedOnTest: true)
    #expect(titles(published.top1) == ["training", "test (selected on it)"])
    #expect(published.top1?.title == "Top-1 accuracy over epochs — selected on test")
    #expect(published.perClassValidation?.title.contains("test images") == true)
  }

  @Test func titlesOwnUpToTheData() throws {
    let figures = DataFigures(classNames: ["cat", "dog"], data: .unverified)
    #expect(
      figures.classes(counts: [1200, 34]).title
        == "Training images of each class, 1,234 in all — unverified data")
    let both = EvaluationFigures(try evaluationReport(evaluationText(selectedOnTest: true)))
    #expect(
      both.classScores.title
        == "Scores of each class, 1,000 test images — selected on test, unverified data")
    let views = EvaluationFigures(
      try evaluationReport(
        evaluationText(replacing: "\"count\"", with: "\"views\": \"shifted\", \"count\"")))
    #expect(
      views.classScores.title
        == "Scores of each class, 1,000 validation images, 6 views each — unverified data")
    let official = DataFigures(classNames: ["cat", "dog"], data: .official)
    #expect(official.classes(counts: [1, 2]).title == "Training images of each class, 3 in all")
  }

  @Test func bestIsTheFirstOfTheHighest() throws {
    let history = try TrainingHistory(parsing: historyText(rows), file: "history.csv")
    #expect(history.best?.epoch == 2)
    #expect(history.best?.top1 == 40)
    let figures = try trainingFigures(rows)
    let overview = try #require(figures.overview)
    #expect(overview.panels.count == 4)
    #expect(overview.panels[1].series.last?.title == "best 40.00 %")
    #expect(overview.script.contains("40.0 with lines dashtype 2"))
    #expect(overview.panels[2].vertical.scale == .logarithmic)
    #expect(overview.script.contains("set logscale y\nset yrange [0.00"))
    #expect(overview.script.contains("filledcurves y=0"))
    #expect(overview.dataText.hasPrefix("epoch,learning_rate,train_loss"))
    #expect(overview.dataText.contains("\n3,0.01,1.5,2.1,45.0,40.0,80.0,71.0,5.0\n"))
  }

  @Test func whatWasNotMeasuredIsLeftOut() throws {
    let figures = try trainingFigures(rows)
    #expect(figures.perClassTraining == nil)
    // In the order in which the lines end.
    #expect(titles(figures.perClassValidation) == ["dog", "cat"])
    let lossOnly = try trainingFigures(["1,,2.5,,,nan,,,,,,", "2,0,2.0,,,inf,,,,,,"])
    #expect(titles(lossOnly.loss) == ["training"])
    #expect(lossOnly.top1 == nil)
    #expect(lossOnly.top5 == nil)
    #expect(lossOnly.overview?.panels.count == 1)
  }

  @Test func anEmptyHistoryHasNoFigure() throws {
    let figures = try trainingFigures([])
    #expect(figures.loss == nil)
    #expect(figures.top1 == nil)
    #expect(figures.top5 == nil)
    #expect(figures.perClassTraining == nil)
    #expect(figures.perClassValidation == nil)
    #expect(figures.overview == nil)
  }

  @Test func confusionHasTruthDownAndPredictionRight() throws {
    let figure = EvaluationFigures(try evaluationReport(evaluationText()))
      .confusion(counts: [[9, 1], [30, 10]], classNames: ["cat", "dog"])
    let lines = figure.dataText.split(separator: "\n")
    #expect(lines[0] == "predicted_number,true_number,count,percent_of_true,ink,true,predicted")
    #expect(lines[1] == "0,0,9,90.0,16777215,cat,cat")
    #expect(lines[2] == "1,0,1,10.0,0,cat,dog")
    #expect(lines[3] == "0,1,30,75.0,16777215,dog,cat")
    #expect(figure.panels[0].horizontal.label == "predicted class")
    #expect(figure.panels[0].vertical.label == "true class")
    #expect(figure.script.contains("set xrange [-0.5:1.5]"))
    #expect(figure.script.contains("set yrange [1.5:-0.5]"))
  }

  @Test func aClassWithoutImagesHasAWhiteRow() throws {
    let figure = EvaluationFigures(try evaluationReport(evaluationText()))
      .confusion(counts: [[0, 0], [0, 5]], classNames: ["cat", "dog"])
    #expect(figure.dataText.contains("\n0,0,0,0.0,0,cat,cat\n"))
  }

  /// Percentages, with empty cells for empty bins; the title of the diagram contains the error.
  @Test func calibrationLeavesEmptyBinsOut() throws {
    let text = evaluationText(
      replacing: "\"count\"", with: "\"expected_calibration_error\": 0.0125, \"count\"")
    let figure = EvaluationFigures(try evaluationReport(text)).calibration(
      edges: [0, 0.5, 1], counts: [0, 7], confidence: [0, 0.75], accuracy: [0, 0.5])
    let lines = figure.dataText.split(separator: "\n")
    #expect(
      lines[0]
        == "from_percent,to_percent,middle_percent,images,accuracy_percent,confidence_percent")
    #expect(lines[1] == "0.0,50.0,25.0,0,,")
    #expect(lines[2] == "50.0,100.0,75.0,7,50.0,75.0")
    #expect(figure.panels[0].title == "expected calibration error 1.25 %, 2 bins")
    #expect(figure.title == "Calibration, 1,000 validation images — unverified data")
    #expect(titles(figure).compactMap(\.self).last == "calibrated perfectly")
    // One above the other, with two thirds and one third of the space below the title.
    #expect(figure.script.contains("set origin 0.0000,0.3256\nset size 1.0000,0.6321"))
    #expect(figure.script.contains("set origin 0.0000,0.0000\nset size 1.0000,0.3256"))
  }

  @Test func efficiencyCountsWhatRanAfterTheBest() throws {
    let history = try TrainingHistory(parsing: historyText(rows), file: "history.csv")
    #expect(history.efficiency?.epochs == 3 && history.efficiency?.convergenceEpoch == 2)
    #expect(abs((history.efficiency?.percent ?? 0) - 200.0 / 3) < 1e-9)
    // A training that continues another one shows only its own epochs.
    let later = try TrainingHistory(
      parsing: historyText(rows.enumerated().map { "\(171 + $0.offset)\($0.element.dropFirst())" }),
      file: "history.csv")
    #expect(later.efficiency?.epochs == 3 && later.efficiency?.convergenceEpoch == 172)
    #expect(later.efficiency?.percent == history.efficiency?.percent)
    let empty = try TrainingHistory(parsing: historyText([]), file: "history.csv")
    #expect(empty.efficiency == nil)
  }

  /// A training on all images has no validation images: their columns are empty, and figures have
  /// one curve.
  @Test func aHistoryWithoutValidationHasCurves() throws {
    let rows = ["1,0.001,0.5,90,99,,,,,,,", "2,0.001,0.4,91,99,,,,,,,"]
    let history = try TrainingHistory(parsing: historyText(rows), file: "history.csv")
    #expect(history.best == nil && history.efficiency == nil)
    let figures = try trainingFigures(rows)
    #expect(titles(figures.loss) == ["training"] && titles(figures.top1) == ["training"])
    #expect(figures.perClassValidation == nil)
    let continuation = try #require(figures.continuation)
    #expect(continuation.name == "refit" && continuation.panels.count == 3)
    #expect(!continuation.script.contains("best"))
  }

  /// Panels one below another, text of the same size at half the width, the title on several lines.
  @Test func aNarrowFigureIsLaidOutAnew() throws {
    let overview = try #require(try trainingFigures(rows).overview)
    let narrow = try #require(overview.narrow)
    #expect(narrow.name == "training-narrow" && narrow.width == 480)
    #expect(narrow.script.contains("across = letters ? 1 : 1\n"))
    #expect(narrow.script.contains("font 'sans-serif,16'"))
    #expect(narrow.dataText == overview.dataText && narrow.narrow == nil)
    var long = overview
    long.title = "Accuracy of each class over epochs, training images, unverified data"
    #expect(
      long.narrow?.script.contains(
        "'Accuracy of each class over epochs,'.\"\\n\".'training images, unverified data'") == true)
    let grid = try DataFigures(classNames: ["cat", "dog"], data: .official).samples(
      images: [UInt8](repeating: 9, count: 12 * 3_072), labels: [UInt16](repeating: 1, count: 12),
      side: 32, file: "s")
    #expect(grid.narrow?.name == "samples-narrow" && grid.narrow?.narrow == nil)
    #expect((grid.narrow?.width ?? .max) <= 520)
  }

  @Test func samplesLieUprightInTheirRow() throws {
    // Two images of 2 × 2 of the second class; the first has a red pixel at the top left, the
    // second a blue one at the bottom right.
    var images = [UInt8](repeating: 0, count: 2 * 3 * 4)
    images[0] = 255
    images[12 + 8 + 3] = 254
    let figure = try DataFigures(classNames: ["cat", "dog"], data: .official)
      .samples(images: images, labels: [1, 1], side: 2, file: "samples.safetensors")
    let rows = figure.dataText.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(rows.count == 8)
    #expect(rows.allSatisfy { $0.count == 8 })
    #expect(rows[1][1] == "-1")
    #expect(rows[5][1] == "16711680")
    #expect(rows[6][6] == "254")
    #expect(rows[6][5] == "0")
    // The first row of the data is the top one.
    #expect(figure.script.contains("set yrange [7.5:-0.5]"))
    #expect(figure.script.contains("'cat' 1.5, 'dog' 5.5"))
    // Exactly 48 screen pixels for each pixel: an image is 96 wide.
    #expect(figure.script.contains("set rmargin at screen \(190 + 8 * 48)./\(figure.width)"))
  }

  @Test(arguments: [([UInt16](), "images"), ([0, 2], "label of image 1")])
  func samplesWithoutAClassAreNamed(_ labels: [UInt16], _ place: String) throws {
    let error = try #require(throws: LogError.self) {
      try DataFigures(classNames: ["cat", "dog"], data: .official).samples(
        images: [UInt8](repeating: 0, count: labels.count * 3), labels: labels, side: 1,
        file: "samples.safetensors")
    }
    #expect(error.description.hasPrefix("samples.safetensors: \(place): expected"))
  }

  @Test func pixelSharesSumToAHundred() {
    let ramp = (0..<256).map { $0 * $0 }
    let figure = DataFigures(classNames: ["cat"], data: .official)
      .pixels(counts: [ramp, ramp.reversed(), [Int](repeating: 3, count: 256)])
    let rows = figure.dataText.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    for column in 1...3 {
      let total = rows.reduce(0) { $0 + (Double($1[column]) ?? .nan) }
      #expect(abs(total - 100) < 1e-9)
    }
  }
}
