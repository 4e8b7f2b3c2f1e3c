import Foundation
import Gnuplot
import Metrics
import Records
import TensorFiles

/// The figures of a training run, drawn from its history.
///
/// A figure is nil if the history does not have its values.
public struct TrainingFigures: Sendable {
  let history: TrainingHistory
  let status: RunStatus
  private let data: DataTable

  public init(_ history: TrainingHistory, status: RunStatus) {
    self.history = history
    self.status = status
    data = DataTable([
      "epoch": .integers(history.epochs),
      "learning_rate": .numbers(history.learningRate),
      "train_loss": .numbers(history.training.loss),
      "validation_loss": .numbers(history.validation.loss),
      "train_top1": .numbers(history.training.top1),
      "validation_top1": .numbers(history.validation.top1),
      "train_top5": .numbers(history.training.top5),
      "validation_top5": .numbers(history.validation.top5),
      "gap": .numbers(Self.gap(of: history)),
    ])
  }

  /// Loss of training and validation images over the epochs.
  public var loss: Figure? {
    comparison("loss", "Loss over epochs", "loss (nats per image)", lossCurves)
  }

  /// Top-1 accuracy of training and validation images over the epochs.
  public var top1: Figure? {
    comparison("top1", "Top-1 accuracy over epochs", "top-1 accuracy (%)", top1Curves)
  }

  /// Top-5 accuracy of training and validation images over the epochs; also nil if there are so few
  /// classes that it is always 100 %.
  public var top5: Figure? {
    let classes = history.classNames.count
    guard classes == 0 || ClassificationTally.isTop5Informative(classes: classes) else {
      return nil
    }
    let curves = curves(
      "train_top5", history.training.top5, "validation_top5", history.validation.top5)
    return comparison("top5", "Top-5 accuracy over epochs", "top-5 accuracy (%)", curves)
  }

  /// Accuracy on the training images of each class over the epochs.
  public var perClassTraining: Figure? {
    perClass(
      "per-class-train", "Accuracy of each class over epochs, training images",
      history.training.top1OfClass)
  }

  /// Accuracy on the validation images of each class over the epochs.
  public var perClassValidation: Figure? {
    perClass(
      "per-class-validation",
      "Accuracy of each class over epochs, \(validationImages) images",
      history.validation.top1OfClass)
  }

  /// Four panels: losses; accuracies with the best validation accuracy; learning rate; and the gap
  /// between training and validation accuracy. A panel without values is left out.
  public var overview: Figure? { overview(name: "training", title: "Training, epoch by epoch") }

  /// The overview of a training that continued an earlier one.
  public var continuation: Figure? {
    overview(name: "refit", title: "Training further, epoch by epoch")
  }

  private func overview(name: String, title: String) -> Figure? {
    let panels = [lossPanel, accuracyPanel, learningRatePanel, gapPanel].compactMap { $0 }
    guard !panels.isEmpty else { return nil }
    return Figure(
      name: name, title: status.qualified(title), width: 1200, height: 900,
      panelsAcross: min(2, panels.count), panels: panels, data: .table(data))
  }
}

extension TrainingFigures {
  private var lossCurves: [Series] {
    curves("train_loss", history.training.loss, "validation_loss", history.validation.loss)
  }

  private var top1Curves: [Series] {
    curves("train_top1", history.training.top1, "validation_top1", history.validation.top1)
  }

  /// A line for the training images and one for the validation images, if they have points.
  private func curves(
    _ trainingColumn: String, _ training: [Double?], _ validationColumn: String,
    _ validation: [Double?]
  ) -> [Series] {
    var series: [Series] = []
    if Self.hasPoints(training) {
      series.append(
        Series(
          "training", .line(x: "epoch", y: trainingColumn, shapeEvery: shapeEvery),
          color: Palette.blue))
    }
    if Self.hasPoints(validation) {
      series.append(
        Series(
          status.validationName,
          .line(x: "epoch", y: validationColumn, shape: .square, shapeEvery: shapeEvery),
          color: Palette.vermilion))
    }
    return series
  }

  private func comparison(
    _ name: String, _ title: String, _ measure: String, _ curves: [Series]
  ) -> Figure? {
    guard !curves.isEmpty else { return nil }
    let panel = Panel(horizontal: epochAxis, vertical: Axis(measure), series: curves)
    return Figure(
      name: name, title: status.qualified(title), panels: [panel], data: .table(data))
  }

