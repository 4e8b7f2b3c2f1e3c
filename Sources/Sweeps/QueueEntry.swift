import Foundation

/// A task of a job array in Slurm's queue, as listed by `squeue --array --format='%F %K %T %r'`.
public struct QueueEntry: Sendable, Equatable {
  public let job: Int
  /// Its index in the array; nil for a job that is not an array.
  public let task: Int?
  /// `PENDING`, `RUNNING`, …
  public let state: String
  /// The reason for waiting: `Resources`, `Dependency`, …
  public let reason: String

  /// The entries of a listing; other lines are skipped.
  public static func entries(in listing: String) -> [QueueEntry] {
    listing.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      guard words.count >= 3, let job = Int(words[0]),
        words[2].wholeMatch(of: /[A-Z_]+/) != nil
      else { return nil }
      return QueueEntry(
        job: job, task: Int(words[1]), state: words[2], reason: words.count > 3 ? words[3] : "")
    }
  }

  /// The entry in words: `pending (Resources), job 12_4`.
  public var text: String {
    let why = reason.isEmpty || reason == "None" ? "" : " (\(reason))"
    return "\(state.lowercased())\(why), job \(job)\(task.map { "_\($0)" } ?? "")"
  }
}

/// The jobs that a sweep has submitted to Slurm: `data/sweeps/NAME/slurm/jobs.txt`, with one line
/// for each job: its number and the file that lists its tasks, one per line.
public struct SubmittedJobs: Sendable {
  public let jobs: [(number: Int, runs: [String])]

  public init(of folder: SweepFolder) {
    let place = folder.project.url("\(folder.path)/slurm")
    func lines(_ name: String) -> [Substring] {
      let text = try? String(contentsOf: place.appendingPathComponent(name), encoding: .utf8)
      return (text ?? "").split(separator: "\n")
    }
    jobs = lines("jobs.txt").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 2, let number = Int(words[0]),
        words[1].wholeMatch(of: /[a-z0-9-]+\.txt/) != nil
      else { return nil }
      let runs = lines(String(words[1])).map { String($0.prefix { $0 != "\t" }) }
      return (number, runs)
    }
  }

  /// The queue's entries that belong to the sweep, by run.
  public func byRun(_ entries: [QueueEntry]) -> [String: QueueEntry] {
    var found: [String: QueueEntry] = [:]
    for entry in entries {
      guard let job = jobs.first(where: { $0.number == entry.job }), let task = entry.task,
        job.runs.indices.contains(task - 1)
      else { continue }
      found[job.runs[task - 1]] = entry
    }
    return found
  }
}
