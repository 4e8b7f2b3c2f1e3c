import Foundation
import Planning
import Sweeps
import TestSupport
import Testing

/// The grid: the runs of a sweep and their requests.
@Suite struct SweepTests {
  @Test func everyCombinationWithEverySeed() throws {
    let swept = try SweptProject()
    let sweep = try swept.sweep(
      name: "rates", sets: [("learn.rate", ["0.1", "0.2"]), ("make.count", ["5"])],
      seeds: [1, 2, 3])
    let runs = sweep.runs(of: sweep.points)
    #expect(
      runs.map(\.name) == [
        "rates.rate-0.1.s1", "rates.rate-0.1.s2", "rates.rate-0.1.s3", "rates.rate-0.2.s1",
        "rates.rate-0.2.s2", "rates.rate-0.2.s3",
      ])
    #expect(runs[4].request.overrides == ["learn.rate=0.2", "make.count=5", "learn.seed=2"])
    #expect(sweep.points.map(\.title) == ["0.1", "0.2"])
    #expect(
      sweep.command
        == "./pipeline.sh sweep plain --set learn.rate=0.1,0.2 --set make.count=5 --seeds 3 --name rates"
    )
  }

  @Test func seedsReachEveryTrainingStep() throws {
    let sweep = try SweptProject().sweep("twice", seeds: [1, 2])
    #expect(sweep.seedKeys == ["learn.seed", "again.seed"])
    let runs = sweep.runs(of: sweep.points)
    #expect(runs.map(\.name) == ["twice-sweep.s1", "twice-sweep.s2"])
    #expect(runs[1].request.overrides == ["learn.seed=2", "again.seed=2"])
  }

  @Test func seedsMayBeTheValuesOfTheirKey() throws {
    let sweep = try SweptProject().sweep(sets: [("learn.seed", ["3", "7"])])
    #expect(sweep.seeds == [3, 7] && sweep.axes.isEmpty)
    #expect(sweep.command.contains("--set learn.seed=3,7"))
  }

  @Test func namesAreFolders() throws {
    let sweep = try SweptProject().sweep(
      sets: [("learn.sizes", ["[1, 2]", "[1,2]", "[3]"])])
    let names = sweep.runs(of: sweep.points).map(\.name)
    #expect(Set(names).count == 3)
    #expect(names.allSatisfy { $0.wholeMatch(of: /[A-Za-z0-9._-]+/) != nil }, "\(names)")
  }

  @Test func wrongWordsAreNamed() throws {
    let swept = try SweptProject()
    #expect(throws: SweepError.badName("../x")) { try swept.sweep(name: "../x") }
    #expect(throws: SweepError.repeatedKey("learn.rate")) {
      try swept.sweep(sets: [("learn.rate", ["1"]), ("learn.rate", ["2"])])
    }
    #expect(throws: SweepError.seedsTwice(key: "learn.seed")) {
      try swept.sweep(sets: [("learn.seed", ["1", "2"])], seeds: [1])
    }
    #expect(throws: SweepError.seedsTwice(key: "learn.seed")) {
      try swept.sweep(sets: [("learn.seed", ["1"])], seeds: [1])
    }
    #expect(throws: SweepError.tooMany(runs: 20_000, limit: 10_000)) {
      try swept.sweep(
        sets: [
          ("learn.rate", (1...200).map { "0.\($0)" }), ("make.count", (1...100).map { "\($0)" }),
        ])
    }
    for text in ["0", "-1", "1001", "x", ""] { #expect(Sweep.seeds(count: text) == nil, "\(text)") }
    #expect(Sweep.seeds(count: "3") == [1, 2, 3])
  }

  // MARK: Files

  @Test func aFileSaysTheSame() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("rates.yaml")
    try SweptProject.write(
      """
      recipe: plain
      seeds: [4, 9]
      set:
        learn.rate: [0.05, 0.1]
        learn.sizes: [[1, 2], [3]]
        make.count: 7
      """, to: url)
    let file = try #require(try SweepFile(contentsOf: url))
    #expect(file.recipe == "plain" && file.name == "rates" && file.seeds == [4, 9])
    #expect(
      file.sets == [
        Sweep.Axis(key: "learn.rate", values: ["0.05", "0.1"]),
        Sweep.Axis(key: "learn.sizes", values: ["[1, 2]", "[3]"]),
        Sweep.Axis(key: "make.count", values: ["7"]),
      ])
  }

  @Test(arguments: [
    ("recipe: a\nseed: 3\n", "'seed': expected recipe, name, seeds or set"),
    ("recipe: [a]\n", "'recipe': expected a name"),
    ("recipe: a\nseeds: {}\n", "'seeds': expected a number"),
    ("recipe: a\nseeds: [1, x]\n", "found 'x'"),
    ("recipe: a\nset: [b]\n", "'set': expected keys"),
    ("recipe: a\nset: {k: []}\n", "'k': expected a value"),
    ("recipe: a\nset: {k: [1, 1]}\n", "the value 1 is given twice"),
  ])
  func mistakesOfAFileAreNamed(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.file("sweep.yaml")
    try SweptProject.write(text, to: url)
    let error = #expect(throws: SweepError.self) { try SweepFile(contentsOf: url) }
    #expect(error?.description.contains(message) == true, "\(error as Any)")
  }

  @Test func aRecipeIsNoSweepFile() throws {
    let swept = try SweptProject()
    #expect(try SweepFile(contentsOf: swept.folder.file("stages/recipes/plain.yaml")) == nil)
  }

  @Test func whatIsStoredIsReadWithinBounds() throws {
    let swept = try SweptProject()
    let folder = SweepFolder("rates", in: swept.project)
    let sweep = try swept.sweep(name: "rates", sets: [("learn.rate", ["0.1", "0.2"])], seeds: [1])
    try folder.remember(sweep)
    #expect(try folder.sweep() == sweep)
    #expect(SweepFolder.names(in: swept.project) == ["rates"])
    #expect(SweepFolder.runNames(in: swept.project) == ["rates.rate-0.1.s1", "rates.rate-0.2.s1"])
    #expect(throws: SweepError.unknownSweep(name: "rate", suggestion: "rates", known: ["rates"])) {
      try SweepFolder.named("rate", in: swept.project)
    }
    for text in [
      "{}", "[", #"{"name":"other","recipe":"plain","axes":[],"seeds":[],"seedKeys":[]}"#,
      #"{"name":"rates","recipe":"plain","axes":[{"key":"k","values":[]}],"seeds":[],"seedKeys":[]}"#,
    ] {
      try folder.write(text, to: "sweep.json")
      #expect(throws: SweepError.self) { try folder.sweep() }
    }
  }

  // MARK: Plans

  @Test func whatRunsShareIsMadeOnceAndFirst() throws {
    let swept = try SweptProject()
    let sweep = try swept.sweep(
      name: "rates", sets: [("learn.rate", ["0.1", "0.2"])], seeds: [1, 2])
    var planner = try Planner(project: swept.project)
    var checks = 0
    let plan = try SweepPlan(sweep, selection: .unpublished, planner: &planner) { _ in checks += 1 }
    #expect(checks == 2, "one run of each setting is checked")
    #expect(plan.unfinished.count == 4)
    #expect(plan.results == (9, 1), "make once, learn and judge of each run")
    #expect(plan.heads.map { "\($0.run) \($0.step)" } == ["rates.rate-0.1.s1 make"])
    #expect(plan.todo.split(separator: "\n").first == "head\trates.rate-0.1.s1\tmake")
    #expect(plan.todo.split(separator: "\n").count == 5)
  }

  @Test func aKeyOfAnEarlyStageHasAHeadAValue() throws {
    let swept = try SweptProject()
    let sweep = try swept.sweep(sets: [("make.count", ["4", "5"])], seeds: [1, 2])
    var planner = try Planner(project: swept.project)
    let plan = try SweepPlan(sweep, selection: .unpublished, planner: &planner) { _ in }
    #expect(
      plan.heads.map(\.run) == ["plain-sweep.count-4.s1", "plain-sweep.count-5.s1"])
    #expect(plan.results == (10, 2))
  }

  /// The time for one run must not grow with the number of runs: these take 0.3 s.
  @Test func aThousandRunsArePlannedAtOnce() throws {
    let swept = try SweptProject()
    let sweep = try swept.sweep(
      sets: [("learn.rate", (1...200).map { "0.\($0 + 1000)" })], seeds: [1, 2, 3, 4, 5])
    var planner = try Planner(project: swept.project)
    let begin = ContinuousClock.now
    let plan = try SweepPlan(sweep, selection: .unpublished, planner: &planner) { _ in }
    #expect(plan.unfinished.count == 1000 && plan.results == (2001, 1))
    #expect(ContinuousClock.now - begin < .seconds(10))
  }

  // MARK: Slurm's queue

  @Test func theQueueIsReadByRun() throws {
    let swept = try SweptProject()
    let folder = SweepFolder("rates", in: swept.project)
    try folder.write("12 runs-1.txt\n13 ../../x.txt\n", to: "slurm/jobs.txt")
    try folder.write("rates.s1\nrates.s2\n", to: "slurm/runs-1.txt")
    let entries = QueueEntry.entries(
      in: "12 1 RUNNING None\n12 2 PENDING Resources\n12 3 PENDING x\n14 1 RUNNING None\nnonsense\n"
    )
    #expect(entries.count == 4)
    let found = SubmittedJobs(of: folder).byRun(entries)
    #expect(found.keys.sorted() == ["rates.s1", "rates.s2"])
    #expect(found["rates.s2"]?.text == "pending (Resources), job 12_2")
    #expect(found["rates.s1"]?.text == "running, job 12_1")
  }
}
