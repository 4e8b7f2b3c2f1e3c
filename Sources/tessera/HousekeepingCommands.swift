import ArgumentParser
import Foundation
import Planning
import Sweeps
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

  func run() throws {
    let project = try Project.here()
    let folder = try runName.map { try RunFolder.named($0, in: project) }
    let begin = ContinuousClock.now
    let findings = Verification(in: project).findings(of: folder, rereading: !remembered)
    var files = 0
    var bytes = 0
    var differing = 0
    for finding in findings {
      let artefact = finding.artefact
      let recorded =
        (artefact.manifest?.outputs.flatMap(\.files) ?? [])
        + (artefact.manifest?.records ?? [])
      files += recorded.count
      bytes += recorded.reduce(0) { $0 + $1.bytes }
      guard !artefact.faults.isEmpty || !artefact.remarks.isEmpty else { continue }
      differing += 1
      let user = finding.user ?? "no run's"
      print("\(artefact.stage) \(artefact.key.prefix(12))… (\(user))")
      for fault in artefact.faults { print("  does not stand: \(fault)") }
      for remark in artefact.remarks { print("  not used: \(remark)") }
    }
    let seconds = ContinuousClock.now - begin
    let time = readable(
      seconds: Double(seconds.components.seconds) + Double(seconds.components.attoseconds) / 1e18)
    let read = "\(findings.count) results, \(files) files, \(readable(bytes: bytes)), in \(time)"
    guard differing == 0 else {
      print(
        "\(differing) of \(read) are not as recorded; running their recipes makes those anew that do not stand"
      )
      throw ExitCode(EX_DATAERR)
    }
    print("\(read): all as recorded")
  }
}

/// `tessera gc`: what no run uses.
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
    try Weaver(project: project, version: WeaveCommand.version).writeIndex()
    print("removed the \(isSweep ? "sweep" : "run") \(runName)")
    if !kept.isEmpty {
      print("kept, since they were edited or added by hand: \(kept.joined(separator: ", "))")
    }
    var planner = try Planner(project: project)
    let unused = UnusedData(in: project, planner: &planner)
    guard !unused.items.isEmpty else { return }
    let total = readable(bytes: unused.items.reduce(0) { $0 + $1.bytes })
    print(
      "no run uses \(unused.items.count) folders of data now, \(total): ./pipeline.sh gc lists them"
    )
  }

  private func remove(_ run: String, in project: Project) throws -> [String] {
    try RunRemoval(of: try RunFolder.named(run, in: project), in: project).remove(
      pages: [
        URL(fileURLWithPath: Weaver.path(ofRun: run)).lastPathComponent, LivePage.fileName,
      ])
  }

  /// - Returns: Files of the user's own that stay.
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
