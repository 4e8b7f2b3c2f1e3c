import ArgumentParser
import Foundation
import Planning
import Sweeps
import TensorFiles
import Terminals
import Watching
import Weaving

/// `tessera verify`: whether every artefact is as its manifest records it.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Read every file of the artefacts and print what is not as recorded; exit 65 where something is."
  )

  @Argument(help: ArgumentHelp("The run; all of the cache where it is left out.", valueName: "run"))
  var runName: String?

  @Flag(help: "Read only files that have changed since their digest was taken.")
  var remembered = false

  @Flag(help: "Print what was found as JSON.")
  var json = false

  func run() throws {
    let project = try Project.here()
    let folder = try runName.map { try RunFolder.named($0, in: project) }
    let begin = ContinuousClock.now
    let findings = Verification(in: project).findings(of: folder, rereading: !remembered)
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    let answer = VerifyAnswer(findings, seconds: seconds)
    if json { try answer.print() } else { print(answer) }
    guard answer.differing.isEmpty else { throw ExitCode(EX_DATAERR) }
  }

  private func print(_ answer: VerifyAnswer) {
    for result in answer.differing {
      Output.line("\(result.stage) \(result.key.prefix(12))… (\(result.user ?? "no run's"))")
      for fault in result.faults { Output.line("  is not valid: \(fault)") }
      for remark in result.remarks { Output.line("  not used: \(remark)") }
    }
    let read =
      "\(NumberText.count(answer.results, "result")), \(NumberText.count(answer.files, "file")), "
      + "\(readable(bytes: answer.bytes)), in \(readable(seconds: answer.seconds))"
    guard !answer.differing.isEmpty else { return Output.line("\(read): all as recorded") }
    Output.line(
      "\(answer.differing.count) of \(read) are not as recorded; running their recipes computes "
        + "the invalid ones again")
  }
}

/// The output of `verify`.
private struct VerifyAnswer: Answer {
  /// A result that is not as its manifest records it.
  struct Differing: Encodable {
    let stage: String
    let key: String
    /// The run and the step that link to it; nil if none does.
    let user: String?
    /// Why it is not valid.
    let faults: [String]
    /// Ignored differences, which leave it valid.
    let remarks: [String]
  }

  let command = "verify"
  let results: Int
  let files: Int
  let bytes: Int
  let seconds: Double
  let differing: [Differing]

  init(_ findings: [Verification.Finding], seconds: Double) {
    self.seconds = seconds
    results = findings.count
    let manifests = findings.compactMap(\.artefact.manifest)
    let recorded = manifests.flatMap { $0.outputs.flatMap(\.files) + ($0.records ?? []) }
    files = recorded.count
    bytes = recorded.reduce(0) { $0 + $1.bytes }
    differing = findings.compactMap { finding in
      let artefact = finding.artefact
      guard !artefact.faults.isEmpty || !artefact.remarks.isEmpty else { return nil }
      return Differing(
        stage: artefact.stage, key: artefact.key, user: finding.user,
        faults: artefact.faults.map(\.description), remarks: artefact.remarks.map(\.description))
    }
  }
}

/// `tessera gc`: lists or removes files that no run uses.
struct GCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Print what no run uses, with size and reason, or free it.")

  @Flag(help: "Remove all that is listed.")
  var yes = false

  func run() throws {
    let project = try Project.here()
    var planner = try Planner(project: project)
    let unused = UnusedData(in: project, planner: &planner)
    guard !unused.items.isEmpty else { return print("nothing is unused") }
    let rows = unused.items.map { [$0.path, readable(bytes: $0.bytes), $0.reason] }
    printLines(columns(rows, rightAligned: [1]))
    let total = readable(bytes: unused.items.reduce(0) { $0 + $1.bytes })
    guard yes else {
      return print(
        "\(total) would be freed: ./pipeline.sh gc --yes. Going back to a setting whose result is gone runs it again."
      )
    }
    printLines(try unused.remove())
    print("freed \(total)")
  }
}

/// `tessera rm`: removes a run, or a sweep with all of its runs.
struct RemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove a run, and print what no run uses any more.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var runName: String

  func run() throws {
    let project = try Project.here()
    let isSweep =
      !project.runNames.contains(runName) && SweepFolder.names(in: project).contains(runName)
    let kept = isSweep ? try removeSweep(in: project) : try remove(runName, in: project)
    try Weaver(project).writeIndex()
    print("removed the \(isSweep ? "sweep" : "run") \(runName)")
    if !kept.isEmpty {
      print("kept, since they were edited or added by hand: \(kept.joined(separator: ", "))")
    }
    var planner = try Planner(project: project)
    let unused = UnusedData(in: project, planner: &planner)
    guard !unused.items.isEmpty else { return }
    let total = readable(bytes: unused.items.reduce(0) { $0 + $1.bytes })
    print(
      "no run uses \(NumberText.count(unused.items.count, "folder")) of data now, \(total): ./pipeline.sh gc lists them"
    )
  }

  private func remove(_ run: String, in project: Project) throws -> [String] {
    try RunRemoval(of: try RunFolder.named(run, in: project), in: project).remove(
      pages: [
        URL(fileURLWithPath: Weaver.path(ofRun: run)).lastPathComponent, LivePage.fileName,
      ])
  }

  /// - Returns: The user's own files, which stay.
  private func removeSweep(in project: Project) throws -> [String] {
    let folder = SweepFolder(runName, in: project)
    let sweep = try folder.sweep()
    var kept: [String] = []
    let known = Set(project.runNames)
    for run in sweep.runs(of: sweep.points).map(\.name) where known.contains(run) {
      kept += try remove(run, in: project)
    }
    return kept + (try folder.remove())
  }
}
