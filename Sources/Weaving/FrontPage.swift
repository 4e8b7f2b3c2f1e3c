import Foundation
import Metrics
import Pages
import Planning
import TensorFiles

/// The first screen of a run's page: the claim, how it was measured, how to repeat it, and the
/// figures.
struct FrontPage {
  let record: RunRecord
  let claim: RunClaim

  init(_ record: RunRecord) {
    self.record = record
    claim = RunClaim(
      steps: record.chapters.compactMap { chapter in
        chapter.manifest.map { (chapter.name, $0) }
      }, in: record.project)
  }

  var html: HTML {
    [title, warnings, facts, repetition, figures].filter { !$0.isEmpty }.joined()
  }

  /// The claim in one sentence, plain.
  var summary: String {
    guard let result = claim.result else { return "The run \(record.name) of a Tessera pipeline." }
    return "\(record.name): \(Wording.percent(result.top1)) top-1 accuracy on "
      + "\(NumberText.grouped(result.metrics.count)) \(result.metrics.on) images"
      + (result.metrics.imageViews.mark.map { ", \($0)." } ?? ".")
  }

  private var title: HTML {
    let about = record.plan.recipe.about
    let lead: HTML = about.isEmpty ? "" : "<p class=\"lead\">\(Self.sentence(about))</p>"
    return """
      <header>
      <p class="kicker">Tessera · report of a run</p>
      <h1>\(record.name)</h1>
      \(lead)
      </header>
      """
  }

  /// `text` with a capital letter and a full stop.
  private static func sentence(_ text: String) -> String {
    let ends = text.last.map { ".!?".contains($0) } ?? true
    return text.prefix(1).uppercased() + text.dropFirst() + (ends ? "" : ".")
  }

  // MARK: Reservations

  /// Reservations about the results: each once, with the steps that it concerns.
  private var warnings: HTML {
    var sources: [(text: String, steps: [String])] = []
    for chapter in record.chapters {
      for warning in chapter.manifest?.warnings ?? [] {
        if let index = sources.firstIndex(where: { $0.text == warning }) {
          sources[index].steps.append(chapter.name)
        } else {
          sources.append((warning, [chapter.name]))
        }
      }
    }
    var notes = sources.map { source -> HTML in
      "<li>\(source.text) <span class=\"muted\">(\(Wording.list(source.steps)))</span></li>"
    }
    let older = record.chapters.filter { chapter in
      if case .older = ChapterState(chapter, in: record) { return true }
      return false
    }
    if !older.isEmpty {
      notes.append(
        "<li>Results older than their source or recipe: \(Wording.list(older.map(\.name))).</li>")
    }
    let missing = record.chapters.filter { $0.manifest == nil }
    if !missing.isEmpty {
      notes.append("<li>Not run: \(Wording.list(missing.map(\.name))).</li>")
    }
    guard !notes.isEmpty else { return HTML() }
    return """
      <div class="note warning">
      <strong>Reservations</strong>
      <ul>
      \(notes.joined())
      </ul>
      </div>
      """
  }

  // MARK: Facts

  private var facts: HTML {
    var rows: [(String, HTML)] = []
    if let result = claim.result {
      rows.append(("Accuracy", accuracy(result)))
      rows.append(("Measured on", measurement(result)))
      rows.append(("Data", data(result)))
    } else {
      rows.append(("Accuracy", "No evaluation yet, so no accuracy is claimed."))
    }
    if let training = claim.training { rows.append(("Network", network(training))) }
    if let training = claim.training, let text = selection(training) {
      rows.append(("Selected by", text))
    }
    if claim.evaluations.count > 1 { rows.append(("Evaluations", evaluations)) }
    if !claim.manifests.isEmpty { rows.append(("Time", time)) }
    if let machine { rows.append(("Machine", machine)) }
    let list = rows.map { name, value -> HTML in "<dt>\(name)</dt>\n<dd>\(value)</dd>" }.joined()
    return "<dl class=\"facts\">\n\(list)\n</dl>"
  }

