import Foundation

/// A task of a job array as Slurm's queue lists it: `squeue --array --format='%F %K %T %r'`.
public struct QueueEntry: Sendable, Equatable {
  public let job: Int
  /// Its place in the array; nil for a job that is none.
  public let task: Int?
  /// `PENDING`, `RUNNING`, …
  public let state: String
  /// Why it waits: `Resources`, `Dependency`, …
  public let reason: String

  /// The entries of a listing; lines that are none are passed over.
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

/// What a sweep has given to Slurm: `data/sweeps/NAME/slurm/jobs.txt`, a line a job, its number and the
/// file that lists what its tasks do, one a line.
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

  /// The entries of a queue that are the sweep's, by run.
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
