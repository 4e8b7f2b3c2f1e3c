import Foundation
import Testing

/// `sweep` with small stages: many runs of one recipe, shared results made once, failures and
/// interruptions.
@Suite struct SweepTests {
  private let words = [
    "sweep", "quickstart", "--seeds", "3", "--set", "train.rate=0.1,0.2", "--name", "rates",
  ]

  private func sweep(_ sandbox: Sandbox, _ options: String...) throws -> ShellCall.Outcome {
    try sandbox.start(words + options).finish()
  }

  @Test func aGridIsRunAndTold() throws {
    let sandbox = try Sandbox.swept()
    let preview = try sweep(sandbox, "--dry-run")
    #expect(preview.status == 10, "\(preview.errors)")
    #expect(preview.output.contains("rates: 2 settings × 3 seeds = 6 runs of quickstart"))
    #expect(
      preview.output.contains("6 runs to do: 13 results to make, 1 of them shared by several runs"))
    #expect(!sandbox.exists("data/sweeps"))

    let outcome = try sweep(sandbox, "--jobs", "3")
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    #expect(outcome.output.contains("[6/6] rates."))
    let calls = try sandbox.takeCalls()
    #expect(calls.count { $0 == "make" } == 1 && calls.count { $0 == "train" } == 6)
    #expect(!calls.contains("draw"), "no figures of single runs")
    #expect(
      outcome.output.contains(
        /0\.1 +3 +91\.20 ± 0\.10 +90\.95 … 91\.45 +91\.30 +22\.00 ± 1\.00 +1\.0 s/))
    #expect(outcome.output.contains("0.2 is better than 0.1 by 1.00 ± 0.00 points (n = 3)"))
    #expect(try sandbox.read("data/runs/rates.rate-0.2.s3/train/best.txt") == "rate 0.2 seed 3\n")
    #expect(
      try sandbox.read("data/sweeps/rates/logs/rates.rate-0.2.s3.txt").contains("rate 0.2 seed 3"))
    let page = try sandbox.read("plots/sweeps/rates/report.html")
    #expect(page.contains("<h1>rates</h1>") && page.contains("0.2 is better than 0.1 by 1.00"))
    let runs = try sandbox.read("plots/sweeps/rates/runs.csv").split(separator: "\n")
    #expect(
      runs[0]
        == "run,seed,train.rate,images,top1,best_validation_top1,best_epoch,training_seconds,unlike_numerics"
    )
    #expect(runs.contains("rates.rate-0.1.s2,2,0.1,test,91.2,22.0,2,1.0,0"))
    for file in ["settings.csv", "sweep.json", "curves.svg", "effects.svg", "curves.csv"] {
      #expect(sandbox.exists("plots/sweeps/rates/\(file)"), "\(file)")
    }

    let again = try sweep(sandbox)
    #expect(
      again.status == 0 && again.output.contains("all 6 runs are finished"), "\(again.errors)")
    #expect(try sandbox.takeCalls() == [])
    #expect(try sweep(sandbox, "--dry-run").status == 0)
    #expect(
      try sandbox.succeed("sweep", "status").contains("rates: 6 runs of quickstart: 6 finished"))
    #expect(try sandbox.succeed("status").contains("sweep rates: ./pipeline.sh sweep status rates"))
    #expect(try sandbox.succeed("sweep", "report", "rates").contains("91.20 ± 0.10"))
    #expect(try sandbox.read("plots/sweeps/rates/curves.gp").contains("filledcurves fillstyle"))
    #expect(try sandbox.read("plots/sweeps/rates/effects.gp").contains("with yerrorbars"))
    #expect(
      try sandbox.read("plots/sweeps/rates/sweep.json").contains("\"told_apart\" : true"))

    #expect(try sandbox.succeed("rm", "rates").contains("removed the sweep rates"))
    #expect(!sandbox.exists("data/sweeps/rates") && !sandbox.exists("plots/sweeps/rates"))
    #expect(try sandbox.names(in: "data/runs") == [])
  }

  @Test func finishedRunsAreHitsUnderAnyName() throws {
    let sandbox = try Sandbox.swept()
    try sandbox.succeed(
      "run", "quickstart", "--as", "mine", "--set", "train.rate=0.1", "--set", "train.seed=2")
    _ = try sandbox.takeCalls()
    let outcome = try sweep(sandbox)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try sandbox.takeCalls().count { $0 == "train" } == 5)
    #expect(try sandbox.read("data/runs/rates.rate-0.1.s2/train/best.txt") == "rate 0.1 seed 2\n")
    // Results of a sweep count as used.
    #expect(try sandbox.succeed("gc").contains("nothing is unused"))
    let figures = try sweep(sandbox, "--figures")
    #expect(figures.status == 0, "\(figures.errors)")
    #expect(sandbox.exists("plots/rates.rate-0.2.s1/report.html"))
  }

  @Test func aFailureDoesNotEndTheOthers() throws {
    let sandbox = try Sandbox.swept()
    try sandbox.write("broken-0.1-2", "")
    let outcome = try sweep(sandbox, "--jobs", "2")
    #expect(outcome.status == 65)
    #expect(
      outcome.output.contains(
        "rates.rate-0.1.s2 failed (status 65); the end of data/sweeps/rates/logs/rates.rate-0.1.s2.txt:"
      ))
    #expect(outcome.output.contains("    it is broken"))
    #expect(outcome.output.contains("1 of 6 runs failed"))
    #expect(outcome.output.contains(/0\.1 +2 +91\.20/), "the others are told")
    let status = try sandbox.succeed("sweep", "status", "rates")
    #expect(status.contains("5 finished, 1 failed"))
    #expect(status.contains(/rates.rate-0.1.s2 +failed +pipeline.sh: train failed \(status 65\)/))
    try sandbox.remove("broken-0.1-2")
    _ = try sandbox.takeCalls()
    #expect(try sweep(sandbox).status == 0)
    #expect(try sandbox.takeCalls() == ["train", "score"])
  }

  @Test func aRunWhosePlanFailsIsNoSuccess() throws {
    let sandbox = try Sandbox.swept()
    let tool = try Sandbox.tool().path
    try sandbox.install(
      tool: #"""
        #!/bin/bash
        if [[ $* == 'plan --sweep'*rate-0.1.s2* ]]; then echo "it can't be planned" >&2; exit 65; fi
        exec "\#(tool)" "$@"
        """#)
    let outcome = try sweep(sandbox)
    #expect(outcome.status == 65, "\(outcome.output)")
    #expect(outcome.output.contains("rates.rate-0.1.s2 failed (status 65)"))
    #expect(outcome.output.contains("it can't be planned"))
    #expect(outcome.output.contains("[6/6]") && outcome.output.contains("1 of 6 runs failed"))
  }

  @Test func anInterruptedSweepGoesOn() throws {
    let sandbox = try Sandbox.swept()
    try sandbox.write("wait", "")
    let call = try sandbox.start(words + ["--jobs", "2"])
    try sandbox.waitFor("training-0.1-1")
    try sandbox.waitFor("training-0.1-2")
    #expect(try sandbox.succeed("sweep", "status").contains("2 running, 4 not begun"))
    let second = try sweep(sandbox)
    #expect(second.status == 75)
    #expect(second.errors.contains("the sweep 'rates' is in progress"))
    call.send(SIGINT)
    let outcome = try call.finish()
    #expect(outcome.status == 130, "\(outcome.output) \(outcome.errors)")
    #expect(
      outcome.errors.contains("interrupted: 0 of 6 runs are finished; the same command continues"))
    #expect(!sandbox.exists("training-0.1-3"))
    #expect(try sandbox.succeed("sweep", "status").contains("2 interrupted, 4 not begun"))
    try sandbox.remove("wait")
    let resumed = try sweep(sandbox)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(
      try sandbox.read("data/sweeps/rates/logs/rates.rate-0.1.s1.txt").contains(
        "resumes from the state"))
  }

  /// An edit during a sweep changes neither its binaries nor its cache keys.
  @Test func aSweepIsFrozen() throws {
    let sandbox = try Sandbox.swept()
    try sandbox.write("wait", "")
    let call = try sandbox.start(words + ["--jobs", "1"])
    try sandbox.waitFor("training-0.1-1")
    try sandbox.write("stages/score/main.swift", "let edited = true\n")
    try sandbox.install("exit 66", as: "score")
    try sandbox.replace("rate: 0.5", by: "rate: 0.9", in: "stages/recipes/quickstart.yaml")
    try sandbox.remove("wait")
    let outcome = try call.finish()
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    #expect(outcome.output.contains("0.2 is better than 0.1 by 1.00"))
    let now = try sweep(sandbox, "--dry-run")
    #expect(now.status == 10, "the edited stage would run")
  }

  @Test func theShellMayDieAtAnyMoment() throws {
    let sandbox = try Sandbox.swept()
    for round in 0..<4 {
      let call = try sandbox.start(words + ["--jobs", "3"])
      Thread.sleep(forTimeInterval: 0.3 + 0.35 * Double(round))
      call.send(SIGKILL)
      _ = try call.finish()
    }
    let limit = ContinuousClock.now + .seconds(60)
    var outcome = try sweep(sandbox)
    // Runs whose shell was killed still hold the lock of the sweep or of their results.
    while outcome.status == 75, ContinuousClock.now < limit {
      Thread.sleep(forTimeInterval: 0.2)
      outcome = try sweep(sandbox)
    }
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    #expect(outcome.output.contains("0.2 is better than 0.1 by 1.00 ± 0.00 points (n = 3)"))
    #expect(try sandbox.shell([try Sandbox.tool().path, "verify"]).finish().status == 0)
  }

  @Test func aFileAsksForTheSame() throws {
    let sandbox = try Sandbox.swept()
    try sandbox.write(
      "my rates.yaml", "recipe: quickstart\nname: rates\nseeds: 3\nset:\n  train.rate: [0.1, 0.2]\n"
    )
    let file = try sandbox.run("sweep", "my rates.yaml", "--dry-run")
    #expect(file.status == 10, "\(file.errors)")
    #expect(file.output == (try sweep(sandbox, "--dry-run")).output)
  }

  @Test(arguments: [
    (["--set", "train.rate=[1,2"], "a bracket or quote is not closed"),
    (["--set", "train.rat=1,2"], "did you mean 'train.rate'?"),
    (["--set", "train.rate=a,b"], "train.rate"),
    (["--seeds", "0"], "--seeds takes a number"), (["--jobs", "0"], "--jobs takes a number"),
    (["--on", "slum"], "did you mean 'slurm'?"), (["--nam", "x"], "did you mean '--name'?"),
    (["--name", "a/b"], "can't be the name of a sweep"),
  ])
  func wrongWordsAreNamed(options: [String], message: String) throws {
    let sandbox = try Sandbox.swept()
    let outcome = try sandbox.start(["sweep", "quickstart"] + options).finish()
    #expect([64, 65].contains(outcome.status), "\(outcome.output)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!sandbox.exists("data/sweeps"))
  }
}
