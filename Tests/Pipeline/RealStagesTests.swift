import Foundation
import TensorFiles
import Testing

/// The real stages with the real pipeline.sh, on a few hundred generated images.
@Suite struct RealStagesTests {
  /// A smaller `quickstart`: two epochs of a narrow network take a second.
  private static let narrow = [
    "dataset.training-images=300", "dataset.test-images=100", "split.validation=50",
    "train.architecture.width=4", "train.batch=16",
  ].flatMap { ["--set", $0] }
  private static let small = narrow + ["--set", "train.epochs=2"]

  /// A copy of the project with separate results, run with the binaries of this build.
  final class Project {
    let root: URL
    private let binaries: URL

    init() throws {
      let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      root = FileManager.default.temporaryDirectory
        .appendingPathComponent("tessera real \(UUID().uuidString.prefix(8))")
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      for name in ["pipeline.sh", "Package.swift", "Sources", "stages"] {
        try FileManager.default.copyItem(
          at: repository.appendingPathComponent(name), to: root.appendingPathComponent(name))
      }
      binaries = try Sandbox.tool().deletingLastPathComponent()
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func start(_ words: [String]) throws -> ShellCall {
      var environment = ProcessInfo.processInfo.environment
      environment["TESSERA_BIN"] = binaries.path
      return try ShellCall(
        words, in: root, environment: environment,
        record: root.appendingPathComponent(UUID().uuidString))
    }

    func pipeline(_ arguments: [String]) throws -> ShellCall {
      try start(["./pipeline.sh"] + arguments)
    }

    @discardableResult
    func succeed(
      _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
      let outcome = try pipeline(arguments).finish()
      try #require(
        outcome.status == 0, "\(arguments): \(outcome.output) \(outcome.errors)",
        sourceLocation: sourceLocation)
      return outcome.output
    }

    func data(_ path: String) throws -> Data {
      try Data(contentsOf: root.appendingPathComponent(path))
    }

    func files(_ folder: String) throws -> [String: Data] {
      let names = try FileManager.default.contentsOfDirectory(
        atPath: root.appendingPathComponent(folder).path
      ).filter { $0 != "live.html" }
      return try Dictionary(
        uniqueKeysWithValues: names.map { ($0, try data("\(folder)/\($0)")) })
    }
  }

  /// The stages that were run according to an output: the words between "ran" and "in".
  private func ran(_ output: String) -> [String] {
    guard let line = output.split(separator: "\n").first(where: { $0.contains("; ran ") }) else {
      return []
    }
    let words = line.split(separator: " ").map(String.init)
    guard let first = words.firstIndex(of: "ran"), let end = words.lastIndex(of: "in") else {
      return []
    }
    return Array(words[(first + 1)..<end])
  }

