import Foundation
import Testing

/// Several commands at the same time: independent work runs in parallel, a result that two commands
/// need is made once, and after a kill at any point the next command repairs everything.
@Suite struct SideBySideTests {
  /// A train stage that signals by a file named after its rate that it runs, and ends on request.
  private static let patient = #"""
    rate=$(value rate)
    begun=0
    if [[ -e $work/state ]]; then begun=$(<"$work/state"); fi
    echo $((begun + 1)) >"$work/state"
    touch "$SANDBOX/training-$rate-$((begun + 1))"
    while [[ ! -e $SANDBOX/enough-$rate && ! -e $SANDBOX/enough ]]; do sleep 0.02; done
    if [[ -e $SANDBOX/broken-$rate ]]; then exit 65; fi
    { cat "${input[numbers]}"; echo "rate $rate begun $((begun + 1))"; } >"$output/best.txt"
    echo "epoch,loss" >"$output/history.csv"
    """#

  private func patientSandbox(graph: String = Sandbox.graph) throws -> Sandbox {
    let sandbox = try Sandbox(graph: graph)
    try sandbox.install(Self.patient, as: "train")
    try sandbox.succeed("run", "--until", "make")
    _ = try sandbox.takeCalls()
    return sandbox
  }

  private func run(
    _ sandbox: Sandbox, as name: String, rate: String, _ options: String...
  ) throws -> ShellCall {
    try sandbox.start(
      ["run", "quickstart", "--as", name, "--set", "train.rate=\(rate)"] + options)
  }

  /// Waits until the output of a call contains a text.
  private func wait(
    for text: String, of call: ShellCall, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let limit = ContinuousClock.now + .seconds(30)
    while true {
      let output = try call.outputSoFar
      if output.contains(text) { return }
      try #require(
        ContinuousClock.now < limit, "no '\(text)' in \(output)",
        sourceLocation: sourceLocation)
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  // MARK: Two commands for different results

  @Test func independentRunsGoOnAtOnce() throws {
    let sandbox = try patientSandbox()
    let (first, second) = (
      try run(sandbox, as: "a", rate: "0.1"), try run(sandbox, as: "b", rate: "0.2")
    )
    try sandbox.waitFor("training-0.1-1")
    try sandbox.waitFor("training-0.2-1")
    for name in ["a", "b"] {
      #expect(try sandbox.succeed("status", name).contains(/train +running +process \d+/))
    }
    let doctor = try sandbox.run("doctor").output
    #expect(doctor.matches(of: /note   a stage is running in data\/work\/train\//).count == 2)
    #expect(
      doctor.matches(of: /note   in progress: process \d+ on \S+: run [ab], stage/).count == 2)
    try sandbox.write("enough", "")
    #expect(try first.finish().status == 0)
    #expect(try second.finish().status == 0)
    for (name, rate) in [("a", "0.1"), ("b", "0.2")] {
      #expect(try sandbox.read("data/runs/\(name)/train/best.txt").contains("rate \(rate) begun 1"))
      #expect(sandbox.exists("plots/\(name)/score.svg"))
    }
    let calls = try sandbox.takeCalls()
    #expect(calls.filter { $0 == "train" }.count == 2 && !calls.contains("make"), "\(calls)")
  }

  @Test func aStageThatRunsAloneDoesSo() throws {
    let graph = Sandbox.graph.replacing("  make:\n", with: "  make:\n    alone: true\n")
    let sandbox = try Sandbox(graph: graph)
    try sandbox.install(
      #"""
      if [[ -e $SANDBOX/making ]]; then echo "two at once" >&2; exit 65; fi
      touch "$SANDBOX/making"; sleep 0.5; rm "$SANDBOX/making"
      seq "$(value count)" >"$output/numbers.txt"
      """#, as: "make")
    let calls = try (5...7).map { count in
      try sandbox.start(["run", "--as", "run\(count)", "--set", "data.count=\(count)"])
    }
    for call in calls { #expect(try call.finish().status == 0) }
  }

  // MARK: Two commands for the same result

  @Test func aResultThatTwoWantIsMadeOnce() throws {
    let sandbox = try patientSandbox()
    let first = try run(sandbox, as: "a", rate: "0.1")
    try sandbox.waitFor("training-0.1-1")
    let second = try run(sandbox, as: "b", rate: "0.1")
    try wait(for: "waiting: the result train is in use (process ", of: second)
    try sandbox.write("enough", "")
    #expect(try first.finish().status == 0)
    #expect(try second.finish().status == 0)
    #expect(try sandbox.takeCalls() == ["train", "score", "draw"])
    #expect(
      try sandbox.read("data/runs/a/train/best.txt") == sandbox.read("data/runs/b/train/best.txt"))
    #expect(sandbox.exists("plots/b/score.svg"))
  }

  @Test func theOtherMakesItWhereTheFirstFails() throws {
    let sandbox = try patientSandbox()
    try sandbox.write("broken-0.1", "")
    let first = try run(sandbox, as: "a", rate: "0.1")
    try sandbox.waitFor("training-0.1-1")
    let second = try run(sandbox, as: "b", rate: "0.1")
    try wait(for: "waiting: the result train", of: second)
    try sandbox.write("enough-0.1", "")
    #expect(try first.finish().status == 65)
    #expect(try second.finish().status == 65, "it fails there too")
    try sandbox.remove("broken-0.1")
    let third = try run(sandbox, as: "b", rate: "0.1").finish()
    #expect(third.status == 0, "\(third.errors)")
    #expect(try sandbox.read("data/runs/b/train/best.txt").contains("begun 3"))
  }

  /// The holder is killed by kill -9: alone, so that its stage continues, or together with its
  /// stage.
  @Test(arguments: [false, true])
  func theOtherTakesOverWhereTheFirstDies(withItsStage: Bool) throws {
    let sandbox = try patientSandbox()
    let first = try run(sandbox, as: "a", rate: "0.1")
    try sandbox.waitFor("training-0.1-1")
    let second = try run(sandbox, as: "b", rate: "0.1")
    try wait(for: "waiting: the result train", of: second)
    let status = try sandbox.succeed("status", "a")
    let stage = try #require(
      status.firstMatch(of: /running +process (\d+)/).flatMap { Int32($0.1) }, "\(status)")
    first.send(SIGKILL)
    _ = try first.finish()
    Thread.sleep(forTimeInterval: 0.3)
    #expect(!sandbox.exists("training-0.1-2"), "the orphan still holds the result")
    if withItsStage { kill(stage, SIGKILL) } else { try sandbox.write("enough-0.1", "") }
    try sandbox.waitFor("training-0.1-2")
    try sandbox.write("enough", "")
    let outcome = try second.finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("resumes from the state in data/work/train/"))
    #expect(try sandbox.read("data/runs/b/train/best.txt").contains("begun 2"))
  }

  @Test func anInterruptedWaitEndsAtOnce() throws {
    let sandbox = try patientSandbox()
    let first = try run(sandbox, as: "a", rate: "0.1")
    try sandbox.waitFor("training-0.1-1")
    let second = try run(sandbox, as: "b", rate: "0.1")
    try wait(for: "waiting: the result train", of: second)
    second.send(SIGINT)
    #expect(try second.finish().status == 130)
    try sandbox.write("enough", "")
    #expect(try first.finish().status == 0)
  }

  // MARK: One command replaces a result that another reads

  @Test func whatARunReadsIsNotReplacedMeanwhile() throws {
    let sandbox = try patientSandbox()
    let reader = try run(sandbox, as: "a", rate: "0.1")
    try sandbox.waitFor("training-0.1-1")
    let writer = try sandbox.start(["run", "--only", "make", "--force"])
    try wait(for: "waiting: the result make is in use (by other runs)", of: writer)
    #expect(try sandbox.takeCalls() == ["train"])
    try sandbox.write("enough", "")
    #expect(try reader.finish().status == 0)
    #expect(try writer.finish().status == 0)
    #expect(try sandbox.takeCalls().contains("make"))
  }

  @Test(arguments: [["gc", "--yes"], ["rm", "quickstart"], ["accept", "make", "quickstart"]])
  func whatRemovesResultsIsRefused(command: [String]) throws {
    let sandbox = try patientSandbox()
    let reader = try run(sandbox, as: "a", rate: "0.1")
    try sandbox.waitFor("training-0.1-1")
    let refused = try sandbox.start(command).finish()
    #expect(refused.status == 75)
    #expect(refused.errors.contains("must have the project to itself"))
    #expect(refused.errors.contains(": run a, stage train, process "))
    try sandbox.write("enough", "")
    #expect(try reader.finish().status == 0)
  }

  // MARK: Two runs of the same name

  @Test func theSecondRunOfANameWaits() throws {
    let sandbox = try patientSandbox()
    let first = try run(sandbox, as: "a", rate: "0.1")
    try sandbox.waitFor("training-0.1-1")
    let second = try run(sandbox, as: "a", rate: "0.2")
    try wait(for: "waiting: the run a is in use", of: second)
    try sandbox.write("enough", "")
    #expect(try first.finish().status == 0)
    #expect(try second.finish().status == 0)
    #expect(try sandbox.read("data/runs/a/train/best.txt").contains("rate 0.2"))
    #expect(try sandbox.read("data/runs/a/recipe.yaml").contains("rate: 0.2"))
  }

  // MARK: Kills at any point

  /// Six simultaneous runs, three of which need the same result, are killed at random moments with
  /// all of their processes: all existing results are valid at every moment, and the same commands
  /// end with the same bytes.
  @Test func killsAtAnyMomentLoseNothing() throws {
    let sandbox = try Sandbox()
    let names = (0..<6).map { "run\($0)" }
    func start(_ name: String) throws -> ShellCall {
      let rate = ["0.1", "0.1", "0.1", "0.2", "0.3", "0.4"][Int(name.suffix(1)) ?? 0]
      return try run(sandbox, as: name, rate: rate)
    }
    var generator = SystemRandomNumberGenerator()
    for round in 0..<6 {
      let calls = try names.map(start)
      for call in calls.shuffled(using: &generator).prefix(4) {
        Thread.sleep(forTimeInterval: .random(in: 0...0.4, using: &generator))
        // Half of the kills leave an orphan process.
        if Bool.random(using: &generator) { killChildren(of: call.processIdentifier) }
        call.send(SIGKILL)
      }
      for call in calls { _ = try call.finish() }
      let verify = try sandbox.shell([try Sandbox.tool().path, "verify"]).finish()
      #expect(verify.status == 0, "round \(round): \(verify.output)")
      if round == 2 { try sandbox.remove("data/cache") }
    }
    let calls = try names.map(start)
    for call in calls {
      let outcome = try call.finish()
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    for (index, rate) in ["0.1", "0.1", "0.1", "0.2", "0.3", "0.4"].enumerated() {
      let best = try sandbox.read("data/runs/run\(index)/train/best.txt")
      #expect(best == "1\n2\n3\n4\nrate \(rate) epochs 2\n")
      #expect(
        try sandbox.read("plots/run\(index)/score.svg") == "<svg>{\"lines\": 5}</svg>\n")
    }
    // The next command that runs alone removes the remains of killed commands.
    try sandbox.succeed("run", "quickstart", "--as", "run0", "--set", "train.rate=0.1")
    for stage in ["make", "train", "score", "draw"] {
      #expect(!(try sandbox.names(in: "data/cache/\(stage)").contains { $0.hasPrefix(".new") }))
      #expect(try sandbox.names(in: "data/work/\(stage)") == [])
    }
    #expect(try sandbox.names(in: "data/locks/results") == [])
  }

  /// The shell is killed by kill -9 immediately before or after each call of the tool, with all
  /// locks that it holds then, and in all states of the folders. Another run for the same result
  /// runs at the same time.
  @Test(arguments: [
    "plan 1 before", "plan 1 after", "prepare 1 before", "prepare 1 after", "seal 1 before",
    "seal 1 after", "plan 2 after", "prepare 2 after", "seal 2 before", "seal 2 after",
    "seal 4 before", "seal 4 after", "plan 5 before", "plan 5 after",
  ])
  func aHolderKilledAtAnyPointIsReplaced(point: String) throws {
    let sandbox = try Sandbox()
    try killing(in: sandbox)
    sandbox.variables["KILL_AT"] = point
    let first = try run(sandbox, as: "a", rate: "0.1")
    sandbox.variables["KILL_AT"] = nil
    try sandbox.waitFor("at-point")
    // The other run waits for the holder's locks, or runs in parallel.
    let other = try run(sandbox, as: "b", rate: "0.1")
    Thread.sleep(forTimeInterval: 0.5)
    try sandbox.write("go", "")
    #expect(try first.finish().status == 128 + SIGKILL, "killed at \(point)")
    let second = try other.finish()
    #expect(second.status == 0, "\(second.output) \(second.errors)")
    let again = try run(sandbox, as: "a", rate: "0.1").finish()
    #expect(again.status == 0, "\(again.errors)")
    for name in ["a", "b"] {
      let best = try sandbox.read("data/runs/\(name)/train/best.txt")
      #expect(best == "1\n2\n3\n4\nrate 0.1 epochs 2\n")
      #expect(try sandbox.read("plots/\(name)/score.svg") == "<svg>{\"lines\": 5}</svg>\n")
    }
    for stage in ["make", "train", "score", "draw"] {
      #expect(try sandbox.names(in: "data/cache/\(stage)").count == 1)
      #expect(try sandbox.names(in: "data/work/\(stage)") == [])
    }
    #expect(try sandbox.shell([try Sandbox.tool().path, "verify"]).finish().status == 0)
  }

  /// Replaces the tool by a script that kills the calling shell at `KILL_AT`: the command, the
  /// number of its call, and whether before or after it.
  private func killing(in sandbox: Sandbox) throws {
    let tool = try Sandbox.tool().path
    try sandbox.install(
      tool: #"""
        #!/bin/bash
        if [[ -z ${KILL_AT:-} ]]; then exec "\#(tool)" "$@"; fi
        read -r word number moment <<<"$KILL_AT"
        die() {
          local process=$PPID parent
          touch "$SANDBOX/at-point"
          until [[ -e $SANDBOX/go ]]; do sleep 0.02; done
          while parent=$(sed -n 's/^PPid:\s*//p' "/proc/$process/status") &&
            [[ $(tr '\0' ' ' <"/proc/$parent/cmdline") == *pipeline.sh* ]]; do process=$parent; done
          kill -9 "$process"
        }
        echo x >>"$SANDBOX/counted-$1"
        here=no
        if [[ $1 == "$word" && $(wc -l <"$SANDBOX/counted-$1") == "$number" ]]; then here=yes; fi
        if [[ $here == yes && $moment == before ]]; then die; fi
        "\#(tool)" "$@"
        status=$?
        if [[ $here == yes && $moment == after ]]; then die; fi
        exit $status
        """#)
  }

  private func killChildren(of process: pid_t) {
    let path = "/proc/\(process)/task/\(process)/children"
    let children = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    for child in children.split(separator: " ").compactMap({ pid_t($0) }) { kill(child, SIGKILL) }
  }
}
