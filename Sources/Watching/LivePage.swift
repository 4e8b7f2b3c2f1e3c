import Foundation
import Gnuplot
import Pages
import TensorFiles

/// The page `plots/RUN/live.html` about a running training: one file that the browser reloads every
/// few seconds.
public struct LivePage {
  /// The content of the page.
  public enum State {
    /// A running training, with its figures as SVG.
    case training(RunningTraining, pictures: [Data])
    /// The run continues, but no stage is training.
    case between
    /// The run is finished. Its report is `report.html`, which partial runs and runs of a sweep may
    /// lack.
    case finished(hasReport: Bool)
    /// The run was stopped before it was finished.
    case stopped
  }

  public static let fileName = "live.html"
  /// The file name of the report in the same folder.
  public static let reportName = "report.html"
  /// Seconds after which the browser reloads the page.
  public static let refreshSeconds = 5

  public let run: String
  public let state: State
  /// The time at which the page was written, for readers.
  public let time: String

  public init(run: String, state: State, time: String) {
    self.run = run
    self.state = state
    self.time = time
  }

  public var document: String {
    Page(
      title: "\(run), live · Tessera", summary: "How the training of \(run) is going.",
      refresh: refresh,
      main: """
        <header>
        <p class="kicker">Tessera · live</p>
        <h1>\(run)</h1>
        <p class="lead">\(lead)</p>
        </header>
        \(body)
        """,
      footer: "<p>Drawn at \(time), while the stages run.</p>"
    ).document
  }

  private var refresh: Page.Refresh? {
    switch state {
    case .training, .between: .init(seconds: Self.refreshSeconds)
    case .finished(hasReport: true):
      .init(seconds: Self.refreshSeconds, address: Self.reportName)
    case .finished(hasReport: false), .stopped: nil
    }
  }

  private var lead: HTML {
    switch state {
    case .training(let training, _):
      let progress = training.progress
      let left =
        progress.secondsLeft.map {
          ", \(Int(progress.imagesPerSecond.rounded())) images/s, about "
            + "\(NumberText.clock(seconds: $0)) left"
        } ?? ""
      return """
        \(progress.network), epoch \(progress.epoch) of \(progress.lastEpoch): \
        \(Int(progress.fraction * 100)) % of the training\(left).
        """
    case .between: return "Between two trainings. The page shows the next one as soon as it begins."
    case .finished(hasReport: true):
      return "Finished: <a href=\"\(Self.reportName)\">the report</a>."
    case .finished(hasReport: false): return "Finished."
    case .stopped:
      return
        "Stopped before it was finished. <code>./pipeline.sh run</code> resumes it."
    }
  }

  private var body: HTML {
    guard case .training(let training, let pictures) = state else { return HTML() }
    guard let history = training.history, !history.isEmpty else {
      return "<p>The curves begin with the first epoch's end.</p>"
    }
    let figures = pictures.map { picture -> HTML in
      CaptionedFigure(
        picture: Picture(.svg, data: picture, description: "Learning curves so far").html,
        caption: "After \(history.epochs.last ?? 0) of \(training.progress.lastEpoch) epochs."
      ).html
    }
    let rows = history.epochs.indices.suffix(10).reversed().map { index -> [String] in
      func text(_ value: Double?, _ places: Int) -> String {
        value.map { WatchScreen.decimals($0, places) } ?? "–"
      }
      return [
        "\(history.epochs[index])", text(history.learningRate[index], 5),
        text(history.training.loss[index], 4), text(history.training.top1[index], 2),
        text(history.validation.loss[index], 4), text(history.validation.top1[index], 2),
      ]
    }
    let table = Pages.DataTable(
      caption: "The last epochs",
      header: ["epoch", "rate", "train loss", "train %", "validation loss", "validation %"],
      rows: rows
    ).html
    let confusions = training.progress.confusions.map { confusion in
      [
        confusion.truth, confusion.predicted, "\(confusion.count)",
        WatchScreen.decimals(confusion.percent, 1),
      ]
    }
    let confused: HTML =
      confusions.isEmpty
      ? HTML()
      : "<h2>Taken for another class after the last epoch</h2>\n"
        + Pages.DataTable(
          caption: "Taken for another class after the last epoch",
          header: ["class", "predicted as", "images", "% of the class"], rows: confusions
        ).html
    return figures.joined() + "<h2>The last epochs</h2>\n" + table + confused
  }
}
