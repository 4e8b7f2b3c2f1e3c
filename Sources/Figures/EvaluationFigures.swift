import Foundation
import Gnuplot
import Metrics
import Records
import TensorFiles

/// The figures of an evaluation: the confusion matrix, the scores of each class and the
/// calibration.
public struct EvaluationFigures: Sendable {
  let summary: EvaluationReport
  let status: RunStatus

  public init(_ summary: EvaluationReport) {
    self.summary = summary
    status = RunStatus(data: summary.dataStatus, selectedOnTest: summary.selectedOnTest)
  }

  /// The evaluated images as named in titles, and their views if there are several.
  public var images: String {
    let test = summary.isOnTest || summary.selectedOnTest
    let images = "\(NumberText.grouped(summary.count)) \(test ? "test" : "validation") images"
    return images + (summary.imageViews.mark.map { ", \($0)" } ?? "")
  }

  /// The confusion matrix: a row for each true class, a column for each predicted class. A cell
  /// holds a count; its colour is the fraction of the true class's images, so rows of classes of
  /// different sizes can be compared.
  ///
  /// Counts are written into the cells if they fit. With more than `ManyClasses.limit` classes, the
  /// classes are ordered by confusion, and the most frequent confusions are listed below.
  ///
  /// - Parameter counts: `[true][predicted]`.
  /// - Precondition: a square of as many rows as there are names.
  public func confusion(counts: [[Int]], classNames: [String]) -> Figure {
    let size = classNames.count
    precondition(
      counts.count == size && counts.allSatisfy { $0.count == size },
      "a confusion matrix of \(counts.map(\.count)) columns for \(size) classes")
    guard size <= ManyClasses.limit else {
      return orderedConfusion(ConfusionMatrix(counts: counts), classNames: classNames)
    }
    let cells = (0..<size * size).map { (row: $0 / size, column: $0 % size) }
    let totals = counts.map { max($0.reduce(0, +), 1) }
    let fractions = cells.map { Double(counts[$0.row][$0.column]) / Double(totals[$0.row]) }
    let data = DataTable([
      "predicted_number": .integers(cells.map(\.column)),
      "true_number": .integers(cells.map(\.row)),
      "count": .integers(cells.map { counts[$0.row][$0.column] }),
      "percent_of_true": .numbers(fractions.map { 100 * $0 }),
      "ink": .integers(fractions.map { Palette.scale($0).legibleInk.packed }),
      "true": .texts(cells.map { classNames[$0.row] }),
      "predicted": .texts(cells.map { classNames[$0.column] }),
    ])
    let (x, y) = ("predicted_number", "true_number")
    func axis(_ label: String, reversed: Bool) -> Axis {
      Axis(
        label, from: -0.5, to: Double(size) - 0.5, ticks: .named(classNames), reversed: reversed)
    }
    let panel = Panel(
      horizontal: axis("predicted class", reversed: false),
      vertical: axis("true class", reversed: true),
      series: [
        Series(nil, .cells(x: x, y: y, percent: "percent_of_true"))
      ]
        + (ManyClasses.numbersFit(Array(counts.joined()), inRowsOf: size, across: 760)
          ? [Series(nil, .counts(x: x, y: y, count: "count", ink: "ink"))] : []),
      legend: .none, colorScale: "fraction of the true class (%)")
    return Figure(
      name: "confusion", title: status.qualified("Confusion matrix, \(images)"), width: 1100,
      height: 900, panels: [panel], data: .table(data))
  }

  /// Precision, recall and F1 of each class, and their means at the right end; with more than
  /// `ManyClasses.limit` classes, of the best and the worst ones.
  public var classScores: Figure {
    guard summary.perClass.count <= ManyClasses.limit else { return rankedScores }
    func column(
      _ score: KeyPath<EvaluationReport.ClassFigures, Double?>, mean: Double?
    ) -> DataTable.Values {
      .numbers(summary.perClass.map { $0[keyPath: score] } + [mean])
    }
    let names = summary.perClass.map(\.name) + ["mean"]
    let data = DataTable([
      "precision": column(\.precision, mean: summary.macro.precision),
      "recall": column(\.recall, mean: summary.macro.recall),
      "f1": column(\.f1, mean: summary.macro.f1),
      "class": .texts(names),
    ])
    return Figure(
      name: "class-scores", title: status.qualified("Scores of each class, \(images)"),
      panels: [Self.scorePanel(of: names)], data: .table(data))
  }

