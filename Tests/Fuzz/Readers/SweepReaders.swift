import Foundation
import Sweeps

extension FuzzReader {
  static let sweepReaders = [sweepFile, valueList, storedSweep, queue]

  /// A sweep as a YAML file. It can also be written as a command line.
  static let sweepFile = FuzzReader("sweep-file", longest: 1024) { input in
    let file = try input.file("sweep.yaml")
    guard let sweep = try accepted({ try SweepFile(contentsOf: file) }) ?? nil else { return }
    for axis in sweep.sets {
      try promise(!axis.values.isEmpty, "\(axis.key) has no value")
      try promise(Set(axis.values).count == axis.values.count, "\(axis.key) has a value twice")
    }
    try promise(sweep.seeds.allSatisfy { $0 >= 0 }, "a negative seed")
  }

  /// The values of a `--set`. Joined by commas and read again, they are the same.
  static let valueList = FuzzReader("value-list", longest: 256) { input in
    guard let values = try accepted({ try ValueList.split(input.text, key: "k") }) else { return }
    let again = try accepted { try ValueList.split(values.joined(separator: ","), key: "k") }
    try promise(again == values, "joined, \(values) are \(again as Any)")
  }

  /// A stored sweep. Its runs have unique names that can be names of folders.
  static let storedSweep = FuzzReader("sweep", longest: 1024) { input in
    guard let sweep = SweepFolder.sweep(in: Data(input.bytes)) else { return }
    let runs = sweep.runs(of: sweep.points)
    try promise((1...Sweep.runLimit).contains(runs.count), "\(runs.count) runs")
    for run in runs {
      try promise(
        run.name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil && run.name.utf8.count <= 200,
        "'\(run.name)' can't be a folder")
    }
    try promise(Set(runs.map(\.name)).count == runs.count, "two runs have one name")
  }

  /// The output of Slurm's `squeue`.
  static let queue = FuzzReader("queue", longest: 512) { input in
    for entry in QueueEntry.entries(in: input.text) { _ = entry.text }
  }
}
