import Foundation
import Gnuplot
import Metrics
import Records
import TensorFiles

extension EvaluationFigures {
  /// With up to this number of classes, the data file has all cells; with more, only those that are
  /// not zero.
  private static let mostWholeMatrix = 128
  /// The largest width and height of a matrix in screen pixels.
  private static let matrixPixels = 1100
  private static let largestCell = 30

  /// A matrix of many classes without numbers, ordered so that confusions are near the diagonal;
  /// the most frequent confusions are listed below. Colours show the square root of the fraction,
  /// since most confusions are of few images. Evenly spaced classes are named.
  func orderedConfusion(_ matrix: ConfusionMatrix, classNames: [String]) -> Figure {
    let order = matrix.orderByConfusion
    let size = order.count
    let cell = min(Self.largestCell, max(1, Self.matrixPixels / size))
    let frame = Panel.Frame(
      left: 270, top: 90, width: size * cell, height: size * cell, hasBorder: true)
    // A name needs the height of a line of text.
    let step = (FigureStyle.titlePixels + cell - 1) / cell
    let ticks = stride(from: 0, to: size, by: step).map { place in
      (position: Double(place), name: classNames[order[place]])
    }
    func axis(_ label: String, reversed: Bool) -> Axis {
      Axis(label, from: -0.5, to: Double(size) - 0.5, ticks: .placed(ticks), reversed: reversed)
    }
    let listTop = frame.top + frame.height + 260
    let lists = confusionLists(of: matrix, classNames: classNames, top: listTop)
    let panel = Panel(
      horizontal: axis("predicted class", reversed: false),
      vertical: axis("true class", reversed: true),
      series: [
        Series(
          nil,
          .sparseCells(x: "predicted_place", y: "true_place", percent: "percent_of_true"))
      ], legend: .none, texts: lists, colorScale: "fraction of the true class (%)", shading: .root,
      frame: frame)
    let named = step == 1 ? "" : "; one in \(step) is named"
    return Figure(
      name: "confusion", title: status.qualified("Confusion matrix, \(images)"),
      note: "\(ManyClasses.counted(size)), ordered so that classes that are confused are "
        + "neighbours (average linkage)\(named)",
      width: max(1300, frame.left + frame.width + 170),
      height: listTop + (lists[0].lines.count + 1) * Panel.TextColumn.pitch, panels: [panel],
      data: .table(Self.cells(of: matrix, in: order, classNames: classNames)))
  }

  private static func cells(
    of matrix: ConfusionMatrix, in order: [Int], classNames: [String]
  ) -> DataTable {
    var (rows, columns, counts) = ([Int](), [Int](), [Int]())
    var percents: [Double] = []
    for (row, truth) in order.enumerated() {
      let support = Double(max(matrix.support(of: truth), 1))
      for (column, predicted) in order.enumerated() {
        let count = matrix[truth, predicted]
        guard count > 0 || order.count <= mostWholeMatrix else { continue }
        rows.append(row)
        columns.append(column)
        counts.append(count)
        percents.append(100 * Double(count) / support)
      }
    }
    if counts.isEmpty { (rows, columns, counts, percents) = ([0], [0], [0], [0]) }
    return DataTable([
      "predicted_place": .integers(columns), "true_place": .integers(rows),
      "count": .integers(counts), "percent_of_true": .numbers(percents),
      "true": .texts(rows.map { classNames[order[$0]] }),
      "predicted": .texts(columns.map { classNames[order[$0]] }),
    ])
  }

  /// The most frequent confusions in two columns.
  private func confusionLists(
    of matrix: ConfusionMatrix, classNames: [String], top: Int
  ) -> [Panel.TextColumn] {
    let worst = matrix.mostConfused(limit: 2 * ManyClasses.listedEnd)
    guard !worst.isEmpty else {
      return [.init(lines: ["No image was misclassified."], left: 60, top: top)]
    }
    func name(_ index: Int) -> String { Text.name(classNames[index], to: 24) }
    let lines = worst.map { pair in
      "\(name(pair.truth)) → \(name(pair.predicted)): \(NumberText.grouped(pair.count)) "
        + "(\(Int(pair.percent.rounded())) %)"
    }
    let heading = "Most frequent confusions, truth → answer: images (fraction of the true class)"
    let first = [heading] + lines.prefix(ManyClasses.listedEnd)
    let second = [""] + lines.dropFirst(ManyClasses.listedEnd)
    return [
      .init(lines: first, left: 60, top: top), .init(lines: second, left: 650, top: top),
    ]
  }

  /// The classes at both ends of the ranking by F1, best first, and the means over all. Classes
  /// without images are not ranked: their F1 is 0 or undefined, whatever the network has learnt
  /// about them.
  var rankedScores: Figure {
    let scored = summary.perClass.enumerated().compactMap { index, score in
      score.support == 0 ? nil : score.f1.map { (index: index, f1: $0, score: score) }
    }.sorted { ($1.f1, $0.index) < ($0.f1, $1.index) }.map(\.score)
    let isWhole = scored.count <= 2 * ManyClasses.rankedEnd
    typealias Row = (name: String, precision: Double?, recall: Double?, f1: Double?)
    func rows(_ scores: some Sequence<EvaluationReport.ClassFigures>) -> [Row] {
      scores.map { ($0.name, $0.precision, $0.recall, $0.f1) }
    }
    let gap: Row = ("", nil, nil, nil)
    let ends =
      isWhole
      ? rows(scored)
      : rows(scored.prefix(ManyClasses.rankedEnd)) + [gap]
        + rows(scored.suffix(ManyClasses.rankedEnd))
    let macro = summary.macro
    let all = ends + [gap, ("mean of all", macro.precision, macro.recall, macro.f1)]
    let data = DataTable([
      "precision": .numbers(all.map(\.precision)), "recall": .numbers(all.map(\.recall)),
      "f1": .numbers(all.map(\.f1)), "class": .texts(all.map(\.name)),
    ])
    let absent = summary.perClass.count - scored.count
    let shown =
      isWhole
      ? ManyClasses.counted(scored.count) + " by F1"
      : "the \(ManyClasses.rankedEnd) highest and the \(ManyClasses.rankedEnd) lowest of "
        + "\(ManyClasses.counted(scored.count)) by F1"
    return Figure(
      name: "class-scores", title: status.qualified("Scores by class, \(images)"),
      note: shown
        + (absent > 0 ? "; \(ManyClasses.counted(absent)) without images left out" : ""),
      width: 1400, height: 760, panels: [Self.scorePanel(of: all.map(\.name))],
      data: .table(data))
  }
}
