import Comparison
import Foundation
import Gnuplot

extension SweepResults {
  /// The largest number of lines that can be distinguished in a figure.
  private static let lineLimit = 8

  /// The learning curves: for each setting, the mean over the seeds with a band of one standard
  /// deviation. If there are many settings, those with the highest accuracy. Nil if no run has any.
  public var curves: Figure? {
    let shown = settings.filter { setting in
      setting.outcomes.contains { $0.top1OfEpoch.contains { $0?.isFinite == true } }
    }.sorted { ($0.top1?.mean ?? -1, $1.point) > ($1.top1?.mean ?? -1, $0.point) }
    let lines = shown.prefix(Self.lineLimit).sorted { $0.point < $1.point }
    let epochs = Set(lines.flatMap { $0.outcomes.flatMap(\.epochs) }).sorted()
    guard let first = epochs.first, let last = epochs.last else { return nil }
    var data = DataTable(["epoch": .integers(epochs)])
    var panels: [Panel] = []
    let quantities: [(name: String, title: String, axis: String, KeyPath<RunOutcome, [Double?]>)] =
      [
        ("top1", "Validation accuracy", "top-1 accuracy (%)", \.top1OfEpoch),
        ("loss", "Validation loss", "loss (nats per image)", \.lossOfEpoch),
      ]
    for (quantity, title, axis, path) in quantities {
      var bands: [Series] = []
      var means: [Series] = []
      for (index, setting) in lines.enumerated() {
        let band = Self.band(of: setting.outcomes, path, at: epochs)
        guard band.contains(where: { $0 != nil }) else { continue }
        func column(_ kind: String) -> String { "\(quantity).\(kind).\(setting.point + 1)" }
        func add(_ kind: String, _ value: (SampleStatistics) -> Double) {
          data.add(column(kind), .numbers(band.map { $0.map(value) }))
        }
        add("mean") { $0.mean }
        // The band does not extend below zero, unless a measured value is negative.
        add("low") { max($0.mean - ($0.standardDeviation ?? 0), min(0, $0.least)) }
        add("high") { $0.mean + ($0.standardDeviation ?? 0) }
        let color = Palette.categories[index % Palette.categories.count]
        if setting.outcomes.count > 1 {
          bands.append(
            Series(nil, .band(x: "epoch", low: column("low"), high: column("high")), color: color))
        }
        means.append(
          Series(
            setting.title,
            .line(
              x: "epoch", y: column("mean"),
              shape: PointShape.allCases[index % PointShape.allCases.count],
              shapeEvery: PointShape.interval(along: epochs.count)), color: color))
      }
      guard !means.isEmpty else { continue }
      panels.append(
        Panel(
          title: title, horizontal: .epochs(from: first, through: last), vertical: Axis(axis),
          series: bands + means))
    }
    guard !panels.isEmpty else { return nil }
    let key = sweep.varied.count == 1 ? ", by \(sweep.shortName(of: sweep.varied[0].key))" : ""
    let kept =
      shown.count > lines.count ? ", the \(lines.count) best of \(shown.count) settings" : ""
    return Figure(
      name: "curves", title: "Mean over seeds ± one standard deviation\(key)\(kept)", width: 1200,
      height: 560, panelsAcross: panels.count, panels: panels, data: .table(data))
  }

  private static func band(
    of outcomes: [RunOutcome], _ path: KeyPath<RunOutcome, [Double?]>, at epochs: [Int]
  ) -> [SampleStatistics?] {
    var values: [Int: [Double]] = [:]
    for outcome in outcomes {
      for (epoch, value) in zip(outcome.epochs, outcome[keyPath: path]) {
        if let value, value.isFinite { values[epoch, default: []].append(value) }
      }
    }
    return epochs.map { values[$0].flatMap { SampleStatistics($0) } }
  }

  /// The effect of each key: a panel for each key, with a point and its 95 % interval for each
  /// value, over all runs with that value, and the single runs next to it. Nil if no key varies or
  /// nothing was evaluated.
  public var effectsFigure: Figure? {
    let effects = effects
    guard !effects.isEmpty else { return nil }
    var data = DataTable()
    let rows =
      effects.map { effect in
        max(effect.values.count, effect.values.reduce(0) { $0 + $1.runs.count })
      }.max() ?? 0
    func padded(_ values: [Double?]) -> DataTable.Values {
      .numbers(values + [Double?](repeating: nil, count: rows - values.count))
    }
    let panels = effects.enumerated().map { index, effect -> Panel in
      func column(_ name: String) -> String { "\(name).\(index + 1)" }
      let values = effect.values
      data.add(column("value"), padded(values.indices.map(Double.init)))
      data.add(column("mean"), padded(values.map(\.top1.mean)))
      data.add(
        column("low"), padded(values.map { max($0.top1.mean - ($0.top1.halfWidth ?? 0), 0) }))
      data.add(
        column("high"), padded(values.map { min($0.top1.mean + ($0.top1.halfWidth ?? 0), 100) }))
      let runs = values.enumerated().flatMap { place, value in
        value.runs.map { (Double(place) + 0.15, $0) }
      }
      data.add(column("run"), padded(runs.map(\.0)))
      data.add(column("top1"), padded(runs.map(\.1)))
      return Panel(
        title: effect.key,
        horizontal: Axis(
          sweep.shortName(of: effect.key), from: -0.5, to: Double(values.count) - 0.5,
          ticks: .named(values.map(\.value))),
        vertical: Axis("\(images) top-1 accuracy (%)"),
        series: [
          Series(
            "single runs", .points(x: column("run"), y: column("top1"), shape: .circle),
            color: Palette.grey),
          Series(
            "mean and 95 % interval",
            .errorBars(
              x: column("value"), y: column("mean"), low: column("low"), high: column("high")),
            color: Palette.blue),
        ])
    }
    let across = min(3, panels.count)
    return Figure(
      name: "effects", title: "Effect of each key", width: panels.count == 1 ? 800 : 420 * across,
      height: 460 * ((panels.count + across - 1) / across), panelsAcross: across, panels: panels,
      data: .table(data))
  }
}