  private func accuracy(_ result: RunClaim.Evaluation) -> HTML {
    let metrics = result.metrics
    let interval = WilsonInterval(percent: result.top1, count: max(metrics.count, 1))
    let seed = claim.training?.manifest.recipeValue("seed").map { ", seed \($0)" } ?? ""
    let isTop5Informative = metrics.classNames.map {
      ClassificationTally.isTop5Informative(classes: $0.count)
    }
    let top5 =
      isTop5Informative == false ? "" : metrics.top5.map { ", \(Wording.percent($0)) top-5" } ?? ""
    let views = metrics.imageViews.mark.map { ", \($0)" } ?? ""
    // Of classes with equal numbers of images the two are the same.
    let balanced = metrics.balancedAccuracy.flatMap { balanced in
      abs(balanced - result.top1) < 0.005
        ? nil : ", \(Wording.percent(balanced)) balanced accuracy (the mean over the classes)"
    }
    return """
      <span class="headline">\(Wording.percent(result.top1))</span> top-1\(top5)\(balanced ?? ""), of \
      \(NumberText.grouped(metrics.count)) images\(views); n = 1 run\(seed). 95 % interval \(Wording.decimals(interval.low, 2)) to \
      \(Wording.percent(interval.high)) (Wilson): a rule that covers the accuracy on all images of the \
      kind in 95 of 100 samples of images. Another seed is not in it, and moves the figure too.
      """
  }

  private func measurement(_ result: RunClaim.Evaluation) -> HTML {
    let metrics = result.metrics
    let isTrained = result.epoch > 0
    let which =
      switch (metrics.on, metrics.selectedOnTest) {
      case ("test", true) where isTrained:
        "The test images, which also chose the epoch and ended the training: selected on test, as in "
          + "some published protocols. No image was left that decided nothing"
      case (_, true) where !isTrained:
        "The test images, which the recipe gives to validation too; no epoch was trained that they could "
          + "have chosen"
      case ("test", false):
        isTrained
          ? "The test images, which took no part in the training of this run, nor in any choice of it"
          : "The test images; no epoch was trained and nothing was chosen here"
      default:
        if claim.training?.trainsOnValidation == true {
          "The \(metrics.on) images, on which the network was trained too: no measure of new images"
        } else if isTrained {
          "The \(metrics.on) images, which took no part in the gradients and may have chosen the epoch"
        } else {
          "The \(metrics.on) images; no epoch was trained and nothing was chosen here"
        }
      }
    let past =
      claim.training?.startedFromFile == true
      ? ". The weights came from a file: which images they were trained and selected on before is not "
        + "known, and these may be among them"
      : ""
    let views = metrics.imageViews.sentence ?? "every image once, unaugmented"
    return """
      \(which)\(past). Checkpoint <code>\(result.checkpoint)</code>, \(weights(result)); \(views). <a href="#chapter-\(Page.identifier(for: result.step))">Chapter \
      \(result.step)</a>
      """
  }

  private func weights(_ result: RunClaim.Evaluation) -> String {
    guard result.epoch > 0 else {
      return claim.training?.startedFromFile == true
        ? "the weights of the file, not trained here" : "the initial weights, not trained"
    }
    let total = claim.training?.epochs?.last.map { " of \($0)" } ?? ""
    return "the weights after epoch \(result.epoch)\(total)"
  }

  private func data(_ result: RunClaim.Evaluation) -> HTML {
    let counts = (claim.training?.imageCounts ?? []).map {
      "\(NumberText.grouped($0.count)) \($0.name)"
    }
    let isRefitted = claim.training?.trainsOnValidation == true
    let use =
      isRefitted
      ? ", and in the end trained on all of them"
      : result.epoch == 0 ? ", and was trained on none of them here" : ""
    let split = counts.isEmpty ? "" : "; the network was given \(Wording.list(counts)) images\(use)"
    let origin = Wording.origin(of: result.metrics.dataStatus)
    return "<code>\(result.source)</code>: \(origin)\(split)."
  }

  private func network(_ training: RunClaim.Training) -> HTML {
    let name = training.network ?? training.manifest.recipeValue("network") ?? "unnamed"
    let keys =
      (training.epochs?.isEmpty == true
        ? ["epochs"]
        : ["epochs", "batch", "optimizer.kind", "optimizer.learning-rate", "schedule.kind"])
      + (training.startedFromFile ? ["init-from"] : [])
    let values =
      keys
      .compactMap { key in
        training.manifest.recipeValue(key).map { value -> HTML in "<code>\(key): \(value)</code>" }
      }
    let first = training.epochs?.first ?? 1
    let since: HTML = first > 1 ? "from epoch \(first) on trained" : "trained"
    let list = values.joined(separator: ", ")
    let recipe: HTML =
      values.isEmpty
      ? ""
      : training.epochs?.isEmpty == true
        ? ", not trained here (\(list))" : ", \(since) with \(list)"
    let cost = training.multiplyAdds.map {
      ", \(NumberText.grouped($0)) multiplications with addition (MACs) an image"
    }
    return """
      \(name), \(NumberText.grouped(training.parameterCount)) parameters\(cost ?? "")\(recipe). \
      <a href="#recipe">All values</a>
      """
  }