  @Test func runsRestoresAndRerunsWhatChanged() throws {
    let project = try Project()
    let six = [
      "fetch-and-parse", "compute-stats", "preprocess-and-split", "train", "evaluate", "plot",
    ]
    #expect(ran(try project.succeed(["run"] + Self.small)) == six)
    let metrics = try #require(
      try JSONSerialization.jsonObject(
        with: project.data("data/runs/quickstart/evaluate/metrics.json")) as? [String: Any])
    for key in ["top1", "top5", "loss"] { #expect(metrics[key] is Double, "\(key)") }
    #expect(metrics["count"] as? Int == 100)
    #expect(metrics["data_status"] as? String == "generated")

    #expect(try project.succeed(["run"] + Self.small).contains("nothing had to run"))

    let figures = try project.files("plots/quickstart")
    #expect(figures["loss.gp"] != nil && figures["confusion.svg"] != nil)
    // Each explanatory figure is in the chapter that it belongs to.
    let page = String(decoding: try #require(figures["report.html"]), as: UTF8.self)
    for place in [
      "compute-stats-pixels", "compute-stats-classes", "preprocess-and-split-samples",
      "train-feature-map", "train-normalization", "train-augmented", "train-schedule",
      "train-training", "train-filters", "evaluate-confusion", "evaluate-class-scores",
      "evaluate-calibration", "evaluate-mistakes",
    ] { #expect(page.contains("<figure id=\"figure-\(place)\">"), "\(place)") }
    #expect(!page.contains("There is no figure"))
    try FileManager.default.removeItem(at: project.root.appendingPathComponent("plots"))
    try project.succeed(["run"] + Self.small + ["--only", "plot"])
    #expect(try project.files("plots/quickstart") == figures)

    let changed = try project.succeed(["run"] + Self.small + ["--set", "train.seed=2"])
    #expect(ran(changed) == ["train", "evaluate", "plot"])
    #expect(try project.succeed(["why", "train"]).contains("train.seed: 1 → 2"))
    #expect(try project.succeed(["run"] + Self.small).contains("nothing had to run"))
  }

  @Test func aKilledTrainingEndsInTheSameBytes() throws {
    let project = try Project()
    let long = Self.narrow + ["--set", "train.epochs=12"]
    let killed = try project.pipeline(["run", "--threads", "2"] + long)
    // Wait for the first saved epoch, then kill the trainer of this project.
    let kill = try project.start([
      "/bin/bash", "-c",
      """
      for i in {1..1500}; do
        if compgen -G 'data/work/train/*/resume.safetensors' >/dev/null; then
          for process in /proc/[0-9]*; do
            if [[ $(readlink "$process/cwd") == "$PWD" && $(<"$process/comm") == train ]]; then
              kill -KILL "${process#/proc/}" && exit 0
            fi
          done
        fi
        sleep 0.02
      done 2>/dev/null
      exit 1
      """,
    ])
    #expect(try kill.finish().status == 0)
    #expect(try killed.finish().status != 0)
    let resumed = try project.succeed(["run", "--threads", "1"] + long)
    #expect(resumed.contains("going on in epoch"))
    let after = try project.data("data/runs/quickstart/train/best.safetensors")

    let undisturbed = try Project()
    try undisturbed.succeed(["run", "--threads", "2"] + long)
    #expect(try undisturbed.data("data/runs/quickstart/train/best.safetensors") == after)
    #expect(
      try undisturbed.data("data/runs/quickstart/train/last.safetensors")
        == project.data("data/runs/quickstart/train/last.safetensors"))
    // The values computed in the chapter are the same too.
    func tables(_ project: Project) throws -> [Substring] {
      let cells = try project.data("data/runs/quickstart/train/cells.jsonl")
      return String(decoding: cells, as: UTF8.self).split(separator: "\n")
        .filter { $0.contains("\"kind\":\"table\"") }
    }
    #expect(try tables(undisturbed) == tables(project))
    #expect(try tables(project).count == 9)
  }

  @Test func badInputIsOneLineAndLeavesTheOldResult() throws {
    let project = try Project()
    try project.succeed(["run"] + Self.small)
    let before = try project.data("data/runs/quickstart/train/best.safetensors")
    let weights = project.root.appendingPathComponent("weights.safetensors")
    try Data("not weights".utf8).write(to: weights)
    let outcome = try project.pipeline(
      ["run"] + Self.small + ["--set", "train.init-from=\(weights.path)"]
    ).finish()
    #expect(outcome.status == 65)
    #expect((outcome.output + outcome.errors).contains("weights.safetensors"))
    #expect(try project.data("data/runs/quickstart/train/best.safetensors") == before)
  }

  /// The predictions for test images written as PNG files are those of the evaluation. A file that
  /// is not a picture has an error line and does not stop the others.
  @Test func picturesAreClassifiedAsInTheEvaluation() throws {
    struct Line: Decodable {
      struct Answer: Decodable {
        let `class`: String
        let probability: Float
      }
      let file: String
      let answers: [Answer]
    }
    let project = try Project()
    let early = try project.pipeline(["predict", "0.png"]).finish()
    #expect(early.status == 64 && early.errors.contains("nothing has been run yet"))
    try project.succeed(["run"] + Self.small)
    let run = project.root.appendingPathComponent("data/runs/quickstart")
    let predictions = try TensorFile(
      contentsOf: run.appendingPathComponent("evaluate/predictions.safetensors"))
    let expected = try predictions.scalars(of: "probabilities", as: Float.self, shape: [100, 10])
    let names = try JSONDecoder().decode(
      [String].self, from: Data(try #require(predictions.metadata["class_names"]).utf8))
    let indices = [0, 57, 99]
    for index in indices {
      try project.succeed([
        "inspect", "preprocess-and-split.test", "--png", "\(index)", "--output", "\(index).png",
      ])
    }
    try Data("no picture".utf8).write(to: project.root.appendingPathComponent("1.png"))
    let outcome = try project.pipeline(
      ["predict", "--json", "--top", "10", "0.png", "1.png", "57.png", "none.jpg", "99.png"]
    ).finish()
    #expect(outcome.status == 65)
    #expect(outcome.errors.split(separator: "\n").count == 2, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("predict: error: 1.png: a text, expected a PNG or JPEG picture"))
    let lines = try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    #expect(lines.map(\.file) == ["0.png", "57.png", "99.png"])
    for (line, index) in zip(lines, indices) {
      #expect(line.answers.count == 10)
      for answer in line.answers {
        let position = try #require(names.firstIndex(of: answer.class))
        #expect(answer.probability == expected[10 * index + position], "\(index) \(answer)")
      }
    }
    try folderIsAnswered(in: project, names: names)
    let text = try project.succeed(["predict", "57.png", "--top", "1", "--checkpoint", "last"])
    #expect(text.contains("of quickstart, checkpoint last: trained for 2 epochs on shapes"))
    let absent = try project.pipeline(["predict", "57.png", "--checkpoint", "epoch-9"]).finish()
    #expect(
      absent.status == 64 && absent.errors.contains("no checkpoint 'epoch-9', only best, last"))
  }

  /// The pictures of a folder have one line each, in natural order; other files are counted, and
  /// unreadable pictures have an error line.
  private func folderIsAnswered(in project: Project, names: [String]) throws {
    let folder = project.root.appendingPathComponent("pictures")
    let deep = folder.appendingPathComponent("10 more")
    try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
    for (from, to) in [("0.png", "9.png"), ("57.png", "10.png"), ("99.png", "10 more/1.png")] {
      try FileManager.default.copyItem(
        at: project.root.appendingPathComponent(from), to: folder.appendingPathComponent(to))
    }
    try Data("labels".utf8).write(to: folder.appendingPathComponent("labels.csv"))
    let files = ["pictures/9.png", "pictures/10 more/1.png", "pictures/10.png"]
    let table = try project.succeed(["predict", "pictures"]).split(separator: "\n").map(String.init)
    #expect(table.count == 6, "\(table)")
    #expect(table[1].hasPrefix("  picture ") && table[1].hasSuffix("%"))
    for (line, file) in zip(table[2...4], files) {
      #expect(line.hasPrefix("  \(file) "), "\(line)")
    }
    #expect(
      table[5].hasPrefix("3 pictures: ")
        && table[5].hasSuffix("; skipped 1 file that is not a picture"))
    let csv = try project.succeed(["predict", "pictures/", "--csv", "--top", "2"]).split(
      separator: "\n")
    #expect(csv[0] == "file,class_1,probability_1,class_2,probability_2")
    #expect(csv.dropFirst().map { String($0.prefix { $0 != "," }) } == files)
    #expect(csv.dropFirst().allSatisfy { names.contains(String($0.split(separator: ",")[1])) })
    try Data("RIFF....WEBPVP8 ".utf8).write(to: folder.appendingPathComponent("a.png"))
    let outcome = try project.pipeline(["predict", "pictures"]).finish()
    #expect(outcome.status == 65)
    #expect(
      outcome.errors
        == "predict: error: pictures/a.png: a WebP picture, expected a PNG or JPEG picture; "
        + "make a PNG of it: dwebp FILE -o FILE.png (package webp)\n")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("none"), withIntermediateDirectories: true)
    let empty = try project.pipeline(["predict", "pictures/none"]).finish()
    #expect(empty.status == 65 && empty.errors.contains("pictures/none: no files in this folder"))
  }
}
