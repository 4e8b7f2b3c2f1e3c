import Foundation
import Gnuplot
import Records

extension RunComparison {
  /// The learning curves in one figure: validation accuracy and validation loss, each over epochs
  /// and over training time. Each run has one line, with the same colour and shape in each panel.
  /// Nil if no run has such values.
  ///
  /// Each loss is as its recipe defines it; losses with and without label smoothing can't be
  /// compared.
  public var figure: Figure? {
    let curves = runs.enumerated().compactMap { index, run in Curve(of: run, index: index) }
    guard let longest = curves.map(\.history.epochs.count).max(), longest > 0 else { return nil }
    var data = DataTable()
    for curve in curves { curve.addColumns(to: &data, count: longest) }

    let first = curves.compactMap(\.history.epochs.first).min() ?? 1
    let last = curves.compactMap(\.history.epochs.last).max() ?? 1
    let epochs = Axis.epochs(from: first, through: last)
    let (divisor, unit) = Self.unit(for: curves.compactMap { $0.elapsed?.last }.max() ?? 0)
    for curve in curves { curve.addTime(to: &data, count: longest, divisor: divisor) }
    func panel(
      _ title: String, _ horizontal: Axis, _ vertical: String, x: String, y: String
    ) -> Panel? {
      let series = curves.compactMap { $0.series(x: x, y: y, in: data) }
      guard !series.isEmpty else { return nil }
      return Panel(
        title: title, horizontal: horizontal, vertical: Axis(vertical), series: series)
    }
    let time = Axis("training time (\(unit))", from: 0)
    let panels = [
      panel(
        "Validation accuracy over epochs", epochs, "top-1 accuracy (%)", x: "epoch", y: "top1"),
      panel(
        "Validation accuracy over training time", time, "top-1 accuracy (%)", x: "time", y: "top1"),
      panel(
        "Validation loss over epochs, each recipe's own", epochs, "loss (nats per image)",
        x: "epoch", y: "loss"),
      panel(
        "Validation loss over training time", time, "loss (nats per image)", x: "time", y: "loss"),
    ].compactMap { $0 }
    guard !panels.isEmpty else { return nil }
    return Figure(
      name: "comparison", title: "\(curves.count) runs compared", width: 1200,
      height: panels.count > 2 ? 1000 : 560, panelsAcross: min(2, panels.count), panels: panels,
      data: .table(data))
  }

  private static func unit(for seconds: Double) -> (divisor: Double, name: String) {
    if seconds >= 7200 { return (3600, "h") }
    return seconds >= 120 ? (60, "min") : (1, "s")
  }
}

/// The line of a run.
private struct Curve {
  let name: String
  let title: String
  let index: Int
  let history: TrainingHistory
  /// Seconds from the start to the end of each epoch.
  let elapsed: [Double]?

  init?(of run: RunResults, index: Int) {
    guard let history = run.history, !history.isEmpty else { return nil }
    (name, self.index, self.history) = (run.name, index, history)
    title = run.evaluation?.selectedOnTest == true ? "\(run.name) (on test)" : run.name
    elapsed = run.seconds.map { seconds in
      var sum = 0.0
      return seconds.map { second in
        sum += second
        return sum
      }
    }
  }

  func column(_ kind: String) -> String { "\(kind).\(name)" }

  private func padded(_ values: [Double?], _ count: Int) -> DataTable.Values {
    .numbers(values + [Double?](repeating: nil, count: count - values.count))
  }

  func addColumns(to data: inout DataTable, count: Int) {
    data.add(column("epoch"), padded(history.epochs.map(Double.init), count))
    data.add(column("top1"), padded(history.validation.top1, count))
    data.add(column("loss"), padded(history.validation.loss, count))
  }

  func addTime(to data: inout DataTable, count: Int, divisor: Double) {
    guard let elapsed else { return }
    data.add(column("time"), padded(elapsed.map { $0 / divisor }, count))
  }

  /// Nil if the run has no such points.
  func series(x: String, y: String, in data: DataTable) -> Series? {
    let values = y == "top1" ? history.validation.top1 : history.validation.loss
    guard values.contains(where: { $0?.isFinite == true }),
      data.columns.contains(where: { $0.name == column(x) })
    else { return nil }
    let shapes = PointShape.allCases
    return Series(
      title,
      .line(
        x: column(x), y: column(y), shape: shapes[index % shapes.count],
        shapeEvery: PointShape.interval(along: history.epochs.count)),
      color: Palette.categories[index % Palette.categories.count])
  }
}
