import CheckedNumbers
import Gnuplot
import TensorFiles

extension TrainingFigures {
  /// Number of classes at each end that have their own curves.
  private static let namedEnd = 3

  /// The distribution of the accuracies of many classes: the median, the middle half and the middle
  /// four fifths of the classes in each epoch, and the curves of the classes with the highest and
  /// lowest final accuracies.
  ///
  /// - Parameter accuracies: Percent, `[class][epoch]`.
  func classSpread(_ name: String, _ title: String, _ accuracies: [[Double?]]) -> Figure? {
    let ends = accuracies.enumerated().compactMap { index, values in
      (values.last { $0?.isFinite == true } ?? nil).map { (index: index, last: $0) }
    }.sorted { ($1.last, $0.index) < ($0.last, $1.index) }.map(\.index)
    guard !ends.isEmpty else { return nil }
    let sorted = history.epochs.indices.map { epoch in
      accuracies.compactMap { $0[epoch] }.filter(\.isFinite).sorted()
    }
    var table = DataTable(["epoch": .integers(history.epochs)])
    for percent in [10, 25, 50, 75, 90] {
      table.add(
        "percentile_\(percent)",
        .numbers(sorted.map { Self.quantile(Double(percent) / 100, of: $0) }))
    }
    func curves(_ classes: some Sequence<Int>, _ color: Color) -> [Series] {
      classes.enumerated().map { place, index in
        let column = "top1.\(history.classNames[index])"
        table.add(column, .numbers(accuracies[index]))
        let mark = Series.Mark.line(
          x: "epoch", y: column, shape: PointShape.allCases[place], shapeEvery: shapeEvery)
        return Series(
          Text.shortened(PrintableText.flattened(history.classNames[index])), mark, color: color)
      }
    }
    let named = min(Self.namedEnd, ends.count / 2)
    let best = curves(ends.prefix(named), Palette.green)
    let worst = curves(ends.suffix(named), Palette.vermilion)
    let spread = [
      Series(
        "10 to 90 % of classes", .band(x: "epoch", low: "percentile_10", high: "percentile_90"),
        color: Palette.skyBlue),
      Series(
        "middle half", .band(x: "epoch", low: "percentile_25", high: "percentile_75"),
        color: Palette.blue),
      Series(
        "median", .line(x: "epoch", y: "percentile_50", shape: .circle, shapeEvery: shapeEvery),
        color: Palette.black),
    ]
    let panel = Panel(
      horizontal: epochAxis, vertical: Axis("top-1 accuracy (%)"), series: best + spread + worst,
      legend: .right)
    let absent = accuracies.count - ends.count
    return Figure(
      name: name, title: status.qualified(title),
      note: "\(ManyClasses.counted(ends.count)), named: the \(named) that end highest and lowest"
        + (absent > 0 ? "; \(NumberText.grouped(absent)) without images" : ""),
      width: 1200, panels: [panel], data: .table(table))
  }

  /// A quantile of ascending values, linearly interpolated between the two nearest; nil if there
  /// are none.
  static func quantile(_ fraction: Double, of values: [Double]) -> Double? {
    guard let last = values.last else { return nil }
    let place = fraction * Double(values.count - 1)
    let below = Int(clamping: place.rounded(.down))
    guard below + 1 < values.count else { return last }
    return values[below] + (place - Double(below)) * (values[below + 1] - values[below])
  }
}