  /// How the checkpoint was chosen among the epochs, if a recipe key says so.
  private func selection(_ training: RunClaim.Training) -> HTML? {
    guard let word = training.manifest.recipeValue("checkpoint.monitor"),
      claim.result?.checkpoint == "best", training.epochs?.isEmpty != true
    else { return nil }
    // Artefacts of earlier versions say `heldout-`.
    let monitor = word.replacing("heldout-", with: "validation-")
    let words =
      switch monitor {
      case "validation-top1": "the highest top-1 accuracy on the validation images"
      case "validation-loss": "the lowest loss on the validation images"
      case "train-top1": "the highest top-1 accuracy on the training images"
      case "train-loss": "the lowest loss on the training images"
      default: monitor
      }
    return """
      \(words.prefix(1).uppercased() + words.dropFirst()), among all epochs (<code>checkpoint.monitor: \
      \(monitor)</code>).
      """
  }

  private var evaluations: HTML {
    claim.evaluations.map { evaluation -> HTML in
      """
      \(Wording.percent(evaluation.top1)) on \(evaluation.metrics.on), \
      <code>\(evaluation.checkpoint)</code>, epoch \(evaluation.epoch) (<a href="#chapter-\(Page.identifier(for: evaluation.step))">\
      \(evaluation.step)</a>)
      """
    }.joined(separator: "<br>\n")
  }

  private var time: HTML {
    let slowest = claim.manifests.max { $0.seconds < $1.seconds }
    let longest = slowest.map { ", \(Wording.duration($0.seconds)) of them \($0.step)" } ?? ""
    let finished = claim.manifests.map(\.created).max().map { Timestamp.local($0) } ?? ""
    let resumed = claim.manifests.contains { $0.isResumed } ? "; interrupted work not counted" : ""
    return
      "\(Wording.duration(claim.seconds)) in all stages\(longest)\(resumed); finished <span class=\"whole\">\(finished)</span>."
  }

  private var machine: HTML? {
    let manifest = claim.training?.manifest ?? claim.manifests.first { $0.numerics != nil }
    guard let manifest, let numerics = manifest.numerics else { return nil }
    var words = ["\(manifest.threads) threads"]
    if case .text(let processor) = numerics["processor"] { words.insert(processor, at: 0) }
    if case .number(let bits) = numerics["vectorBits"] {
      words.append("vectors of \(Int(exactly: bits) ?? 0) bits")
    }
    if case .text(let core) = numerics["blasCore"] { words.append("BLAS core \(core)") }
    if case .text(let compiler) = numerics["compiler"] { words.append(compiler) }
    return "\(words.joined(separator: ", ")). <a href=\"#machine\">More</a>"
  }

  // MARK: Repeating it

  private var repetition: HTML {
    """
    <p>To repeat it, in the project's folder:</p>
    <pre class="command" tabindex="0" role="group" aria-label="Command">\(Self.command(for: record.plan.request))</pre>
    <p class="muted">On a fresh Debian or Ubuntu machine with Swift the command sets up what is missing. \
    With the same compiler, processor and BLAS core the weights have the same bits, on any number of \
    threads.</p>
    """
  }

  /// The command line of a run.
  static func command(for request: RunRequest) -> String {
    let file = URL(fileURLWithPath: request.recipe).deletingPathExtension().lastPathComponent
    var words = ["./pipeline.sh", "run", request.recipe]
    if request.run != file { words += ["--as", request.run] }
    for override in request.overrides { words += ["--set", override] }
    return words.map(quoted).joined(separator: " ")
  }

  /// A word, quoted for a shell.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { character in
      character.isASCII
        && (character.isLetter || character.isNumber || "./_-=,:+@".contains(character))
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacingScalar("'", by: "'\\''") + "'"
  }

  // MARK: Figures

  /// The figures that the graph highlights, in the graph's order.
  private var figures: HTML {
    var found: [HTML] = []
    for chapter in record.chapters {
      let outputs = OutputHTML(record: record, chapter: chapter)
      let shown = chapter.cells.flatMap { $0.outputs + $0.olderOutputs }
      for pattern in chapter.planned.step.stage.highlights {
        for case .figure(let file, let caption) in shown.map(\.content) where pattern.matches(file)
        {
          found.append(outputs.figure(file: file, caption: caption))
        }
      }
    }
    return found.isEmpty ? HTML() : "<div class=\"figures\">\n\(found.joined())\n</div>"
  }
}
