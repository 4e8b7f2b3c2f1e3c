import Gnuplot
import Records

extension RatePlan {
  /// The rate of every step over the epochs; nil if no epoch was planned.
  public var figure: Figure? {
    guard !epochs.isEmpty else { return nil }
    let data = DataTable(["epoch": .numbers(epochs), "learning_rate": .numbers(rates)])
    let panel = Panel(
      horizontal: Axis("epochs done", from: epochs.first), vertical: Axis("learning rate", from: 0),
      series: [
        Series(
          nil, .line(x: "epoch", y: "learning_rate", shapeEvery: epochs.count + 1),
          color: Palette.blue)
      ], legend: .none)
    return Figure(
      name: "schedule", title: "The learning rate as planned, before the first step", height: 420,
      panels: [panel], data: .table(data))
  }
}
