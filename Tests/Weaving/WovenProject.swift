import Foundation
import Pictures
import Planning
import TensorFiles
import TestSupport
import Weaving

/// A project of three small stages with artificial runs: the outputs of the stages are written
/// here.
final class WovenProject {
  let root: URL
  private let folder: TemporaryFolder
  private let weights: Weights?
  private let placesFigures: Bool

  /// The weights that a run evaluates.
  struct Weights {
    /// Number of epochs, each with a line in the history.
    var epochs: Int
    /// Whether the weights began as those of a file.
    var startedFromFile: Bool
    /// The images on which they are evaluated, and whether they were selected on test images.
    var on = "test"
    var selectedOnTest = false
    /// The classes of the network, and the mean of their recalls.
    var classes = 10
    var balancedAccuracy = 90.0
    /// Number of rows of the table that the first stage shows.
    var tableRows = 1
  }

  /// - Parameter weights: The weights that the first stage writes in addition to its numbers, if
  ///   any.
  /// - Parameter placesFigures: Whether the second stage places the third's figures.
  init(weights: Weights? = nil, placesFigures: Bool = false) throws {
    folder = try TemporaryFolder()
    self.weights = weights
    self.placesFigures = placesFigures
    root = URL(fileURLWithPath: folder.url.path, isDirectory: true)
    try write(
      "stages/graph.yaml",
      weights == nil
        ? Self.graph
        : Self.graph.replacing(
          "numbers: numbers.csv",
          with:
            "numbers: numbers.csv\n      checkpoints: best.safetensors\n      history: history.csv")
    )
    try write("stages/schema.yaml", Self.schema)
    try write("stages/recipes/small.yaml", Self.recipe)
    try write(
      "Package.swift",
      """
      // swift-tools-version: 6.2
      let dependency = .package(url: "https://example.org/swift-numerics", exact: "1.0.3")

      """)
    try write("stages/make/main.swift", Self.make)
    try write("stages/score/main.swift", "//: # Scores\n//: ## How good\nlet score = 1\nshow(1)\n")
    try write("stages/draw/main.swift", "//: # Figures\n//: Drawn.\nshow(figure: 1)\n")
  }

  func write(_ path: String, _ text: String) throws {
    let url = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  func read(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  func replace(_ text: String, by other: String, in path: String) throws {
    let old = try read(path)
    precondition(old.contains(text), "\(path) does not hold '\(text)'")
    try write(path, old.replacing(text, with: other))
  }

  /// Converts a manifest to format 1, which had no seal and can therefore be forged.
  func makeFirstFormat(_ path: String) throws {
    let text = try read(path)
      .replacing(/"format" : 2/, with: "\"format\" : 1")
      .replacing(/,\n *"sha256" : "[0-9a-f]{64}"/, with: "")
      .replacing(/,\n *"seal" : "[0-9a-f]{64}"/, with: "")
      .replacing(/(?s) "records" : \[.*?\n  \],\n/, with: "")
    try write(path, text)
  }

  func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: root.appendingPathComponent(path))
  }

  // MARK: Runs

  /// Runs the outdated steps of a run, up to the step `last`.
  func run(_ name: String = "small", until last: String? = nil) throws {
    let project = try Project(root: root)
    let request = try RunRequest(
      recipe: "small", run: name, project: project, callerFolder: root)
    let selection = last.map { Selection.until($0) } ?? .all
    while true {
      var planner = try Planner(project: project)
      let plan = try planner.plan(request, selection: selection)
      _ = try Publication(plan, in: project).publish(remembering: true, replacingEdited: false)
      let due = plan.steps.first { planned in
        if case .due = planned.state { return true }
        return false
      }
      guard let due else { return }
      let preparation = try Preparation(due, in: plan, project: project, threads: 1)
      try perform(due.step.stage.name, into: preparation.newFolder)
      var sealing = try Sealing(newFolder: preparation.newFolder, in: project)
      _ = try sealing.publish(seconds: 1.5)
    }
  }

  /// Writes the page of a run and returns it.
  func page(of name: String = "small") throws -> String {
    _ = try weave(name, always: true)
    return try read("plots/\(name)/report.html")
  }

  func weave(_ name: String = "small", always: Bool = false) throws -> Weaver.Outcome {
    let project = try Project(root: root)
    return try Weaver(project: project, version: "1")
      .weave(RunFolder.named(name, in: project), always: always)
  }

  /// Writes the notebook of a run and returns it.
  func notebook(of name: String = "small") throws -> String {
    let project = try Project(root: root)
    let path = try Weaver(project: project, version: "1")
      .notebook(RunFolder.named(name, in: project))
    return try read(path)
  }

  /// Writes the page that compares runs and returns its path.
  func compare(_ names: [String]) throws -> String {
    let project = try Project(root: root)
    return try Weaver(project: project, version: "1")
      .compare(names.map { try RunFolder.named($0, in: project) })
  }

  // MARK: Outputs of the stages

