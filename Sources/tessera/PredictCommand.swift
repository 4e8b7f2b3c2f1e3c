import ArgumentParser
import Foundation
import Kernels
import Pictures
import Planning
import Prediction
import Processors
import TensorFiles
import Terminals

/// `tessera predict PICTURE…`: what pictures show, by a trained network.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Print what PNG or JPEG files show, by a run's trained network.",
    discussion: """
      Files that can't be read get a line each on standard error, and exit status 65 in the end.
      """)

  @Argument(help: "PNG or JPEG files.")
  var files: [String]

  @Option(
    name: .customLong("run"),
    help: "The run; where it is left out, the latest with a finished training.")
  var runName: String?

  @Option(help: "The checkpoint: best, last, or epoch-160.")
  var checkpoint = "best"

  @Option(help: "Classes to print, the most probable first.")
  var top = 3

  @Flag(help: "Print a line of JSON a picture.")
  var json = false

  @Option(help: "The folder to which relative paths of the command line refer.")
  var relativeTo: String?

  func validate() throws {
    guard top >= 1 else { throw ValidationError("--top must be at least 1, found \(top)") }
  }

  func run() throws {
    let trained = try TrainedRun.named(runName, in: try Project.here())
    let threadCount = ProcessInfo.processInfo.activeProcessorCount
    try KernelTarget.prepare(threadCount: threadCount)
    let pool = WorkerPool(threadCount: threadCount)
    let classifier = try PictureClassifier(
      checkpoint: try trained.checkpoint(named: checkpoint), on: pool)
    if !json { print(heading(trained, classifier)) }
    var failures = 0
    for file in files {
      do {
        let picture = try Picture(contentsOf: url(of: file), called: file)
        let answers = Array(try classifier.answers(to: picture, called: file).prefix(top))
        if json {
          Output.json(
            try PredictionText.json(
              file: file, run: trained.run, checkpoint: checkpoint, answers))
        } else {
          printLines(PredictionText.lines(file: file, answers))
        }
      } catch {
        failures += 1
        Output.error("predict: error: \(error)")
      }
    }
    if failures > 0 { throw ExitCode(EX_DATAERR) }
  }

  private func url(of file: String) -> URL {
    let folder = URL(
      fileURLWithPath: relativeTo ?? FileManager.default.currentDirectoryPath, isDirectory: true)
    return URL(fileURLWithPath: file, relativeTo: folder).absoluteURL
  }

  /// Which weights answer, and what they were trained on.
  private func heading(_ trained: TrainedRun, _ classifier: PictureClassifier) -> String {
    let description = classifier.description
    let source = description.origin["source"].map { " on \(PrintableText.escaped($0))" } ?? ""
    let status = description.origin["data_status"] == "unverified" ? " (unverified data)" : ""
    let past =
      switch (description.epoch, description.beganAsFile) {
      case (0, true): "weights from a file, not trained here"
      case (0, false): "initial weights, not trained"
      case (let epochs, let beganAsFile):
        "trained for \(epochs) epochs\(source)\(status)"
          + (beganAsFile ? ", beginning with weights from a file" : "")
      }
    return "\(PrintableText.escaped(description.network)) of \(trained.run), checkpoint "
      + "\(checkpoint): \(past)"
  }
}
