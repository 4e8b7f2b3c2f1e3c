import Comparison
import Foundation
import Gnuplot
import Planning
import TestSupport
import Testing

@Suite struct RunComparisonTests {
  private let compared: ComparedProject

  init() throws {
    compared = try ComparedProject()
    try compared.add("slow")
    try compared.placeTraining(
      in: "slow", rows: [(2, 30), (1.5, 45.5), (1.6, 45.5)], seconds: [60, 50, 70],
      settings: [("learn.network", "tiny"), ("learn.epochs", "3"), ("learn.data", digest("a"))])
    try compared.placeEvaluation(in: "slow", top1: 44.25, on: "test")
    try compared.add("twice", recipe: "twice")
    try compared.placeTraining(
      in: "twice", rows: [(2.5, 20), (1, 50)], seconds: [1, 2],
      settings: [("learn.network", "tiny"), ("learn.epochs", "2"), ("learn.data", digest("b"))])
    try compared.placeTraining(
      "again", in: "twice", first: 3, rows: [nil], seconds: [3],
      settings: [("learn.network", "tiny"), ("learn.epochs", "1")])
    try compared.placeEvaluation(
      in: "twice", top1: 60, on: "validation", selectedOnTest: true, reading: ["again"])
  }

  private func digest(_ digit: Character) -> String {
    "content " + String(repeating: digit, count: 64)
  }

  private func comparison(_ names: [String]) throws -> RunComparison {
    RunComparison(try names.map { try compared.results($0) })
  }

