import ArgumentParser
import Foundation
import Kernels
import Metrics
import Notebook
import OtherData
import Planning
import Processors
import Records
import TensorFiles
import Terminals

/// `tessera evaluate RUN --on DATA`: evaluates a run's network on other data with the same classes.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate a run's trained network on other data with the same classes.")

  @Argument(help: "The run; where it is left out, the latest with a finished training.")
  var runName: String?

  @Option(help: "A folder of pictures, a folder or file of arrays, or CIFAR-10-C's folder.")
  var on: String

  @Option(help: "The checkpoint: best, last, or epoch-160.")
  var checkpoint = "best"

  @Flag(help: "Average the probabilities of an image and of its mirror image.")
  var flip = false

  @Flag(help: "Print metrics.json.")
  var json = false

  @Option(help: "Threads; all processors by default.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    help: ArgumentHelp(
      "The folder to which relative paths of the command line refer.", visibility: .hidden))
  var relativeTo: String?

  func validate() throws {
    guard threads >= 1 else {
      throw ValidationError("--threads must be at least 1, found \(threads)")
    }
  }

  func run() throws {
    let project = try Project.here()
    let trained = try TrainedRun.named(runName, in: project)
    try KernelTarget.prepare(threadCount: threads)
    let evaluation = try OtherEvaluation(
      checkpoint: try trained.checkpoint(named: checkpoint), called: checkpoint, flip: flip,
      on: WorkerPool(threadCount: threads))
    let folder = URL(
      fileURLWithPath: relativeTo ?? FileManager.default.currentDirectoryPath, isDirectory: true)
    let data = URL(fileURLWithPath: on, relativeTo: folder).absoluteURL
    let results = project.evaluationPath(
      run: trained.run, data: data.deletingPathExtension().lastPathComponent)
    let corruptions = OtherImages.corruptionFiles(in: data)
    if corruptions.isEmpty {
      try evaluate(evaluation, on: data, trained, into: try project.writableFolder(results))
    } else {
      try evaluate(
        evaluation, onCorruptions: corruptions, trained, into: try project.writableFolder(results))
    }
    if !json { print("results in \(results)/") }
  }

  private func evaluate(
    _ evaluation: OtherEvaluation, on data: URL, _ trained: TrainedRun, into folder: URL
  ) throws {
    let description = evaluation.description
    var progress: Notebook.Progress?
    let other = try OtherImages(
      at: data, classNames: description.classNames, side: description.inputSide, threads: threads
    ) { done, total in
      guard !json else { return }
      progress = progress ?? Notebook.Progress("reading", total: total, unit: "pictures")
      progress?.update(done: done)
    }
    progress?.finish()
    for problem in other.problems.prefix(20) { Output.error("evaluate: left out: \(problem)") }
    if other.problems.count > 20 {
      Output.error(
        "evaluate: left out: \(NumberText.count(other.problems.count - 20, "more file"))")
    }
    let result = try evaluation.evaluate(other.images, called: other.name)
    try result.write(to: folder)
    if json {
      Output.json(String(decoding: try result.report.json(), as: UTF8.self))
    } else {
      printLines(text(of: result.report, trained))
    }
  }

  private func evaluate(
    _ evaluation: OtherEvaluation, onCorruptions files: [URL], _ trained: TrainedRun,
    into folder: URL
  ) throws {
    var table = CorruptionTable()
    var progress = Notebook.Progress("evaluating", total: files.count, unit: "corruptions")
    for (done, file) in files.enumerated() {
      let kind = file.deletingPathExtension().lastPathComponent
      let sets = try OtherImages.severities(
        at: file, classNames: evaluation.description.classNames)
      table.add(
        kind,
        try sets.enumerated().map {
          try evaluation.evaluate($1, called: "\(kind) \($0 + 1)").report
        })
      if !json { progress.update(done: done + 1) }
    }
    if !json { progress.finish() }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try AtomicFile.write(Data(table.csv.utf8), to: folder.appendingPathComponent("corruptions.csv"))
    guard !json else { return Output.json(try table.json()) }
    let (header, rows) = table.cells
    printLines(
      [heading(trained), ""] + columns([header] + rows, rightAligned: Set(1..<header.count)))
  }

  private func heading(_ trained: TrainedRun) -> String {
    "\(trained.run), checkpoint \(checkpoint): top-1 % on other data"
      + (flip ? ImageViews.flip.mark.map { ", \($0)" } ?? "" : "")
  }

  private func text(of report: EvaluationReport, _ trained: TrainedRun) -> [String] {
    func text(_ value: Double?, _ decimals: Int) -> String {
      value.map { String(format: "%.\(decimals)f", $0) } ?? "–"
    }
    func percent(_ value: Double?) -> String { text(value, 2) }
    let figures = columns(
      [
        ["images", "top-1 %", "balanced %", "cross-entropy", "calibration error %"],
        [
          "\(report.count)", percent(report.top1), percent(report.balancedAccuracy),
          text(report.loss, 4), percent(report.expectedCalibrationError.map { 100 * $0 }),
        ],
      ], rightAligned: [0, 1, 2, 3, 4])
    let classes = report.perClass.filter { $0.support != 0 }.prefix(40).map {
      [
        PrintableText.escaped($0.name), $0.support.map { "\($0)" } ?? "–", percent($0.recall),
        percent($0.precision),
      ]
    }
    return [heading(trained), ""] + figures + [""]
      + columns(
        [["class", "images", "recall %", "precision %"]] + classes, rightAligned: [1, 2, 3])
  }
}
