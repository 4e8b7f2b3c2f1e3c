import Foundation
import Gnuplot
import TensorFiles

/// A running training as text for a terminal: progress, curves, the last epochs, confusions.
public struct WatchScreen {
  public let training: RunningTraining
  /// Columns, at least 60.
  public let columns: Int
  /// Lines of the screen.
  public let lines: Int
  public let showsColours: Bool

  public static let leastColumns = 60

  public init(_ training: RunningTraining, columns: Int, lines: Int, showsColours: Bool) {
    self.training = training
    self.columns = max(columns, Self.leastColumns)
    self.lines = max(lines, 16)
    self.showsColours = showsColours
  }

  /// All lines; they fit the width and the height of the screen.
  ///
  /// - Parameter curves: Draws a figure in characters, with `lines` lines for each panel.
  public func text(curves: (Figure, _ lines: Int) -> [String]) -> [String] {
    let head = [title, bar, lossAndBest].map(fitted)
    let foot = epochTable + confusions
    var middle: [String] = []
    if let figures = training.figures {
      // Two figures if the screen is high enough for both, otherwise only the accuracy.
      let free = lines - head.count - foot.count - 2
      let wanted = [figures.top1, figures.loss].compactMap { $0 }
      let shown = free >= 32 ? wanted : Array(wanted.prefix(1))
      for figure in shown where free >= 10 {
        middle += curves(figure, min(free / shown.count, columns / 3))
      }
    } else {
      middle = ["", "The curves begin with the first epoch's end."]
    }
    return Array((head + middle + foot).prefix(lines))
  }

  private var title: String {
    let progress = training.progress
    let epoch = "epoch \(progress.epoch) of \(progress.lastEpoch)"
    let name = "\(training.run) · \(progress.network)"
    let gap = columns - name.count - epoch.count
    return gap > 1 ? name + String(repeating: " ", count: gap) + epoch : "\(epoch) · \(name)"
  }

  private var bar: String {
    let progress = training.progress
    var words = ["\(Int(progress.fraction * 100)) %"]
    if let seconds = progress.secondsLeft {
      words.append("\(Int(progress.imagesPerSecond.rounded())) images/s")
      words.append("about \(NumberText.clock(seconds: seconds)) left")
    }
    let text = words.joined(separator: "  ")
    let width = columns - text.count - 2
    guard width >= 8 else { return text }
    let full = Int((progress.fraction * Double(width)).rounded(.down))
    return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
      + "  " + text
  }

  private var lossAndBest: String {
    var words: [String] = []
    if training.progress.loss > 0 {
      words.append("training loss now \(Self.decimals(training.progress.loss, 4))")
    }
    if let best = training.history?.best {
      words.append("best \(validation) \(Self.decimals(best.top1, 2)) % in epoch \(best.epoch)")
    }
    return words.joined(separator: ", ")
  }

  private var validation: String { training.progress.isSelectedOnTest ? "test" : "validation" }

  /// The figures of the last four epochs.
  private var epochTable: [String] {
    guard let history = training.history, !history.isEmpty else { return [] }
    func cell(_ value: Double?, _ places: Int, _ width: Int) -> String {
      let text = value.map { Self.decimals($0, places) } ?? "–"
      return String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    let widths = [5, 10, 11, 7, validation.count + 6, 7]
    let header = zip(["epoch", "rate", "train loss", "%", "\(validation) loss", "%"], widths).map {
      String(repeating: " ", count: max($1 - $0.count, 0)) + $0
    }
    let rows = history.epochs.indices.suffix(4).map { index in
      [
        cell(Double(history.epochs[index]), 0, widths[0]),
        cell(history.learningRate[index], 5, widths[1]),
        cell(history.training.loss[index], 4, widths[2]),
        cell(history.training.top1[index], 2, widths[3]),
        cell(history.validation.loss[index], 4, widths[4]),
        cell(history.validation.top1[index], 2, widths[5]),
      ].joined()
    }
    return ["", fitted(header.joined())] + rows.map(fitted)
  }

  private var confusions: [String] {
    let shown = training.progress.confusions.prefix(3).map { confusion in
      "\(confusion.truth) as \(confusion.predicted) \(Self.decimals(confusion.percent, 0)) %"
    }
    guard !shown.isEmpty else { return [] }
    return [fitted("most confused: " + shown.joined(separator: ", "))]
  }

  private func fitted(_ line: String) -> String {
    line.count <= columns ? line : line.prefix(columns - 1) + "…"
  }

  static func decimals(_ value: Double, _ places: Int) -> String {
    value.isFinite ? String(format: "%.\(places)f", value) : "–"
  }
}
