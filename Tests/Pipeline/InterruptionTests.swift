import Foundation
import Testing

/// Failures, signals and the lock: earlier results are kept, and work continues where it was
/// interrupted.
@Suite struct InterruptionTests {
  /// A sandbox that is up to date, then a changed rate and a slow train stage.
  private func sandboxInTraining(epochs: Int) throws -> (Sandbox, ShellCall) {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.write("slow", "")
    let call = try sandbox.start(["--set", "train.epochs=\(epochs)"])
    try sandbox.waitFor("training")
    return (sandbox, call)
  }

  @Test func failingStageKeepsTheOldArtefact() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let old = try sandbox.read("data/runs/quickstart/train/best.txt")
    try sandbox.write("broken", "")
    let outcome = try sandbox.run("--set", "train.rate=0.1")
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("train failed (status 65)"))
    let log = try #require(outcome.errors.firstMatch(of: /log: (data\/work\/train\/\S+\/log\.txt)/))
    #expect(try sandbox.read(String(log.1)).contains("it is broken"))
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt") == old)
    #expect(try sandbox.names(in: "data/cache/train").count == 1, "no temporary folder is left")

    try sandbox.remove("broken")
    try sandbox.succeed("--set", "train.rate=0.1")
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt").contains("rate 0.1"))
    let kept = try sandbox.read("data/runs/quickstart/train/log.txt")
    #expect(kept.contains("it is broken") && kept.contains("training from epoch 2"))
  }

  @Test func missingOutputIsRefused() throws {
    let sandbox = try Sandbox()
    try sandbox.write("lazy", "")
    let outcome = try sandbox.run()
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("train has ended without 'best.txt', its output 'models'"))
    #expect(!sandbox.exists("data/runs/quickstart/train"))
  }

  @Test func undeclaredFileIsNamed() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"echo '{"lines": 1}' >"$output/metrics.json"; echo x >"$output/extra.txt""#, as: "score")
    #expect(
      try sandbox.succeed().contains(
        "warning: score wrote 'extra.txt', which stages/graph.yaml does not declare"))
  }

  /// A warning of the stage is not printed again when its outputs are sealed.
  @Test func warningsArePrintedOnce() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"""
      echo '{"lines": 1}' >"$output/metrics.json"
      echo 'warning: odd lines' >&2
      echo '{"kind": "warning", "body": "odd lines", "line": 0}' >"$output/cells.jsonl"
      echo '{"warnings": ["odd lines", "not printed"]}' >"$output/facts.json"
      """#, as: "score")
    let output = try sandbox.succeed()
    #expect(output.matches(of: /odd lines/).count == 1, "\(output)")
    #expect(output.matches(of: /not printed/).count == 1, "\(output)")
    let manifest = try sandbox.read("data/runs/quickstart/score/manifest.json")
    #expect(manifest.contains("odd lines") && manifest.contains("not printed"))
  }

  /// A warning of several stages is shown once, and is in the log of each stage.
  @Test func stagesDoNotRepeatEachOther() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"echo 'warning: odd data' >&2; echo '{"lines": 1}' >"$output/metrics.json""#, as: "score")
    try sandbox.install(
      #"echo 'warning: odd data' >&2; echo 'warning: more' >&2; echo x >"$output/a.svg""#,
      as: "draw")
    let output = try sandbox.succeed()
    #expect(output.matches(of: /warning: odd data/).count == 1, "\(output)")
    #expect(output.contains("warning: more\n"))
    for step in ["score", "draw"] {
      #expect(
        try sandbox.read("data/runs/quickstart/\(step)/log.txt").contains("warning: odd data\n"))
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func firstSignalSavesTheState(signal: Int32) throws {
    let (sandbox, call) = try sandboxInTraining(epochs: 40)
    call.send(signal)
    let outcome = try call.finish()
    #expect(outcome.status == 130, "\(outcome.errors)")
    #expect(outcome.errors.contains("train was interrupted; its state is kept in data/work/train/"))
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt").contains("epochs 2"))
    #expect(try sandbox.names(in: "data/cache/train").count == 1)
    #expect(try sandbox.succeed("status").contains("interrupted, would resume"))

    try sandbox.remove("slow")
    let resumed = try sandbox.succeed("--set", "train.epochs=40")
    #expect(resumed.contains("resumes from the state in data/work/train/"))
    #expect(!resumed.contains("training from epoch 0"))
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt").contains("epochs 40"))
    #expect(
      try sandbox.read("data/runs/quickstart/train/manifest.json").contains("\"is_resumed\" : true")
    )
    #expect(try sandbox.names(in: "data/work/train") == [])
  }

  @Test func secondSignalKills() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"trap '' INT; touch "$SANDBOX/training"; for i in {1..200}; do sleep 0.1; done; exit 3"#,
      as: "train")
    let call = try sandbox.start([])
    try sandbox.waitFor("training")
    call.send(SIGINT)
    Thread.sleep(forTimeInterval: 0.3)
    #expect(call.isRunning)
    let second = ContinuousClock.now
    call.send(SIGINT)
    let outcome = try call.finish()
    #expect(outcome.status == 130)
    #expect(ContinuousClock.now - second < .seconds(10), "the stage would take 20 by itself")
    #expect(!outcome.errors.contains("Killed"), "the shell's own notice: \(outcome.errors)")
  }

  @Test func killedStageKeepsTheOldArtefact() throws {
    let (sandbox, call) = try sandboxInTraining(epochs: 40)
    kill(try stageProcess(of: sandbox), SIGKILL)
    let outcome = try call.finish()
    #expect(outcome.status == 137)
    #expect(outcome.errors.contains("train was ended by the signal KILL, which the system sends"))
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt").contains("epochs 2"))
    try sandbox.remove("slow")
    #expect(try sandbox.succeed("--set", "train.epochs=40").contains("resumes from the state"))
  }

  @Test func killedShellLeavesTheLockToItsStage() throws {
    let (sandbox, call) = try sandboxInTraining(epochs: 200)
    let stage = try stageProcess(of: sandbox)
    call.send(SIGKILL)
    _ = try call.finish()
    let refused = try sandbox.run("run", "--no-wait", "--set", "train.epochs=200")
    #expect(refused.status == 75)
    #expect(refused.errors.contains("the result train is in use"))
    #expect(refused.errors.contains("stage train, process"))

    kill(stage, SIGKILL)
    try sandbox.remove("slow")
    try sandbox.write("data/cache/score/.new-of-a-dead-stage/metrics.json", "half")
    let output = try sandbox.succeed("run", "--set", "train.epochs=200")
    #expect(output.contains("resumes from the state"))
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt").contains("epochs 200"))
    // Processes of the killed stage may still have held its lock; then only the next run has it.
    try sandbox.succeed("run", "--set", "train.epochs=200")
    #expect(!sandbox.exists("data/cache/score/.new-of-a-dead-stage"))
  }

  @Test func secondRunWaitsOrIsRefused() throws {
    let (sandbox, call) = try sandboxInTraining(epochs: 3)
    let refused = try sandbox.run("--set", "train.epochs=3", "--no-wait")
    #expect(refused.status == 75)
    #expect(refused.errors.contains("the run quickstart is in use (process "))
    let waited = try sandbox.run("--set", "train.epochs=3")
    #expect(waited.status == 0, "\(waited.errors)")
    #expect(waited.output.contains("waiting: the run quickstart is in use (process "))
    #expect(try call.finish().status == 0)
    #expect(try sandbox.takeCalls() == ["train", "score"])
  }

  @Test func closedOutputEndsBetweenStagesAndLosesNothing() throws {
    let sandbox = try Sandbox()
    let call = try sandbox.shell(
      ["/bin/bash", "-c", "./pipeline.sh | head -n 1; exit ${PIPESTATUS[0]}"])
    let outcome = try call.finish()
    #expect([0, 130].contains(outcome.status), "\(outcome.errors)")
    for stage in try sandbox.names(in: "data/cache") {
      #expect(!(try sandbox.names(in: "data/cache/\(stage)").contains { $0.hasPrefix(".new") }))
    }
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == ["make", "train", "score", "draw"])
  }

  @Test func logKeepsLinesAndNoProgress() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"""
      printf '\r\e[K10 %%\r\e[K20 %%\r\e[Kdone\n\e[1mbold\e[0m\r\nno end'
      echo '{"lines": 1}' >"$output/metrics.json"
      """#, as: "score")
    let output = try sandbox.succeed()
    #expect(output.contains("\r\u{1B}[K10 %"), "the terminal sees all")
    #expect(try sandbox.read("data/runs/quickstart/score/log.txt") == "done\nbold\nno end\n")
  }

  /// The process of the stage as recorded in its lock; the shell records it after the stage has
  /// started.
  private func stageProcess(of sandbox: Sandbox) throws -> Int32 {
    let limit = ContinuousClock.now + .seconds(30)
    while true {
      let locks = try sandbox.names(in: "data/locks/results").filter { $0.hasPrefix("train-") }
      let holder = try locks.map { try sandbox.read("data/locks/results/\($0)") }.joined()
      if let match = holder.firstMatch(of: /stage train, process (\d+)/) {
        return try #require(Int32(match.1))
      }
      try #require(ContinuousClock.now < limit, "the lock says '\(holder)'")
      Thread.sleep(forTimeInterval: 0.01)
    }
  }
}
