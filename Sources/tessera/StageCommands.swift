import ArgumentParser
import Foundation
import Planning
import Terminals

/// `tessera prepare`: creates the folders of a step that is due and prints its stage's command line.
struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Prepare a step that is due.",
    discussion: """
      Prints, each ended by a zero byte: the stage, the folder of its outputs, the folder of its work, \
      'resumes' or 'begins', and the arguments of its executable. Prints nothing where the step \
      is not due any more, or reads or makes other results than the caller has locked.
      """)

  @Argument(help: "The step.")
  var step: String

  @OptionGroup var options: RunOptions
  @OptionGroup var selection: SelectionOptions

  @Option(help: "Threads for the stage.")
  var threads = 1

  @Option(help: "What the caller has locked: the result and those it reads, each as STAGE-KEY.")
  var result: String

  func run() throws {
    let project = try Project.here()
    var planner = try Planner(project: project)
    let plan = try planner.plan(
      try options.request(in: project), selection: selection.selection, forced: selection.isForced)
    let planned = try plan.step(named: step)
    guard case .due(let key) = planned.state,
      planned.resultNames(key: key).joined(separator: " ") == result
    else { return }
    let preparation = try Preparation(planned, in: plan, project: project, threads: threads)
    for line in preparation.setAside {
      Output.error("pipeline.sh: warning: \(line)")
    }
    let words =
      [
        preparation.stage, preparation.newFolder, preparation.workFolder,
        preparation.resumes ? "resumes" : "begins",
      ] + preparation.arguments
    FileHandle.standardOutput.write(Data(words.map { $0 + "\0" }.joined().utf8))
  }
}

/// `tessera seal`: turns a stage's outputs into an artefact.
struct SealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal", abstract: "Check, digest and publish what a stage has written.",
    discussion: "Prints the warnings that the stage has not printed itself, one a line.")

  @Argument(help: "The folder that 'prepare' named.")
  var folder: String

  @Option(help: "How long the stage ran.")
  var seconds: Double

  func run() throws {
    var sealing = try Sealing(newFolder: folder, in: try Project.here())
    printLines(try sealing.publish(seconds: seconds).notices)
  }
}

/// `tessera log`: copies standard input to standard output, and filters it into a log.
struct LogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Copy standard input to standard output and to a log.",
    discussion: """
      The log gets whole lines, without progress lines and colours. It is continued where it exists. \
      Signals are left to the stage: the copying ends with its input.
      """)

  @Argument(help: "The log file.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "Warnings that were shown before and are not to be shown again, a line each.",
      valueName: "lines"))
  var shown = ""

  func run() throws {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
    let log = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard log >= 0 else {
      throw PlanningError.unwritable(file: file, reason: String(cString: strerror(errno)))
    }
    var filter = LogFilter()
    var warnings = RepeatedWarnings(shown: shown.split(separator: "\n"))
    var buffer = [UInt8](repeating: 0, count: 65536)
    var isWatched = true
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      // The log continues even if the reader of the output is gone.
      let passing = warnings.passing(buffer[..<count])
      if isWatched { isWatched = Self.write(passing[...], to: STDOUT_FILENO) }
      _ = Self.write(filter.lines(from: buffer[..<count])[...], to: log)
    }
    if isWatched { _ = Self.write(warnings.rest()[...], to: STDOUT_FILENO) }
    _ = Self.write(filter.rest()[...], to: log)
    close(log)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
