import ArgumentParser
import Foundation
import Planning
import Sweeps
import TensorFiles
import Terminals

/// `tessera sweep status`: the progress of sweeps.
struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Print how far a sweep is: finished, running, queued, failed.")

  @Argument(help: "The sweep; all by default.")
  var name: String?

  @Option(help: "A file with what squeue prints.")
  var queue: String?

  @OptionGroup var selection: SweepSelection

  func run() throws {
    let project = try Project.here()
    let names =
      try name.map { [try SweepFolder.named($0, in: project).name] }
      ?? SweepFolder.names(in: project)
    guard !names.isEmpty else { return print("there is no sweep yet") }
    let listing = queue.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    let entries = QueueEntry.entries(in: listing)
    let holders = LockHolder.all(in: project)
    for name in names {
      try printStatus(of: SweepFolder(name, in: project), entries, holders, in: project)
    }
  }

  private func printStatus(
    of folder: SweepFolder, _ entries: [QueueEntry], _ holders: [LockHolder], in project: Project
  ) throws {
    let plan = try selection.plan(try folder.sweep(), in: project, isChecked: false)
    let queued = SubmittedJobs(of: folder).byRun(entries)
    var counts: [String: Int] = ["finished": plan.runs.count - plan.unfinished.count]
    var rows: [[String]] = []
    for run in plan.unfinished.map(\.run.name) {
      let log = lastLines(of: folder.logPath(ofRun: run), in: project)
      let state: String
      let entry = queued[run]
      if let holder = holder(of: run, among: holders, entry) {
        state = "running"
        rows.append(["  \(run)", state, holder.progress(in: project) ?? "", holder.place])
      } else if let entry {
        state = "queued"
        rows.append(["  \(run)", state, entry.text, ""])
      } else if let line = log.last, line.hasPrefix("pipeline.sh: ") {
        state = line.contains("interrupted") ? "interrupted" : "failed"
        rows.append(["  \(run)", state, line, ""])
      } else if let line = log.last {
        state = "interrupted"
        rows.append(["  \(run)", state, line, ""])
      } else {
        state = "not begun"
      }
      counts[state, default: 0] += 1
    }
    let words = ["finished", "running", "queued", "failed", "interrupted", "not begun"]
      .compactMap { word in counts[word].flatMap { $0 > 0 ? "\($0) \(word)" : nil } }
    print(
      "\(folder.name): \(NumberText.count(plan.runs.count, "run")) of \(plan.sweep.recipe): \(words.joined(separator: ", "))"
    )
    printLines(
      columns(rows.map { row in row.reversed().drop { $0.isEmpty }.reversed() }, indent: ""))
  }

  /// The process of a run. A lock from another machine counts unless the queue says otherwise.
  private func holder(
    of run: String, among holders: [LockHolder], _ entry: QueueEntry?
  ) -> LockHolder? {
    holders.first { holder in
      guard holder.text.contains(" \(run), stage ") || holder.text.hasSuffix(" \(run)") else {
        return false
      }
      return holder.otherMachine == nil || queue == nil || entry?.state == "RUNNING"
    }
  }

  /// The last lines of a log.
  private func lastLines(of path: String, in project: Project) -> [String] {
    guard let handle = try? FileHandle(forReadingFrom: project.url(path)) else { return [] }
    defer { try? handle.close() }
    let end = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: end > 4096 ? end - 4096 : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }
}