  @Test func rowsSayWhatWasReached() throws {
    let rows = try comparison(["slow", "twice"]).rows
    #expect(
      rows == [
        ["slow", "tiny", "3", "45.50 % at 2", "44.25 % test", "3 min 0 s"],
        ["twice", "tiny", "2", "50.00 % at 2", "60.00 % validation, selected on test", "6.0 s"],
      ])
    #expect(rows.allSatisfy { $0.count == RunComparison.header.count })
  }

  /// The training of weights from a file is not known.
  @Test func weightsOfAFileAreNamed() throws {
    for (run, path) in [("foreign", digest("a")), ("own", "null")] {
      try compared.add(run)
      try compared.placeTraining(
        in: run, rows: [(1, 50)], seconds: [1], settings: [("learn.init-from", path)])
    }
    #expect(
      try comparison(["foreign", "own"]).rows.map { $0[2] } == ["1, from a file's weights", "1"])
  }

  /// A step that one run lacks is a single difference, not one for each of its values.
  @Test func differencesAreTheKeysThatDiffer() throws {
    let differences = try comparison(["slow", "twice"]).differences
    #expect(differences.map(\.key) == ["steps", "learn.epochs", "learn.data"])
    #expect(
      differences.map(\.values) == [
        ["learn judge", "learn again judge"], ["3", "2"],
        ["content aaaaaaaaaaaa", "content bbbbbbbbbbbb"],
      ])
    #expect(try comparison(["slow"]).differences.isEmpty)
  }

  /// A run without its recipe can still be compared; its steps are in the order of their inputs.
  @Test func aRunOutlivesItsRecipe() throws {
    try FileManager.default.removeItem(at: compared.folder.file("stages/recipes/twice.yaml"))
    let twice = try compared.results("twice")
    #expect(twice.steps == ["again", "judge", "learn"])
    #expect(twice.history?.best?.top1 == 50 && twice.remarks.isEmpty)
  }

  @Test func curvesOfUnequalLengthShareAFigure() throws {
    let figure = try #require(try comparison(["slow", "twice"]).figure)
    #expect(figure.panels.count == 4)
    #expect(figure.panels.allSatisfy { $0.series.map(\.title) == ["slow", "twice (on test)"] })
    #expect(figure.panels[1].horizontal.label == "training time (min)")
    let lines = figure.dataText.split(separator: "\n")
    #expect(
      lines[0]
        == "epoch.slow,top1.slow,loss.slow,epoch.twice,top1.twice,loss.twice,time.slow,time.twice")
    #expect(lines[1] == "1.0,30.0,2.0,1.0,20.0,2.5,1.0,\(1.0 / 60)")
    #expect(lines[3] == "3.0,45.5,1.6,,,,3.0,")
  }

  @Test func equalLogsAreEqualBytes() throws {
    let first = try #require(try comparison(["slow", "twice"]).figure)
    let second = try #require(try comparison(["slow", "twice"]).figure)
    #expect(first.dataText == second.dataText && first.script == second.script)
  }

  @Test(.enabled(if: isInstalled("gnuplot"), "gnuplot is not installed"))
  func theFigureIsDrawn() throws {
    let figure = try #require(try comparison(["slow", "twice"]).figure)
    let files = try Renderer().render(figure, formats: [.svg], into: compared.folder.url)
    #expect(
      files.map(\.lastPathComponent) == [
        "comparison.gp", "comparison.csv", "comparison.svg", "comparison-narrow.svg",
      ])
  }

  @Test func whatIsMissingIsSaid() throws {
    try compared.add("bare")
    let bare = try comparison(["bare"])
    #expect(bare.rows == [["bare", "–", "–", "–", "–", "–"]])
    #expect(bare.figure == nil && bare.differences.isEmpty)
    #expect(
      bare.runs[0].remarks == [
        "bare: no valid training, so no curves", "bare: no valid evaluation",
      ])

    try compared.placeTraining(in: "bare", rows: [(1, 50)], seconds: nil, settings: [])
    let untimed = try comparison(["bare"])
    #expect(untimed.figure?.panels.count == 2)
    #expect(untimed.runs[0].trainingSeconds == nil)
    #expect(untimed.runs[0].remarks.first?.hasPrefix("bare: timing.csv cannot be read") == true)
  }

  @Test(arguments: [
    ("epoch,minutes\n", "timing.csv:1: column 2 should be 'seconds'"),
    ("", "timing.csv is empty"), ("epoch,seconds\n1\n", "timing.csv:2: expected 2 cells"),
    ("epoch,seconds\n1,soon\n", "timing.csv:2: column 'seconds': expected a number"),
    ("epoch,seconds\none,2\n", "timing.csv:2: column 'epoch': expected a number"),
    ("epoch,seconds\n1,-2\n", "timing.csv:2: column 'seconds'"),
  ])
  func aDamagedLogIsARemark(_ text: String, _ remark: String) throws {
    try Data(text.utf8).write(to: compared.folder.file("data/runs/slow/learn/timing.csv"))
    let slow = try compared.results("slow")
    #expect(slow.seconds == nil && slow.history?.epochs.count == 3)
    #expect(slow.remarks.count == 1)
    #expect(slow.remarks.first?.hasPrefix("slow: " + remark) == true, "\(slow.remarks)")
  }

  @Test func anUnknownRunIsAnsweredWithTheNearest() {
    #expect(
      throws: PlanningError.unknownRun(
        name: "slwo", suggestion: "slow", known: ["slow", "twice"])
    ) { try compared.results("slwo") }
  }

  /// The names of many runs would be too long for a folder's name.
  @Test func folderNamesHaveALimit() throws {
    #expect(try comparison(["slow", "twice"]).folderName == "slow+twice")
    let names = (0..<5).map { "\($0)" + String(repeating: "x", count: 60) }
    for name in names { try compared.add(name) }
    #expect(try comparison(names).folderName == "\(names[0])+4-more")
  }

  // MARK: Seeds

  @Test func runsThatDifferBySeedAloneAreOneGroup() throws {
    for (name, rate, seed, top1) in [
      ("a1", "0.1", "1", 90.0), ("a2", "0.1", "2", 92), ("b1", "0.2", "1", 80),
      ("b2", "0.2", "2", 82.5),
      ("c1", "0.3", "1", 50),
    ] {
      try compared.add(name)
      try compared.placeTraining(
        in: name, rows: [(2, 30)], seconds: nil,
        settings: [("learn.rate", rate), ("learn.seed", seed)])
      try compared.placeEvaluation(in: name, top1: top1, on: "test")
    }
    let comparison = try comparison(["a1", "b1", "a2", "b2", "c1"])
    let groups = comparison.seedGroups(seedKeys: ["learn.seed"])
    #expect(groups.map(\.runs) == [["a1", "a2"], ["b1", "b2"]])
    #expect(groups[0].top1?.mean == 91 && groups[1].top1?.mean == 81.25)
    let lines = RunComparison.lines(of: groups)
    #expect(lines[0] == "a1, a2: 91.00 ± 1.41 % (n = 2, 95 % interval 78.29 … 100.00)")
    #expect(lines[2] == "a1, a2 is better than b1, b2 by 9.75 ± 3.18 points (n = 2)")
    #expect(comparison.seedGroups(seedKeys: []).isEmpty, "without seeds all differ")
  }
}
