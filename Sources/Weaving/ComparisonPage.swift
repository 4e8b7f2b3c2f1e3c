import Comparison
import Foundation
import Gnuplot
import Pages
import Planning
import TensorFiles

/// A page that compares several runs: their results and costs, their curves, and the
/// recipe values in which they differ.
struct ComparisonPage {
  private let comparison: RunComparison
  private let folders: [RunFolder]
  private let project: Project
  /// The figure's files; empty if there is nothing to draw.
  private let figureFiles: [URL]

  /// - Parameters:
  ///   - figureFiles: The files of the comparison's figure, in the folder of the page.
  init(
    _ comparison: RunComparison, of folders: [RunFolder], figureFiles: [URL], in project: Project
  ) {
    self.comparison = comparison
    self.folders = folders
    self.figureFiles = figureFiles
    self.project = project
  }

  private var names: String { Wording.list(comparison.runs.map(\.name)) }

  func document() -> String {
    Page(
      title: "\(names) compared · Tessera", summary: "What \(names) reached, and how they differ.",
      main: """
        <header>
        <p class="kicker">Tessera · comparison</p>
        <h1>\(names)</h1>
        </header>
        \(remarks)
        <h2>What they reached</h2>
        \(results)
        \(figure)
        <h2>How they differ</h2>
        \(differences)
        <h2>To repeat them</h2>
        <pre class="command" tabindex="0" role="group" aria-label="Commands">\(commands)</pre>
        <p><a href="../../index.html">All runs</a></p>
        """, footer: ReportPage.footer
    ).document
  }

  private var remarks: HTML {
    let texts = comparison.runs.flatMap(\.remarks)
    guard !texts.isEmpty else { return HTML() }
    let items = texts.map { text -> HTML in "<li>\(text)</li>" }
    return "<div class=\"note warning\">\n<ul>\n\(items.joined())\n</ul>\n</div>"
  }

  // MARK: Results

  private static let quantities = [
    "top-1", "measured on", "best validation", "network", "parameters", "MACs an image", "epochs",
    "images a second", "training time", "time of all stages", "all of it",
  ]

  /// One column per run, as there are few of them.
  private var results: HTML {
    let columns = zip(comparison.runs, folders).map { run, folder in
      column(for: run, claim: RunOnDisk(folder, in: project).claim)
    }
    let rows = Self.quantities.enumerated().map { index, name in
      [HTML(text: name)] + columns.map { $0[index] }
    }
    let table = DataTable(
      caption: "What the runs reached", header: ["quantity"] + comparison.runs.map(\.name),
      rows: rows, namesRows: true)
    return table.html
      + """
      <p class="muted">Best validation: the highest accuracy after any epoch, on the images that were held \
      out of training; it is chosen among epochs and so a little too high. MACs: multiplications, each with an \
      addition, for one image forward. Images a second are those of \
      training, validation passes included. Times are comparable where machine and threads are: each \
      run's page names them.</p>
      """
  }

  private func column(for run: RunResults, claim: RunClaim) -> [HTML] {
    let evaluation = run.evaluation
    let on = evaluation.map { evaluation in
      "\(NumberText.grouped(evaluation.count)) \(evaluation.subject)"
        + (evaluation.selectedOnTest ? ", selected on test" : "")
    }
    let best = run.history?.best.map { "\(Wording.percent($0.top1)) at \($0.epoch)" }
    let page = "../../\(run.name)/report.html"
    let texts: [String?] = [
      evaluation?.top1.map(Wording.percent), on, best, claim.training?.network ?? run.network,
      claim.training.map { NumberText.grouped($0.parameterCount) },
      claim.training?.multiplyAdds.map(NumberText.grouped),
      run.trainedEpochs, rate(of: run, claim: claim),
      run.trainingSeconds.map(Wording.duration),
      claim.manifests.isEmpty ? nil : Wording.duration(claim.seconds),
    ]
    let hasPage = FileManager.default.fileExists(
      atPath: project.url(Weaver.path(ofRun: run.name)).path)
    let link: HTML = hasPage ? "<a href=\"\(page)\">report of \(run.name)</a>" : "–"
    return texts.map { HTML(text: $0 ?? "–") } + [link]
  }

  /// Images per second over all epochs of the training whose checkpoint was evaluated.
  private func rate(of run: RunResults, claim: RunClaim) -> String? {
    guard let seconds = run.seconds?.reduce(0, +), seconds > 0, let epochs = run.history?.epochs,
      let images = claim.training?.imageCounts.first(where: { $0.name == "training" })?.count
    else { return nil }
    let rate = (Double(images) * Double(epochs.count) / seconds).rounded()
    return Int(exactly: rate).map(NumberText.grouped)
  }

  private var figure: HTML {
    guard let file = figureFiles.first(where: { $0.pathExtension == "svg" }),
      let data = try? Data(contentsOf: file)
    else { return HTML() }
    let caption =
      "Accuracy and loss on validation images, over epochs and over training time. Losses are each "
      + "recipe's own: smoothed ones can't be compared with plain ones."
    let base = file.deletingPathExtension()
    let links = ["gp", "csv", "png", "svg"].map { base.appendingPathExtension($0) }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
      .map { url -> HTML in
        "<a href=\"\(url.lastPathComponent)\">\(url.lastPathComponent)</a>"
      }
    return CaptionedFigure(
      picture: Picture(
        .svg, data: data, description: caption, narrow: figureFiles.narrowDrawing
      ).html,
      caption: "\(caption) \(links.joined(separator: ", "))"
    ).html
  }

  // MARK: Differences

  private var differences: HTML {
    let rows = comparison.differences.map { difference in
      [difference.key] + difference.values.map { $0 ?? "–" }
    }
    guard !rows.isEmpty else { return "<p>In no value of their recipes.</p>" }
    return DataTable(
      caption: "Recipe values that differ", header: ["key"] + comparison.runs.map(\.name),
      rows: rows, namesRows: true
    ).html
  }

  private var commands: String {
    folders.compactMap { try? $0.request }.map(FrontPage.command).joined(separator: "\n")
  }
}