  /// Three bars for each of `names`, from the columns `precision`, `recall` and `f1`.
  static func scorePanel(of names: [String]) -> Panel {
    let bars: [(String, String, Color)] = [
      ("precision", "precision", Palette.blue), ("recall", "recall", Palette.orange),
      ("F1", "f1", Palette.green),
    ]
    return Panel(
      horizontal: Axis("", from: -0.6, to: Double(names.count) - 0.4, ticks: .named(names)),
      vertical: Axis("score (%)", from: 0, to: 100, ticks: .every(10)),
      series: bars.enumerated().map { index, bar in
        Series(
          bar.0, .bars(height: bar.1, offset: 0.26 * Double(index - 1), width: 0.24),
          color: bar.2)
      })
  }

  /// The reliability diagram: accuracy over confidence for each bin, with the gap between them and,
  /// below, the number of images in each bin.
  ///
  /// Source: Guo et al., 2017, arXiv:1706.04599, figure 1.
  ///
  /// - Parameters:
  ///   - edges: The edges of the bins, 0 to 1, one more than bins.
  ///   - counts: The number of images in each bin.
  ///   - confidence, accuracy: The means of each bin, 0 to 1.
  /// - Precondition: there is one value for each bin.
  public func calibration(
    edges: [Double], counts: [Int], confidence: [Double], accuracy: [Double]
  ) -> Figure {
    let bins = counts.count
    precondition(
      edges.count == bins + 1 && confidence.count == bins && accuracy.count == bins,
      "\(edges.count) edges, \(confidence.count) confidences, \(accuracy.count) accuracies of "
        + "\(bins) bins")
    func percent(_ values: [Double]) -> DataTable.Values {
      .numbers(zip(values, counts).map { $1 > 0 ? 100 * $0 : nil })
    }
    let (left, right) = (edges.dropLast().map { 100 * $0 }, edges.dropFirst().map { 100 * $0 })
    let data = DataTable([
      "from_percent": .numbers(left), "to_percent": .numbers(right),
      "middle_percent": .numbers(zip(left, right).map { ($0 + $1) / 2 }),
      "images": .integers(counts), "accuracy_percent": percent(accuracy),
      "confidence_percent": percent(confidence),
    ])
    let axis = Axis("confidence (%)", from: 0, to: 100, ticks: .every(20))
    func boxes(_ top: String, from bottom: String? = nil, isVeil: Bool = false) -> Series.Mark {
      .boxes(left: "from_percent", right: "to_percent", bottom: bottom, top: top, isVeil: isVeil)
    }
    let error = summary.expectedCalibrationError.map { String(format: "%.2f %%", 100 * $0) }
    let diagram = Panel(
      title: "expected calibration error \(error ?? "not known"), \(bins) bins",
      horizontal: axis, vertical: Axis("accuracy (%)", from: 0, to: 100, ticks: .every(20)),
      series: [
        Series("accuracy", boxes("accuracy_percent"), color: Palette.skyBlue),
        Series(
          "gap to mean confidence",
          boxes("confidence_percent", from: "accuracy_percent", isVeil: true),
          color: Palette.vermilion),
        Series("calibrated perfectly", .identity, color: Palette.black),
      ])
    let histogram = Panel(
      horizontal: axis, vertical: Axis("images", from: 0, to: 1.15 * Double(counts.max() ?? 1)),
      series: [
        Series(nil, boxes("images"), color: Palette.skyBlue),
        Series(nil, .numbers(x: "middle_percent", y: "images", number: "images")),
      ], legend: .none)
    return Figure(
      name: "calibration", title: status.qualified("Calibration, \(images)"), height: 900,
      rowFractions: [0.66, 0.34], panels: [diagram, histogram], data: .table(data))
  }
}
