import Foundation
import Testing

/// Which stages are rerun after a change.
@Suite struct CacheTests {
  @Test func firstRunRunsAllAndSecondNone() throws {
    let sandbox = try Sandbox()
    let first = try sandbox.succeed()
    #expect(try sandbox.takeCalls() == ["make", "train", "score", "draw"])
    #expect(first.contains("data/runs/quickstart/score/metrics.json"))
    #expect(first.contains("  report                 plots/quickstart/report.html"))
    #expect(try sandbox.read("plots/quickstart/report.html").contains("<h1>quickstart</h1>"))
    #expect(first.contains("plots/quickstart/  1 svg"))
    #expect(try sandbox.read("plots/quickstart/score.svg") == "<svg>{\"lines\": 5}</svg>\n")

    let second = try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
    #expect(second.contains("nothing had to run"))
  }

  /// Each program that a shell starts takes as long as a tenth of such a run.
  @Test func aRunWithNothingToDoCallsTheToolOnceAndLittleElse() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    let tool = try Sandbox.tool().path
    try sandbox.install(
      tool: "#!/bin/bash\necho \"$1\" >>\"$SANDBOX/calls\"; exec '\(tool)' \"$@\"")
    let few = try sandbox.shell([
      "/bin/bash", "-c",
      #"mkdir few && for p in bash flock; do ln -s "$(command -v $p)" few; done"#,
    ])
    #expect(try few.finish().status == 0)
    sandbox.variables["PATH"] = sandbox.root.appending(path: "few").path
    #expect(try sandbox.succeed().contains("  report                 plots/quickstart/report.html"))
    #expect(try sandbox.takeCalls() == ["plan"])
    // The page is written again where it is missing, by the same call.
    try sandbox.remove("plots/quickstart/report.html")
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == ["plan"])
    #expect(sandbox.exists("plots/quickstart/report.html"))
    #expect(try sandbox.read("data/.lock").allSatisfy(\.isWhitespace))
  }

  @Test func artefactHoldsWhatItWasMadeFrom() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("--threads", "1")
    let names = try sandbox.names(in: "data/runs/quickstart/train")
    #expect(
      names == [
        "best.txt", "epoch-2.txt", "facts.json", "history.csv", "log.txt", "main.swift",
        "manifest.json", "settings.json", "timing.csv",
      ])
    #expect(
      try sandbox.read("data/runs/quickstart/train/settings.json")
        == #"{"train":{"epochs":2,"rate":0.5,"print-every":1}}"# + "\n")
    #expect(
      try sandbox.read("data/runs/quickstart/train/log.txt")
        == "training from epoch 0 with 1 threads\n")
    let manifest = try sandbox.read("data/runs/quickstart/train/manifest.json")
    #expect(manifest.contains("\"blasCore\" : \"Haswell\""))
    #expect(manifest.contains("slow kernels"))
    #expect(!manifest.contains("print-every"))
    #expect(manifest.contains(/"file" : "timing.csv"/))
    #expect(try sandbox.names(in: "data/work/train") == [])
  }

  @Test func touchingFilesRerunsNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    for file in [
      "Sources/Deep/Deep.swift", "stages/recipes/quickstart.yaml", "stages/train/main.swift",
    ] {
      try sandbox.write(file, try sandbox.read(file))
    }
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
  }

  @Test(arguments: [
    (
      "stages/train/main.swift", "//: # train\n",
      "//: # Training, explained\n/* at /* some */ length */"
    ),
    ("stages/train/main.swift", "let stage = ", "let  stage\n  =   "),
    ("stages/recipes/quickstart.yaml", "rate: 0.5", "rate: 0.50  # a comment"),
    ("Sources/Other/Other.swift", "other = 1", "other = 2"),
    (
      "Package.swift", ".target(name: \"Other\"),",
      ".target(name: \"Other\", dependencies: [\"Deep\"]),"
    ),
  ])
  func harmlessEditRerunsNothing(file: String, old: String, new: String) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.replace(old, by: new, in: file)
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
  }

  @Test(arguments: [
    ("stages/train/main.swift", "\"train\"", "\"train \"", ["train"]),
    ("Sources/Deep/Deep.swift", "a // b", "a // c", ["make", "train", "score", "draw"]),
    (
      "Package.swift", "dependencies: [\"Shared\"]", "dependencies: [\"Shared\", \"Deep\"]",
      ["train"]
    ),
    ("stages/recipes/quickstart.yaml", "rate: 0.5", "rate: 0.25", ["train", "score"]),
    ("stages/recipes/quickstart.yaml", "count: 4", "count: 6", ["make", "train", "score", "draw"]),
    (
      "stages/schema.yaml", "default: 1, about: \"digits\"", "default: 2, about: \"digits\"",
      ["score"]
    ),
    ("stages/graph.yaml", "records: [timing.csv]", "records: []", []),
    ("stages/graph.yaml", "[\"*.svg\"]", "[\"*.svg\", \"*.png\"]", ["draw"]),
  ])
  func changeRerunsItsReadersUntilOutputsComeOutEqual(
    file: String, old: String, new: String, expected: [String]
  ) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.replace(old, by: new, in: file)
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == expected)
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
    try sandbox.replace(new, by: old, in: file)
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [], "going back is a hit")
  }

  @Test func presentationKeyRerunsNothing() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.succeed("--set", "train.print-every=9")
    #expect(try sandbox.takeCalls() == [])
  }

  /// A key that is added in a later version reruns nothing until its value differs from the
  /// default.
  @Test(arguments: [true, false])
  func keyThatIsAddedRerunsNothingAtItsDefault(_ isMarked: Bool) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    let mark = isMarked ? "added: true, " : ""
    try sandbox.replace(
      "  train.rate:",
      by: "  train.later: {type: integer, default: 1, \(mark)about: \"x\"}\n  train.rate:",
      in: "stages/schema.yaml")
    try sandbox.succeed()
    #expect(try sandbox.takeCalls().isEmpty == isMarked)
    try sandbox.succeed("--set", "train.later=1")
    #expect(try sandbox.takeCalls() == [])
    try sandbox.succeed("--set", "train.later=2")
    #expect(try sandbox.takeCalls().first == "train")
  }

  @Test func pathEntersByContent() throws {
    let sandbox = try Sandbox()
    try sandbox.write("some folder/numbers one.txt", "7\n8\n")
    try sandbox.write("some folder/copy.txt", "7\n8\n")
    try sandbox.succeed("--set", "data.file=some folder/numbers one.txt")
    #expect(try sandbox.takeCalls().count == 4)
    #expect(try sandbox.read("data/runs/quickstart/make/numbers.txt") == "7\n8\n")
    // Another path, relative to another folder, with the same content.
    let outcome = try sandbox.run("run", "--set", "data.file=copy.txt", from: "some folder")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try sandbox.takeCalls() == [])
    try sandbox.write("some folder/copy.txt", "7\n9\n")
    try sandbox.succeed("--set", "data.file=some folder/copy.txt")
    #expect(try sandbox.takeCalls() == ["make", "train", "score"])
    let missing = try sandbox.run("run", "--set", "data.file=nowhere.txt")
    #expect(missing.status == 65)
    #expect(missing.errors.contains("data.file (--set): there is no 'nowhere.txt'"))
  }

  @Test func runsShareArtefacts() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try sandbox.succeed("run", "quickstart", "--as", "other", "--set", "train.rate=0.1")
    #expect(try sandbox.takeCalls() == ["train", "score"])
    #expect(sandbox.exists("plots/other/score.svg"))
    #expect(
      try sandbox.succeed("status").contains("other (recipe quickstart --set train.rate=0.1)"))
    #expect(!(try sandbox.succeed("status").contains("would")))
  }

  @Test func plotsAreRestored() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    let figure = try sandbox.read("plots/quickstart/score.svg")
    try sandbox.remove("plots")
    try sandbox.succeed("--only", "draw")
    #expect(try sandbox.read("plots/quickstart/score.svg") == figure)
    try sandbox.remove("plots")
    try sandbox.succeed("plot")
    #expect(try sandbox.read("plots/quickstart/score.svg") == figure)
    #expect(try sandbox.takeCalls() == [])
  }

  @Test func plotsComeFromSavedLogsAlone() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    // Everything is out of date, but only the figures are drawn.
    try sandbox.replace("a // b", by: "changed", in: "Sources/Deep/Deep.swift")
    let output = try sandbox.succeed("plot", "quickstart")
    #expect(try sandbox.takeCalls() == ["draw"])
    #expect(output.contains("train is used although it is out of date"))
  }

  @Test func figuresThatAreNoLongerDrawnGo() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.write("plots/quickstart/mine.txt", "kept")
    try sandbox.install(#"echo "<svg/>" >"$output/new.svg""#, as: "draw")
    try sandbox.replace("\"draw\"", by: "\"new\"", in: "stages/draw/main.swift")
    try sandbox.succeed()
    #expect(
      try sandbox.names(in: "plots/quickstart")
        == [".published.json", "mine.txt", "new.svg", "report.html"])
  }
}
