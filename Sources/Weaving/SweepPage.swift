import Foundation
import Gnuplot
import Pages
import Planning
import Sweeps
import TensorFiles

/// A page about many runs: each setting's result over its seeds, which settings differ significantly, the
/// curves, the effect of each key, and every run.
struct SweepPage {
  let results: SweepResults
  /// The files of the figures, in the folder of the page.
  let figureFiles: [[URL]]
  let project: Project

  private var sweep: Sweep { results.sweep }

  func document() -> String {
    Page(
      title: "\(sweep.name) · Tessera",
      summary: "\(results.outcomes.count) runs of \(sweep.recipe), by setting.",
      main: """
        <header>
        <p class="kicker">Tessera · sweep</p>
        <h1>\(sweep.name)</h1>
        <p class="lead">\(lead)</p>
        </header>
        \(remarks)
        <h2>What each setting reached</h2>
        \(table)
        <h2>Which can be told apart</h2>
        \(comparisons)
        \(figures)
        <h2>Every run</h2>
        \(runs)
        <h2>To repeat it</h2>
        <pre class="command" tabindex="0" role="group" aria-label="Command">\(sweep.command)</pre>
        <p>As files: <a href="settings.csv">settings.csv</a>, <a href="runs.csv">runs.csv</a>,
        <a href="sweep.json">sweep.json</a>. <a href="../../index.html">All runs</a></p>
        """, footer: footer
    ).document
  }

  private var footer: HTML {
    """
    <p>Woven by Tessera from the results in <code>data/</code>. \
    <code>./pipeline.sh sweep report \(sweep.name)</code> weaves the page again.</p>
    """
  }

  private var lead: HTML {
    let seeds =
      sweep.seeds.isEmpty ? "" : ", each with \(NumberText.count(sweep.seeds.count, "seed"))"
    let settings = NumberText.count(results.settings.count, "setting", grouped: true)
    let open = results.unfinishedCount
    let rest =
      open == 0
      ? ""
      : " \(NumberText.count(open, "run is", "runs are", grouped: true)) not finished."
    guard let leader = results.leader, let top1 = leader.top1 else {
      return "\(settings) of \(sweep.recipe)\(seeds).\(rest)"
    }
    let interval = top1.halfWidth.map { ", 95 % interval ± \(Wording.decimals($0, 2))" } ?? ""
    return """
      \(settings) of \(sweep.recipe)\(seeds). The highest mean is \
      <strong>\(Wording.percent(top1.mean))</strong> top-1 on \(results.images) images, of \
      \(leader.title) (n = \(top1.count)\(interval)).\(rest)
      """
  }

  private var remarks: HTML {
    let texts = results.remarks
    guard !texts.isEmpty else { return HTML() }
    let items = texts.map { text -> HTML in "<li>\(text)</li>" }
    return "<div class=\"note warning\">\n<ul>\n\(items.joined())\n</ul>\n</div>"
  }

  private var table: HTML {
    DataTable(
      caption: "What each setting reached", header: results.header, rows: results.rows,
      namesRows: true
    ).html
      + """
      <p class="muted">Mean ± standard deviation over seeds (n − 1 in the denominator); the 95 % interval of \
      the mean is Student's. Best validation: the highest accuracy after any epoch on images held out of \
      training, chosen among epochs and so a little too high.</p>
      """
  }

  private var comparisons: HTML {
    let sentences = results.sentences()
    guard !sentences.isEmpty else {
      return "<p>Two settings with two seeds or more in common are needed to compare them.</p>"
    }
    let items = sentences.map { text -> HTML in "<li>\(text)</li>" }
    return """
      <p>The setting with the highest mean beside each of the others, seed by seed: what a seed does to both cancels. \
      Each interval is one of 95 % for itself; among many comparisons some leave out zero by chance, and \
      the highest of several means is a little too high.</p>
      <ul>
      \(items.joined())
      </ul>
      """
  }

  private var figures: HTML {
    let titles = [
      "curves": (
        "Learning curves",
        "Mean over the seeds and a band of one standard deviation, on validation images."
      ),
      "effects": (
        "What each key does",
        "All runs with a value, over every other key and seed; the bar is the 95 % interval of their mean."
      ),
    ]
    return figureFiles.compactMap { files -> HTML? in
      guard let file = files.first(where: { $0.pathExtension == "svg" }),
        let data = try? Data(contentsOf: file),
        let (title, caption) = titles[file.deletingPathExtension().lastPathComponent]
      else { return nil }
      let base = file.deletingPathExtension()
      let links = ["gp", "csv", "png", "svg"].map { base.appendingPathExtension($0) }
        .filter { FileManager.default.fileExists(atPath: $0.path) }
        .map { url -> HTML in
          "<a href=\"\(url.lastPathComponent)\">\(url.lastPathComponent)</a>"
        }
      let figure = CaptionedFigure(
        picture: Picture(
          .svg, data: data, description: caption, narrow: files.narrowDrawing
        ).html,
        caption: "\(caption) \(links.joined(separator: ", "))")
      return "<h2>\(title)</h2>\n\(figure.html)"
    }.joined()
  }

  private var runs: HTML {
    let rows = results.settings.flatMap { setting in
      setting.outcomes.map { outcome -> [HTML] in
        let page = project.url(Weaver.path(ofRun: outcome.run.name))
        let hasPage = FileManager.default.fileExists(atPath: page.path)
        let name: HTML =
          hasPage
          ? "<a href=\"../../\(outcome.run.name)/report.html\">\(outcome.run.name)</a>"
          : "\(outcome.run.name)"
        let texts: [String?] = [
          outcome.run.seed.map { "\($0)" },
          outcome.top1.map { Wording.decimals($0, 2) + (results.isUnlike(outcome) ? " †" : "") },
          outcome.best.map { "\(Wording.decimals($0.top1, 2)) at \($0.epoch)" },
          outcome.trainingSeconds.map(Wording.duration),
        ]
        return [name] + texts.map { HTML(text: $0 ?? "–") }
      }
    }
    return DataTable(
      caption: "Every run",
      header: ["run", "seed", "top-1 (%)", "best validation (%)", "training time"], rows: rows,
      numeric: [1, 2, 3, 4], namesRows: true
    ).html
  }
}
