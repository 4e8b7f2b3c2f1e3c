import Foundation
import TestSupport
import Testing

/// The evaluation of measurements in `compare_speed.py`; nothing is measured here.
@Suite(.enabled(if: PythonPeer.exists, Comment(rawValue: PythonPeer.reasonWithoutPython)))
struct CompareSpeedTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func entry(
    round: Int, _ side: String, train: Int, loading: Int? = nil, infer: Int, mebibytes: Int
  ) -> String {
    let loading = loading.map { #""train_with_loading_images_per_second": \#($0), "# } ?? ""
    return #"{"round": \#(round), "side": "\#(side)", "network": "adaptive-conv", "#
      + #""precision": "float32", "train_images_per_second": \#(train), \#(loading)"#
      + #""infer_images_per_second": \#(infer), "peak_memory_bytes": \#(mebibytes << 20)}"#
  }

  private func tables(_ entries: [String]) throws -> [String] {
    let log = try folder.file("log", holding: Array(entries.joined(separator: "\n").utf8))
    return try PythonPeer.run(file: "compare_speed.py", ["--from-log", log.path])
      .split(separator: "\n").map(String.init)
  }

  /// The best modes for training and inference may differ, and "mixing first" is reported
  /// separately.
  @Test func ratiosAreOfMediansToTheBestMode() throws {
    let rounds = [(1, 120, 50), (2, 150, 60), (3, 240, 80)]
    let lines = try tables(
      rounds.flatMap { round, ours, theirs in
        [
          entry(round: round, "ours", train: ours, loading: 100, infer: 400, mebibytes: 200),
          entry(round: round, "nchw", train: theirs, infer: 160, mebibytes: 400),
          entry(round: round, "channels_last", train: 40, infer: 200, mebibytes: 500),
          entry(round: round, "nchw mixing first", train: 75, infer: 500, mebibytes: 800),
        ]
      })
    let row = "| adaptive-conv | float32 |"
    #expect(lines.contains("\(row) training | 150 | 60.0 | nchw | 2.50 (2.40–3.00) |"))
    #expect(
      lines.contains(
        "\(row) training, loading included | 100 | 60.0 | nchw | 1.67 (1.25–2.00) |"))
    #expect(lines.contains("\(row) inference | 400 | 200 | channels_last | 2.00 (2.00–2.00) |"))
    #expect(
      lines.contains("\(row) training | 150 | 75.0 | nchw mixing first | 2.00 (1.60–3.20) |"))
    #expect(
      lines.contains(
        "\(row) inference | 400 | 500 | nchw mixing first | 0.80 (0.80–0.80) |"))
    #expect(lines.contains("\(row) 200 | 400 | nchw | 0.50 (0.50–0.50) |"))
  }

  @Test func scalingIsSeveralThreadsOverOne() throws {
    let lines = try tables([
      entry(round: 1, "1 thread", train: 100, loading: 90, infer: 200, mebibytes: 10),
      entry(round: 1, "2 threads", train: 190, loading: 180, infer: 390, mebibytes: 10),
      entry(round: 2, "2 threads", train: 200, loading: 180, infer: 410, mebibytes: 10),
      entry(round: 2, "1 thread", train: 100, loading: 90, infer: 200, mebibytes: 10),
    ])
    let row = "| adaptive-conv | float32 |"
    #expect(lines.contains("\(row) training | 100 | 195 | 1.95 (1.90–2.00) |"))
    #expect(lines.contains("\(row) training, loading included | 90.0 | 180 | 2.00 (2.00–2.00) |"))
  }
}
