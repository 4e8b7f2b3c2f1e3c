import ArgumentParser
import Foundation
import Kernels
import Pictures
import Planning
import Prediction
import Processors
import Records
import TensorFiles
import Terminals

/// `tessera predict PICTURE…`: classifies pictures with a trained network.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Print what PNG or JPEG files show, by a run's trained network.",
    discussion: """
      Files that can't be read get a line each on standard error, and exit status 65 in the end. Of a \
      folder, all pictures in it and below it are taken, in natural order.
      """)

  @Argument(help: ArgumentHelp("PNG or JPEG files, and folders of them.", valueName: "file"))
  var files: [String]

  @Option(
    name: .customLong("run"),
    help: "The run; where it is left out, the latest with a finished training.")
  var runName: String?

  @Option(help: "The checkpoint: best, last, or epoch-160.")
  var checkpoint = "best"

  @Option(help: "Classes to print, the most probable first (3; in tables 1).")
  var top: Int?

  @Flag(help: "Print a table, a line a picture, as for a folder.")
  var table = false

  @Flag(help: "Print comma-separated values, a line a picture.")
  var csv = false

  @Flag(help: "Print a line of JSON a picture.")
  var json = false

  @Option(help: ArgumentHelp("The folder to which relative paths refer.", visibility: .hidden))
  var relativeTo: String?

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top must be at least 1, found \(top)") }
    guard [table, csv, json].count(where: { $0 }) <= 1 else {
      throw ValidationError("--table, --csv and --json exclude each other")
    }
  }

  func run() throws {
    let trained = try TrainedRun.named(runName, in: try Project.here())
    let threadCount = ProcessInfo.processInfo.activeProcessorCount
    try KernelTarget.prepare(threadCount: threadCount)
    let pool = WorkerPool(threadCount: threadCount)
    let classifier = try PictureClassifier(
      checkpoint: try trained.checkpoint(named: checkpoint), on: pool)
    let arguments = PictureArguments(files, in: folder)
    for problem in arguments.problems { Output.error("predict: error: \(problem)") }

    let form: PredictionForm =
      json ? .json : csv ? .csv : table || arguments.hasFolders ? .table : .paragraphs
    var output = PredictionOutput(
      form, run: trained.run, checkpoint: checkpoint, classNames: classifier.description.classNames,
      files: arguments.pictures.map(\.name), top: top ?? (form.isTable ? 1 : 3))
    output.begin(heading: heading(trained, classifier))
    var failures = arguments.problems.count
    for (name, url, isFromFolder) in arguments.pictures {
      do {
        let picture = try Picture(contentsOf: url, called: name)
        try output.add(name, try classifier.answers(to: picture, called: name))
      } catch PictureError.unknownFormat(_, let format, _)
        where isFromFolder && !(format?.isPicture ?? false)
      {
        output.passOver()
      } catch {
        failures += 1
        Output.error("predict: error: \(error)")
      }
    }
    output.end()
    if failures > 0 { throw ExitCode(EX_DATAERR) }
  }

  private var folder: URL {
    URL(
      fileURLWithPath: relativeTo ?? FileManager.default.currentDirectoryPath, isDirectory: true)
  }

  /// The weights in use, and their training data.
  private func heading(_ trained: TrainedRun, _ classifier: PictureClassifier) -> String {
    let description = classifier.description
    let source = description.origin["source"].map { " on \(PrintableText.escaped($0))" } ?? ""
    let status =
      description.origin["data_status"].flatMap(DataStatus.init(rawValue:))?.reservation
      .map { " (\($0))" } ?? ""
    let past =
      switch (description.epoch, description.startedFromFile) {
      case (0, true): "weights from a file, not trained here"
      case (0, false): "initial weights, not trained"
      case (let epochs, let startedFromFile):
        "trained for \(NumberText.count(epochs, "epoch"))\(source)\(status)"
          + (startedFromFile ? ", beginning with weights from a file" : "")
      }
    return "\(PrintableText.escaped(description.network)) of \(trained.run), checkpoint "
      + "\(checkpoint): \(past)"
  }
}
