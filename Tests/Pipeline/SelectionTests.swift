import Testing

/// Partial runs, dry runs, and two steps with the same stage.
@Suite struct SelectionTests {
  @Test func onlyRunsOneAndTakesTheRestAsItStands() throws {
    let sandbox = try Sandbox()
    let early = try sandbox.run("--only", "score")
    #expect(early.status == 65)
    #expect(early.errors.contains("score reads train, which is not valid; run train first"))
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.replace("rate: 0.5", by: "rate: 0.1", in: "stages/recipes/quickstart.yaml")
    let output = try sandbox.succeed("--only", "score", "--force")
    #expect(try sandbox.takeCalls() == ["score"])
    #expect(output.contains("train is used although it is out of date"))
    #expect(try sandbox.succeed("why", "train").contains("train.rate: 0.5 → 0.1"))
  }

  @Test func fromAndUntilGoByTheOrderOfSteps() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("--until", "train")
    #expect(try sandbox.takeCalls() == ["make", "train"])
    #expect(!sandbox.exists("data/runs/quickstart/score"))
    try sandbox.succeed("--from", "score")
    #expect(try sandbox.takeCalls() == ["score", "draw"])
    try sandbox.succeed("--from", "train", "--force")
    #expect(try sandbox.takeCalls() == ["train", "score", "draw"])
    try sandbox.succeed("--force")
    #expect(try sandbox.takeCalls() == ["make", "train", "score", "draw"])
    let both = try sandbox.run("--from", "train", "--until", "score")
    #expect(both.status == 64)
    #expect(both.errors.contains("--only, --from and --until exclude each other"))
  }

  @Test func dryRunTellsByItsStatus() throws {
    let sandbox = try Sandbox()
    let first = try sandbox.run("run", "--dry-run")
    #expect(first.status == 10)
    #expect(first.output.contains("time unknown"))
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    #expect(try sandbox.run("run", "--dry-run").status == 0)
    let what = try sandbox.run("run", "--dry-run", "--set", "train.epochs=3")
    #expect(what.status == 10)
    #expect(what.output.contains("train.epochs: 2 → 3  (--set)"))
    #expect(what.output.contains(/train +would run +time unknown/), "other values, other time")
    #expect(what.output.contains("score  would follow"))
    #expect(try sandbox.takeCalls() == [], "a dry run runs nothing")
    #expect(try sandbox.run("run", "--dry-run").status == 0, "and remembers nothing")
    #expect(!(try sandbox.succeed("status").contains("would")))
  }

  @Test func stepsRunAStageTwice() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      "stages/recipes/twice.yaml",
      """
      about: trains again from the score
      steps:
        - make
        - train
        - score-first: score
        - refit: {stage: train, inputs: {start: score-first.metrics}}
        - score
        - draw
      train: {epochs: 2}
      refit: {epochs: 5}
      """)
    try sandbox.succeed("run", "twice")
    #expect(
      try sandbox.takeCalls() == ["make", "train", "score", "train", "score", "draw"])
    let refit = try sandbox.read("data/runs/twice/refit/best.txt")
    #expect(refit.contains("epochs 5"))
    #expect(refit.contains("start metrics.json"))
    #expect(!(try sandbox.read("data/runs/twice/train/best.txt").contains("start")))
    #expect(try sandbox.read("data/runs/twice/score/metrics.json") == "{\"lines\": 5}\n")

    // The section of one step affects this step and its readers; --set can change it too.
    try sandbox.succeed("run", "twice", "--set", "refit.epochs=6")
    #expect(try sandbox.takeCalls() == ["train", "score"])
    #expect(
      try sandbox.succeed("why", "refit", "twice").contains("train.epochs: 5 → 6  (--set)"))
    #expect(try sandbox.succeed("dag", "twice").contains("refit  (stage train)"))
    // The first training and its score are shared with the recipe that trains only once.
    try sandbox.succeed("run", "quickstart", "--set", "data.count=3")
    #expect(try sandbox.takeCalls() == ["draw"])
  }

  @Test func wrongWordsGetTheNearest() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let expected: [([String], String)] = [
      (["rnu"], "unknown command 'rnu'; did you mean 'run'?"),
      (["quickstart"], "./pipeline.sh run quickstart"),
      (["frobnicate"], "there are: run status"),
      (
        ["run", "quickstrat"],
        "no recipe 'quickstrat' in stages/recipes; did you mean 'quickstart'?"
      ),
      (["run", "--onyl", "train"], "unknown option '--onyl'; did you mean '--only'?"),
      (["run", "--only"], "--only needs a value"),
      (["run", "--only", "trian"], "has no step 'trian'; did you mean 'train'?"),
      (["run", "--threads", "none"], "--threads takes a number from 1"),
      (["why", "trian"], "did you mean 'train'?"),
      (["status", "quickstrat"], "no run 'quickstrat' in data/runs; did you mean 'quickstart'?"),
      (["inspect", "trian"], "did you mean 'train'?"),
      (["run", "--as", "a/b"], "'a/b' can't name a run"),
      (["help", "stauts"], "did you mean 'status'?"),
    ]
    for (arguments, message) in expected {
      let outcome = try sandbox.start(arguments).finish()
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(arguments): \(outcome.errors)")
    }
    let key = try sandbox.run("run", "--set", "train.epoch=3")
    #expect(key.status == 65)
    #expect(key.errors.contains("train.epochs"))
  }

  @Test func helpIsEverywhere() throws {
    let sandbox = try Sandbox()
    let all = try sandbox.succeed("--help")
    for command in [
      "run", "status", "why", "accept", "list", "dag", "inspect", "plot", "report", "doctor",
      "test", "setup",
    ] {
      #expect(all.contains("\n  \(command)"), "\(command)")
      #expect(try sandbox.succeed(command, "--help").hasPrefix("./pipeline.sh \(command)"))
    }
  }

  @Test func listAndDagTellWhatThereIs() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("run", "quickstart", "--as", "mine", "--set", "train.epochs=3")
    let list = try sandbox.succeed("list")
    #expect(list.contains("quickstart  a small recipe"))
    #expect(list.contains("mine  recipe quickstart train.epochs=3"))
    let dag = try sandbox.succeed("dag")
    #expect(dag.contains("reads   models   train.models"))
    #expect(dag.contains("writes  metrics  metrics.json"))
  }
}
