import Foundation
import Testing

/// `why` and `accept`: causes with values and positions, before and after a run.
@Suite struct WhyTests {
  @Test func beforeARun() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.replace("epochs: 2", by: "epochs: 3", in: "stages/recipes/quickstart.yaml")
    #expect(
      try sandbox.succeed("why", "train") == """
        train (run quickstart) would run again:
          train.epochs: 2 → 3  (stages/recipes/quickstart.yaml:5)
        What reads it follows, unless it comes out equal: score, draw

        """)
    #expect(
      try sandbox.succeed("why", "score", "quickstart") == """
        score (run quickstart) reads train, to be run first.
        It follows, unless what it reads comes out equal.
        train would run:
          train.epochs: 2 → 3  (stages/recipes/quickstart.yaml:5)
        What reads it follows, unless it comes out equal: draw

        """)
    let make = try sandbox.succeed("why", "make")
    #expect(make.contains("make (run quickstart) is up to date; it ran on "))
    #expect(make.contains("It has not changed since its first run."))
  }

  /// Times in records are whole seconds.
  @Test func whatWasForcedSaysSo() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    Thread.sleep(forTimeInterval: 1.1)
    try sandbox.succeed("--only", "score", "--force")
    let score = try sandbox.succeed("why", "score")
    #expect(
      score.contains("Nothing that it depends on had changed: it was made again by --force, or"))
    #expect(!score.contains("It has not changed"))
    #expect(try sandbox.succeed("why", "train").contains("It has not changed since its first run."))
  }

  @Test func afterARun() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.replace("epochs: 2", by: "epochs: 3", in: "stages/recipes/quickstart.yaml")
    try sandbox.succeed()
    let train = try sandbox.succeed("why", "train")
    #expect(train.contains("is up to date"))
    #expect(train.contains("  train.epochs: 2 → 3  (stages/recipes/quickstart.yaml:5)\n"))
    let score = try sandbox.succeed("why", "score")
    #expect(score.contains(/input models: [0-9a-f]{12}… → [0-9a-f]{12}…  \(train\.models\)/))
    #expect(score.contains("because of train:\n      train.epochs: 2 → 3"))

    try sandbox.replace("epochs: 3", by: "epochs: 2", in: "stages/recipes/quickstart.yaml")
    let back = try sandbox.succeed("why", "train")
    #expect(back.contains("would not run: what it needs is in the cache"))
    #expect(back.contains("train.epochs: 3 → 2"))
  }

  @Test func codeIsNamedByItsFiles() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.replace("deep = ", by: "deeper = ", in: "Sources/Deep/Deep.swift")
    try sandbox.write("stages/train/more.swift", "let more = 1\n")
    #expect(
      try sandbox.succeed("why", "train").contains(
        "  code: Sources/Deep/Deep.swift, stages/train/more.swift (new)"))
    #expect(try sandbox.run().output.contains("train: code: Sources/Deep/Deep.swift"))
    #expect(try sandbox.succeed("why", "train").contains("code: Sources/Deep/Deep.swift"))
  }

  @Test func keysThatComeAndGoAreChanges() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.replace(
      "  score.digits:",
      by: "  train.seed: {type: integer, default: 1, about: \"seed\"}\n  score.digits:",
      in: "stages/schema.yaml")
    #expect(try sandbox.succeed("why", "train").contains("train.seed: absent → 1  (default)"))
    try sandbox.succeed()
    try sandbox.replace(
      "  train.seed: {type: integer, default: 1, about: \"seed\"}\n", by: "",
      in: "stages/schema.yaml")
    // Reverting is a cache hit, but is still explained as a change.
    #expect(
      try sandbox.succeed("why", "train").contains("train.seed: 1 → absent  (no longer read)"))
  }

  @Test func overridesAreRememberedByTheRun() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("run", "quickstart", "--set", "train.epochs=5")
    #expect(try sandbox.succeed("why", "train").contains("is up to date"))
    #expect(
      try sandbox.read("data/runs/quickstart/recipe.yaml").contains("train.epochs: 5  # --set"))
    try sandbox.succeed("run", "quickstart")
    #expect(
      try sandbox.succeed("why", "train").contains(
        "train.epochs: 5 → 2  (stages/recipes/quickstart.yaml:5)"))
  }

  @Test func acceptKeepsTheArtefactAndSaysSo() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.replace("\"train\"", by: "\"trained\"", in: "stages/train/main.swift")
    let output = try sandbox.succeed("accept", "train")
    #expect(
      output.contains("train of quickstart is kept and not run again: stages/train/main.swift"))
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
    let manifest = try sandbox.read("data/runs/quickstart/train/manifest.json")
    #expect(manifest.contains("accepted as harmless by"))
    #expect(try sandbox.succeed("status").contains("up to date, code accepted"))
    #expect(try sandbox.succeed("why", "train").contains("was accepted as harmless by"))
  }

  @Test func acceptIsRefusedWhereMoreHasChanged() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let nothing = try sandbox.run("accept", "train")
    #expect(nothing.status == 64)
    #expect(nothing.errors.contains("it is up to date"))
    try sandbox.replace("a // b", by: "c", in: "Sources/Deep/Deep.swift")
    #expect(try sandbox.run("accept", "train").errors.contains("accept or run make first"))
    try sandbox.succeed("accept", "make")
    try sandbox.replace("rate: 0.5", by: "rate: 0.6", in: "stages/recipes/quickstart.yaml")
    let more = try sandbox.run("accept", "train")
    #expect(more.status == 64)
    #expect(more.errors.contains("differs in more than its code: train.rate: 0.5 → 0.6"))
  }
}