  /// One line for each class; the legend is sorted by final accuracy, like the ends of the lines.
  /// With more than `ManyClasses.curveLimit` classes, their distribution and the classes at both
  /// ends.
  private func perClass(_ name: String, _ title: String, _ accuracies: [[Double?]]) -> Figure? {
    guard accuracies.count <= ManyClasses.curveLimit else {
      return classSpread(name, title, accuracies)
    }
    var table = DataTable(["epoch": .integers(history.epochs)])
    var lines: [(last: Double, series: Series)] = []
    for (index, values) in accuracies.enumerated() {
      let column = history.classNames[index]
      table.add("top1.\(column)", .numbers(values))
      guard let last = values.last(where: { $0?.isFinite == true }) ?? nil else { continue }
      let shapes = PointShape.allCases
      let mark = Series.Mark.line(
        x: "epoch", y: "top1.\(column)",
        // The second ten classes have the colours of the first ten, with other shapes.
        shape: shapes[(index + index / Palette.categories.count) % shapes.count],
        shapeEvery: shapeEvery)
      let color = Palette.categories[index % Palette.categories.count]
      lines.append(
        (last, Series(Text.shortened(PrintableText.flattened(column)), mark, color: color)))
    }
    guard !lines.isEmpty else { return nil }
    let ordered = lines.enumerated()
      .sorted { ($1.element.last, $0.offset) < ($0.element.last, $1.offset) }
      .map(\.element.series)
    let panel = Panel(
      horizontal: epochAxis, vertical: Axis("top-1 accuracy (%)"), series: ordered, legend: .right)
    return Figure(
      name: name, title: status.qualified(title), panels: [panel], data: .table(table))
  }
}

extension TrainingFigures {
  private var lossPanel: Panel? {
    guard !lossCurves.isEmpty else { return nil }
    return Panel(
      title: "Loss", horizontal: epochAxis, vertical: Axis("loss (nats per image)"),
      series: lossCurves)
  }

  private var accuracyPanel: Panel? {
    guard !top1Curves.isEmpty else { return nil }
    let level = history.best.map { best in
      Series(
        String(format: "best %.2f %%", best.top1), .level(best.top1), color: Palette.grey)
    }
    return Panel(
      title: "Top-1 accuracy", horizontal: epochAxis, vertical: Axis("top-1 accuracy (%)"),
      series: top1Curves + (level.map { [$0] } ?? []))
  }

  /// The learning rate on a logarithmic axis that begins and ends at powers of ten, since only
  /// these have ticks.
  private var learningRatePanel: Panel? {
    let rates = history.learningRate.compactMap { $0 }.filter { $0.isFinite && $0 > 0 }
    guard let least = rates.min(), let most = rates.max() else { return nil }
    let (lowest, highest) = (log10(least).rounded(.down), log10(most).rounded(.up))
    let margin = lowest == highest ? 1 : 0.15
    let axis = Axis(
      "learning rate", scale: .logarithmic, from: pow(10, lowest - margin),
      to: pow(10, highest + margin))
    return Panel(
      title: "Learning rate", horizontal: epochAxis, vertical: axis,
      series: [
        Series(
          nil, .line(x: "epoch", y: "learning_rate", shapeEvery: shapeEvery), color: Palette.green)
      ], legend: .none)
  }

  private var gapPanel: Panel? {
    guard Self.hasPoints(Self.gap(of: history)) else { return nil }
    let title = "Top-1 gap: training − \(validationImages)"
    let mark = Series.Mark.line(x: "epoch", y: "gap", shapeEvery: shapeEvery)
    return Panel(
      title: title, horizontal: epochAxis, vertical: Axis("gap (percentage points)"),
      series: [
        Series(nil, .area(x: "epoch", y: "gap"), color: Palette.purple),
        Series(nil, mark, color: Palette.purple),
      ], legend: .none)
  }

  /// Training minus validation accuracy, in percentage points.
  private static func gap(of history: TrainingHistory) -> [Double?] {
    zip(history.training.top1, history.validation.top1).map { training, validation in
      guard let training, let validation else { return nil }
      return training - validation
    }
  }

  private var validationImages: String { status.selectedOnTest ? "test" : "validation" }

  private static func hasPoints(_ values: [Double?]) -> Bool {
    values.contains { $0?.isFinite == true }
  }

  var epochAxis: Axis {
    .epochs(from: history.epochs.first ?? 1, through: history.epochs.last ?? 1)
  }

  var shapeEvery: Int { PointShape.interval(along: history.epochs.count) }
}
