import Foundation
import Testing

/// `verify`, `gc`, `rm`, `status` of a running stage, edited copies, and files that must be kept.
@Suite struct HousekeepingTests {
  private func link(_ path: String, to target: String, in sandbox: Sandbox) throws {
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.root.appendingPathComponent(path).path, withDestinationPath: target)
  }

  // MARK: Removing

  @Test func unusedResultsAreListedAndFreedOnDemand() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    #expect(try sandbox.succeed("gc") == "nothing is unused\n")
    try sandbox.succeed("--set", "train.rate=0.1")
    let list = try sandbox.succeed("gc")
    #expect(
      list.contains(/data\/cache\/train\/[0-9a-f]{32} .* no run uses it; made .* for quickstart/))
    #expect(list.contains("would be freed: ./pipeline.sh gc --yes"))
    #expect(try sandbox.names(in: "data/cache/train").count == 2)
    #expect(try sandbox.succeed("gc", "--yes").contains("freed "))
    #expect(try sandbox.names(in: "data/cache/train").count == 1)
    #expect(try sandbox.succeed("gc") == "nothing is unused\n")
    _ = try sandbox.takeCalls()
    try sandbox.succeed("--set", "train.rate=0.1")
    #expect(try sandbox.takeCalls() == [])
  }

  @Test func workThatARunWouldGoOnFromIsKept() throws {
    let sandbox = try Sandbox()
    try sandbox.write("broken", "")
    #expect(try sandbox.run().status == 65)
    #expect(try sandbox.succeed("gc") == "nothing is unused\n")
    #expect(try sandbox.run("--set", "train.rate=0.1").status == 65)
    // Now only the second result belongs to the recipe.
    #expect(try sandbox.succeed("gc").contains("unfinished, and no run's recipe asks for it now"))
  }

  @Test func removingARunKeepsWhatIsShared() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.succeed("run", "quickstart", "--as", "other", "--set", "train.rate=0.1")
    try sandbox.write("plots/other/mine.txt", "kept")
    let output = try sandbox.succeed("rm", "other")
    #expect(output.contains("kept, since they were edited or added by hand: plots/other/mine.txt"))
    #expect(output.contains("no run uses 2 folders of data now"))
    #expect(!sandbox.exists("data/runs/other"))
    #expect(try sandbox.names(in: "plots/other") == ["mine.txt"])
    #expect(!(try sandbox.read("plots/index.html").contains("other")))
    _ = try sandbox.takeCalls()
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
    #expect(try sandbox.run("rm", "other").status == 64)
  }

  // MARK: Edited copies

  @Test func anEditedCopyIsKeptAndNamed() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let figure = "plots/quickstart/score.svg"
    let drawn = try sandbox.read(figure)
    try sandbox.write(figure, "mine")
    #expect(try sandbox.succeed().contains("note: \(figure) was edited and is kept\n"))
    #expect(try sandbox.read(figure) == "mine")

    // Results change: the new figure is drawn next to the edited one, and again with the next
    // change.
    for count in [6, 8] {
      let output = try sandbox.succeed("--set", "data.count=\(count)")
      #expect(
        output.contains("results have changed since: the new one is plots/quickstart/score.new.svg")
      )
      #expect(
        try sandbox.read("plots/quickstart/score.new.svg")
          == "<svg>{\"lines\": \(count + 1)}</svg>\n")
      #expect(try sandbox.read(figure) == "mine")
    }
    try sandbox.succeed("plot", "--force")
    #expect(try sandbox.read(figure) == "<svg>{\"lines\": 9}</svg>\n")
    #expect(!sandbox.exists("plots/quickstart/score.new.svg"))
    try sandbox.succeed()
    #expect(try sandbox.read(figure) == drawn, "an unedited copy follows")
  }

  @Test func copiesOfEarlierVersionsAreNotTakenForEdited() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.remove("plots/quickstart/.published.json")
    try sandbox.succeed("--set", "data.count=6")
    #expect(try sandbox.read("plots/quickstart/score.svg") == "<svg>{\"lines\": 7}</svg>\n")
  }

  @Test func whatLiesBesideIsTheUsersToo() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let beside = "plots/quickstart/score.new.svg"
    try sandbox.write("plots/quickstart/score.svg", "mine")
    try sandbox.write(beside, "mine too")
    let output = try sandbox.succeed("--set", "data.count=6")
    #expect(output.contains("the new one is plots/quickstart/score.new-2.svg"))
    #expect(try sandbox.read(beside) == "mine too")
    // A figure that was drawn next to the edited one, and then edited, is kept too.
    try sandbox.write("plots/quickstart/score.new-2.svg", "merged")
    try sandbox.succeed("--set", "data.count=8")
    #expect(try sandbox.read("plots/quickstart/score.new-2.svg") == "merged")
    try sandbox.succeed("plot", "--force")
    #expect(try sandbox.read(beside) == "mine too")
  }

  @Test func aLinkAmongPublishedCopiesIsKept() throws {
    let sandbox = try Sandbox()
    try sandbox.write("mine.svg", "mine")
    try sandbox.write("plots/quickstart/README", "")
    try link("plots/quickstart/score.svg", to: "../../mine.svg", in: sandbox)
    for count in [4, 4, 6, 8] {
      try sandbox.succeed("--set", "data.count=\(count)")
      #expect(try sandbox.read("plots/quickstart/score.svg") == "mine")
    }
  }

  // MARK: Files of the user

  @Test func whatIsNoResultIsLeftAlone() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.write("data/cache/mine/thesis/t.md", "kept")
    try sandbox.write("data/runs/quickstart/notes.md", "kept")
    #expect(try sandbox.succeed("gc", "--yes") == "nothing is unused\n")
    #expect(try sandbox.read("data/cache/mine/thesis/t.md") == "kept")
    #expect(try sandbox.succeed("rm", "quickstart").contains("data/runs/quickstart/notes.md"))
    #expect(try sandbox.names(in: "data/runs/quickstart") == ["notes.md"])
  }

  @Test func alteredFilesOfUnusedResultsAreSetAside() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let key = try #require(try sandbox.names(in: "data/cache/train").first)
    try sandbox.succeed("--set", "train.rate=0.1")
    try sandbox.write("data/cache/train/\(key)/notes.md", "kept")
    #expect(
      try sandbox.succeed("gc", "--yes").contains(
        "it is kept as data/set-aside/train/\(key)/notes.md"))
    #expect(try sandbox.read("data/set-aside/train/\(key)/notes.md") == "kept")
  }

  @Test(arguments: ["stages/recipes/my.yaml", "data/runs/my/run.json"])
  func workIsKeptWhereItIsNotKnownWhoseItIs(file: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write("stages/recipes/my.yaml", try sandbox.read("stages/recipes/quickstart.yaml"))
    try sandbox.write("broken", "")
    #expect(try sandbox.run("run", "my").status == 65)
    try sandbox.write(file, "nonsense: [")
    #expect(try sandbox.succeed("gc", "--yes") == "nothing is unused\n")
    #expect(try sandbox.names(in: "data/work/train").count == 1)
  }

  @Test func aFileInAResultsPlaceIsSetAside() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let key = try #require(try sandbox.names(in: "data/cache/score").first)
    try sandbox.remove("data/cache/score/\(key)")
    try sandbox.write("data/cache/score/\(key)", "notes")
    #expect(try sandbox.succeed().contains("a file lay in the result's place"))
    #expect(try sandbox.read("data/set-aside/score/\(key)/\(key)") == "notes")
  }

  // MARK: Untrusted names and links

  @Test(arguments: [
    ("data/runs/quickstart/run.json", #""run" : "quickstart""#, #""run" : "../../outside""#),
    ("data/runs/quickstart/run.json", #""run" : "quickstart""#, #""run" : "/tmp/outside""#),
  ])
  func aRequestOfAnotherNameIsRefused(file: String, old: String, new: String) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.replace(old, by: new, in: file)
    for command in [["status"], ["why", "train"], ["plot"]] {
      let outcome = try sandbox.start(command).finish()
      #expect(outcome.status == 65, "\(command)")
      #expect(outcome.errors.contains("it does not hold the request of a run 'quickstart'"))
    }
  }

  @Test(arguments: [
    "data/cache", "data/cache/train", "data/work", "data/work/train", "data/runs",
    "data/runs/quickstart", "data/set-aside", "plots/quickstart",
  ])
  func nothingIsWrittenOrRemovedThroughALink(folder: String) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let outside = FileManager.default.temporaryDirectory
      .appendingPathComponent("outside \(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: outside) }
    try FileManager.default.createDirectory(
      at: outside.appendingPathComponent(".new-mine"), withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: outside.appendingPathComponent(".score.svg.abc.tmp"))
    if sandbox.exists(folder) { try sandbox.remove(folder) }
    try link(folder, to: outside.path, in: sandbox)
    // A damaged output will be moved to `set-aside`.
    if folder == "data/set-aside" { try sandbox.write("data/runs/quickstart/train/best.txt", "x") }
    let outcome = try sandbox.run("--set", "train.rate=0.3")
    let again = try sandbox.run()
    #expect(outcome.status == 65 || again.status == 65, "\(folder): \(outcome.errors)")
    #expect(
      (outcome.errors + again.errors).contains(
        "\(folder) is a link, which may lead out of the project"))
    let left = try FileManager.default.contentsOfDirectory(atPath: outside.path).sorted()
    #expect(left == [".new-mine", ".score.svg.abc.tmp"], "\(folder)")
  }

  @Test func namesAmongPublishedCopiesLeadNowhere() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.write("precious.txt", "a")
    // The digest of the file, so that it would count as an unedited copy.
    try sandbox.replace(
      "{",
      by: #"""
        {
        "../../precious.txt": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        """#, in: "plots/quickstart/.published.json")
    try sandbox.succeed()
    try sandbox.succeed("rm", "quickstart")
    #expect(try sandbox.read("precious.txt") == "a")
  }

  @Test func noMemoryIsWrittenThroughALink() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.remove("data/cache/.digests")
    try sandbox.write("outside/README", "")
    try link("data/cache/.digests", to: "../../outside", in: sandbox)
    try sandbox.succeed("verify")
    try sandbox.succeed("status")
    #expect(try sandbox.names(in: "outside") == ["README"])
  }

  @Test func aLinkToAnotherPlaceIsNoResult() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.write("foreign/best.txt", "foreign")
    try sandbox.remove("data/runs/quickstart/train")
    try link("data/runs/quickstart/train", to: "../../../foreign", in: sandbox)
    #expect(try sandbox.run("inspect", "train").errors.contains("step 'train' of"))
    try sandbox.succeed()
    #expect(
      try sandbox.takeCalls() == [], "the artefact stands in the cache; only the link was wrong")
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt") != "foreign")
    #expect(try sandbox.read("foreign/best.txt") == "foreign")
  }

  @Test(arguments: ["link", "folder"])
  func anUnusableLockIsNamed(kind: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write("precious", "kept")
    try sandbox.write("data/README.md", "")
    if kind == "link" {
      try link("data/.lock", to: "../precious", in: sandbox)
    } else {
      try sandbox.write("data/.lock/file", "")
    }
    let outcome = try sandbox.run()
    #expect(outcome.status == 73)
    #expect(outcome.errors.contains("data/.lock is "))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(try sandbox.read("precious") == "kept")
    #expect(try sandbox.run("doctor").output.contains("wrong  data/.lock is not a file"))
  }

  // MARK: Running, failed and interrupted

  @Test func aRunningStageIsKnown() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"""
      echo "epoch 1/3 done"; touch "$SANDBOX/training"
      while [[ ! -e $SANDBOX/enough ]]; do sleep 0.05; done
      echo best >"$output/best.txt"; echo 1 >"$output/history.csv"
      """#, as: "train")
    let call = try sandbox.start([])
    try sandbox.waitFor("training")
    let limit = ContinuousClock.now + .seconds(20)
    var status = ""
    while !status.contains("running"), ContinuousClock.now < limit {
      status = try sandbox.succeed("status")
    }
    #expect(status.contains(/train +running +epoch 1 of 3, process \d+/), "\(status)")
    let doctor = try sandbox.run("doctor").output
    #expect(doctor.contains("note   a stage is running in data/work/train/"))
    #expect(!doctor.contains("rm -r"))
    try sandbox.write("enough", "")
    #expect(try call.finish().status == 0)
    #expect(!(try sandbox.succeed("status").contains("running")))
  }

  /// Commands that read a finished run work while another run holds the lock.
  @Test func readersDoNotWait() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.write("slow", "")
    let call = try sandbox.start(["run", "quickstart", "--as", "other", "--set", "train.epochs=90"])
    try sandbox.waitFor("training")
    for command in [
      ["status"], ["why", "train", "quickstart"], ["list"], ["dag"], ["verify"], ["gc"],
      ["inspect", "train", "--run", "quickstart"], ["compare", "quickstart"],
      ["report", "quickstart"], ["plot", "quickstart", "--terminal"],
    ] {
      let outcome = try sandbox.start(command).finish()
      #expect(outcome.status == 0, "\(command): \(outcome.errors)")
    }
    #expect(call.isRunning)
    call.send(SIGINT)
    #expect(try call.finish().status == 130)
  }

  @Test func aFailedAttemptDoesNotBecomeTheLatestRun() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.write("broken", "")
    #expect(
      try sandbox.run("run", "quickstart", "--as", "other", "--set", "train.rate=0.1").status == 65)
    #expect(try sandbox.succeed("why", "train").contains("train (run quickstart) is up to date"))
    try sandbox.remove("broken")
    try sandbox.succeed("run", "quickstart", "--as", "other", "--set", "train.rate=0.1")
    #expect(try sandbox.succeed("why", "train").contains("train (run other) is up to date"))
  }

  @Test func anInterruptedForceLeavesNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.write("slow", "")
    let call = try sandbox.start(["run", "--only", "train", "--force"])
    try sandbox.waitFor("training")
    call.send(SIGINT)
    #expect(try call.finish().status == 130)
    try sandbox.remove("slow")
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == ["train"], "what stands is not run again")
    #expect(try sandbox.names(in: "data/work/train") == [])
  }

  @Test func aStageWithoutStateLeavesNoFolder() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.install(#"touch "$SANDBOX/drawing"; sleep 20; exit 1"#, as: "draw")
    let call = try sandbox.start(["--only", "draw", "--force"])
    try sandbox.waitFor("drawing")
    call.send(SIGINT)
    let outcome = try call.finish()
    #expect(outcome.status == 130)
    #expect(outcome.errors.contains("draw was interrupted; the same command runs it again"))
    #expect(try sandbox.names(in: "data/work/draw") == [])
    #expect(try sandbox.names(in: "data/cache/draw").count == 1)
  }

  @Test func halfALineOfTheJournalJoinsNoOther() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let journal = "data/runs/quickstart/journal.jsonl"
    try sandbox.write(journal, try sandbox.read(journal) + #"{"instance":"tr"#)
    try sandbox.succeed("--set", "train.rate=0.1")
    #expect(try sandbox.succeed("why", "train").contains("train.rate: 0.5 → 0.1"))
    #expect(!(try sandbox.read(journal).contains(#""tr{"#)))
  }

  @Test func theScriptWorksThroughALink() throws {
    let sandbox = try Sandbox()
    try sandbox.write("bin elsewhere/README", "")
    try link("bin elsewhere/tessera-run", to: "../pipeline.sh", in: sandbox)
    let path = sandbox.root.appendingPathComponent("bin elsewhere/tessera-run").path
    let outcome = try sandbox.shell([path, "list"]).finish()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("a small recipe"))
  }

  // MARK: Forecast

  @Test func theForecastGrowsWithEpochsOfTheSameNetwork() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let unknown = try sandbox.run("--dry-run", "--set", "data.count=9")
    #expect(unknown.status == 10)
    #expect(unknown.output.contains(/make +would run +time unknown/))
    let known = try sandbox.run("--dry-run", "--force", "--only", "score")
    #expect(known.output.contains(/score +would run +about \d/), "\(known.output)")
  }
}
