import Foundation
import Pages
import Planning
import Records
import Sweeps
import TensorFiles

/// The list of all runs, each with its claim and its learning curve.
struct RunIndex {
  let project: Project

  func document() -> String {
    // The runs of a sweep are listed on its page.
    let swept = SweepFolder.runNames(in: project)
    let runs = project.runNames.filter { !swept.contains($0) }
      .map { RunOnDisk(RunFolder($0, in: project), in: project) }
      .sorted { ($0.finished, $0.folder.name) > ($1.finished, $1.folder.name) }
    let cards = runs.map { card(for: $0) }
    let body: HTML =
      cards.isEmpty
      ? "<p>Nothing has been run yet; start with <code>./pipeline.sh</code>.</p>"
      : "<ul class=\"cards\">\n\(cards.joined())\n</ul>"
    return Page(
      title: "Runs · Tessera", summary: "All runs of this Tessera project.",
      main: """
        <header>
        <p class="kicker">Tessera</p>
        <h1>Runs</h1>
        <p class="lead">\(runs.count) \(runs.count == 1 ? "run" : "runs"), the newest first. The line under one is its \
        accuracy on validation images, epoch by epoch, from 0 to 100 % in all of them.</p>
        </header>
        \(body)
        \(sweeps)
        \(comparisons)
        """, footer: ReportPage.footer
    ).document
  }

  private func card(for run: RunOnDisk) -> HTML {
    let (folder, claim) = (run.folder, run.claim)
    let page = "\(folder.name)/report.html"
    let hasPage = FileManager.default.fileExists(atPath: project.url("plots/\(page)").path)
    let title: HTML = hasPage ? "<a href=\"\(page)\">\(folder.name)</a>" : "\(folder.name)"
    return """
      <li>
      <h2>\(title)</h2>
      \(result(of: claim))
      \(network(of: claim))
      <p class="muted">\(request(of: folder))\(finished(run))</p>
      \(curve(of: run.steps))
      </li>
      """
  }

  /// Links to the pages of sweeps.
  private var sweeps: HTML {
    let items = SweepFolder.names(in: project).compactMap { name -> HTML? in
      let page = SweepFolder(name, in: project).pagePath + "/report.html"
      guard FileManager.default.fileExists(atPath: project.url(page).path) else { return nil }
      let link = RelativePath.from(project.url("plots"), to: project.url(page))
      return "<li><a href=\"\(link)\">\(name)</a></li>"
    }
    guard !items.isEmpty else { return HTML() }
    return "<h2>Sweeps</h2>\n<ul>\n\(items.joined())\n</ul>"
  }

  /// Links to the pages that compare runs.
  private var comparisons: HTML {
    let folder = project.url("plots/compare")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let items = names.sorted().compactMap { name -> HTML? in
      let page = folder.appendingPathComponent(name).appendingPathComponent("report.html")
      guard FileManager.default.fileExists(atPath: page.path) else { return nil }
      let link = RelativePath.from(project.url("plots"), to: page)
      return
        "<li><a href=\"\(link)\">\(Wording.list(name.split(separator: "+").map(String.init)))</a></li>"
    }
    guard !items.isEmpty else { return HTML() }
    return "<h2>Comparisons</h2>\n<ul>\n\(items.joined())\n</ul>"
  }

  private func result(of claim: RunClaim) -> HTML {
    guard let result = claim.result else { return "<p>No evaluation yet.</p>" }
    let metrics = result.metrics
    var reservations = [metrics.imageViews.mark].compactMap { $0 }
    if metrics.selectedOnTest { reservations.append("selected on test") }
    reservations += [metrics.dataStatus.reservation].compactMap { $0 }
    if claim.training?.startedFromFile == true { reservations.append("weights from a file") }
    let marks = reservations.isEmpty ? "" : "; \(reservations.joined(separator: ", "))"
    return """
      <p><strong>\(Wording.percent(result.top1))</strong> top-1 on \
      \(NumberText.grouped(metrics.count)) \(metrics.on) images of \(result.source)\(marks)</p>
      """
  }

  private func network(of claim: RunClaim) -> HTML {
    guard let training = claim.training else { return HTML() }
    let name = training.network ?? "unnamed network"
    let last = training.epochs?.last.map { ", \($0) epoch\($0 == 1 ? "" : "s")" } ?? ""
    let epochs = training.epochsBehind == 0 ? ", not trained" : last
    return "<p>\(name), \(NumberText.grouped(training.parameterCount)) parameters\(epochs)</p>"
  }

  private func request(of folder: RunFolder) -> String {
    guard let request = try? folder.request else { return "" }
    let overrides =
      request.overrides.isEmpty ? "" : ", \(request.overrides.joined(separator: ", "))"
    return "Recipe \(request.recipe)\(overrides). "
  }

  private func finished(_ run: RunOnDisk) -> String {
    guard !run.finished.isEmpty else { return "" }
    return "\(Timestamp.local(run.finished)), \(Wording.duration(run.claim.seconds))"
  }

  /// The validation accuracy over the epochs, of the last training.
  private func curve(of steps: [(name: String, manifest: Manifest)]) -> HTML {
    for (_, manifest) in steps.reversed() where manifest.has(file: TrainingHistory.fileName) {
      let path = project.artefactPath(stage: manifest.stage, key: manifest.key)
      let url = project.url(path).appendingPathComponent(TrainingHistory.fileName)
      guard let history = try? TrainingHistory(contentsOf: url) else { continue }
      let values = history.validation.top1.map { $0 ?? .nan }
      guard let first = values.first(where: \.isFinite), values.count > 1,
        let last = values.last(where: \.isFinite)
      else { continue }
      return Chart.line(
        values, over: 0...100,
        description:
          "Validation accuracy over \(values.count) epochs, from \(Wording.percent(first)) "
          + "to \(Wording.percent(last))")
    }
    return HTML()
  }
}