  private func perform(_ stage: String, into folder: String) throws {
    switch stage {
    case "make":
      try write("\(folder)/numbers.csv", "a,b\n1,2\n")
      try writeWeights(into: folder)
      try record(
        stage, into: folder,
        [
          ("show(\"first\")", "text", "\"first <b>\""),
          ("show(\"first\")", "text", "\"and more\""),
          (
            "show(table: rows)", "table",
            "{\"header\": [\"class\", \"n\"], \"rows\": [\(tableRows)]}"
          ),
          ("hidden", "text", "\"from a hidden line\""),
          ("", "warning", "\"the numbers are made up\""),
          ("", "nonsense", "1"),
        ])
    case "score":
      try write("\(folder)/metrics.json", metrics)
      let places = ["curve", "absent"].map { name in
        ("show(1)", "drawing", "{\"name\": \"\(name)\", \"output\": \"metrics\"}")
      }
      try record(
        stage, into: folder,
        [("show(1)", "text", "\"score 90\"")] + (placesFigures ? places : []))
    default:
      let opening = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
      try write("\(folder)/curve.svg", opening + "</svg>")
      try write("\(folder)/curve-narrow.svg", opening + "<g/></svg>")
      let pixels = try PNGFile.encode(PixelImage(width: 9, height: 9, grey: 128))
      for name in ["curve", "many"] {
        try pixels.write(to: root.appendingPathComponent("\(folder)/\(name).png"))
      }
      try write("\(folder)/curve.gp", "plot 1")
      let pieces = String(repeating: "<path/>", count: 40_000)
      try write("\(folder)/many.svg", opening + pieces + "</svg>")
      try record(
        stage, into: folder,
        [
          ("show(figure", "figure", "{\"file\": \"curve.svg\", \"caption\": \"A curve.\"}"),
          ("show(figure", "figure", "{\"file\": \"many.svg\", \"caption\": \"Many pieces.\"}"),
          ("show(figure", "figure", "{\"file\": \"lost.svg\", \"caption\": \"Lost.\"}"),
        ])
    }
  }

  private func writeWeights(into folder: String) throws {
    guard let weights else { return }
    var metadata = ["network": "small", "epoch": "\(weights.epochs)", "trained_on": "training"]
    if weights.startedFromFile { metadata["initial_weights"] = "file" }
    var writer = TensorFileWriter(schema: "checkpoint", metadata: metadata)
    writer.add("weight", shape: [1], [1] as [Float])
    try writer.write(to: root.appendingPathComponent("\(folder)/best.safetensors"))
    let header =
      "epoch,learning_rate,train_loss,train_top1,train_top5,validation_loss,validation_top1,"
      + "validation_top5\n"
    let lines = (0..<weights.epochs).map { "\($0 + 1),0.1,2,30,70,2,30,70\n" }
    try write("\(folder)/history.csv", header + lines.joined())
  }

  private var tableRows: String {
    (0..<(weights?.tableRows ?? 1)).map { "[\"cat & dog\", \"\(5 + $0)\"]" }
      .joined(separator: ", ")
  }

  private var metrics: String {
    guard let weights else { return Self.metrics }
    let names = (0..<weights.classes).map { "\"\($0)\"" }.joined(separator: ", ")
    return Self.metrics
      .replacing(
        "{\"top1\"",
        with:
          "{\"balanced_accuracy\": \(weights.balancedAccuracy), \"class_names\": [\(names)], \"top1\""
      )
      .replacing("\"epoch\": 4", with: "\"epoch\": \(weights.epochs)")
      .replacing("\"on\": \"test\"", with: "\"on\": \"\(weights.on)\"")
      .replacing(
        "\"selected_on_test\": true", with: "\"selected_on_test\": \(weights.selectedOnTest)")
  }

  /// The line of a record is that of `mark` in the source; 0 if `mark` is empty.
  private func record(
    _ stage: String, into folder: String, _ records: [(mark: String, kind: String, body: String)]
  ) throws {
    let lines = try read("stages/\(stage)/main.swift").components(separatedBy: "\n")
    let text = records.map { record in
      let line = lines.firstIndex { !record.mark.isEmpty && $0.contains(record.mark) }.map {
        $0 + 1
      }
      return "{\"body\":\(record.body),\"kind\":\"\(record.kind)\",\"line\":\(line ?? 0)}\n"
    }
    try write("\(folder)/cells.jsonl", text.joined() + "{\"half a li")
  }

  private static let graph = """
    format: 1
    stages:
      make:
        reads: [data]
        outputs:
          numbers: numbers.csv
      score:
        reads: [score]
        inputs:
          numbers: make.numbers
          earlier?: score.metrics
        outputs:
          metrics: metrics.json
      draw:
        inputs:
          metrics: score.metrics
        outputs:
          figures: ["*.svg", "*.png", "*.gp"]
        publish: plots
        highlights: [curve.*]
    """

  private static let schema = """
    format: 1
    keys:
      data.seed: {type: integer, default: 3, about: "the seed"}
      score.digits: {type: integer, default: 1, about: "digits"}
    """

  private static let recipe = """
    about: a small run
    steps:
      - make
      - score
      - again: score
      - draw
    again: {digits: 2}
    """

  private static let metrics = """
    {"top1": 90.0, "top5": 99.5, "loss": 0.3, "count": 200, "on": "test", "checkpoint": "best",
     "epoch": 4, "data_status": "generated", "source": "shapes", "selected_on_test": true,
     "per_class": [], "macro": {}}
    """

  /// Every construct that a stage may use.
  private static let make = #"""
    //: # Making *numbers*
    //:
    //: Prose with `code`, a price of $5, $e^{i\pi}$ and
    //:
    //: $$
    //: \frac{a}{b} \le \sum_{i=1}^{n} x_i
    //: $$
    //:
    //: | | |
    //: |---|---|
    //: | writes | `numbers` |

    import Foundation

    //: ## The first section
    //: - one
    //: - two

    let secret = "//: no prose" //hide
    let first = 1  // a comment
    show("first")

    //-
    let rows = [
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
      13,
      14,
    ]
    show(table: rows)

    //: ## The last section

    show("hidden")  //hide
    """#
}
