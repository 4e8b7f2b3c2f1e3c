import Foundation
import Testing

/// When pipeline.sh builds, tested with a compiler that only records its calls.
@Suite struct BuildTests {
  private let whole = "build -c release"

  @Test func buildsWhereSourcesDiffer() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.succeed()
    #expect(try sandbox.takeBuilds() == [whole])
    try sandbox.write("Sources/Deep/Deep.swift", try sandbox.read("Sources/Deep/Deep.swift"))
    try sandbox.succeed()
    try sandbox.succeed("status")
    #expect(try sandbox.takeBuilds() == [], "nothing but times has changed")
    #expect(try sandbox.takeCalls() == ["make", "train", "score", "draw"])

    // A comment does not change results, but the binary contains line numbers.
    try sandbox.replace("//: # train", by: "//: # Training", in: "stages/train/main.swift")
    try sandbox.succeed("status")
    #expect(try sandbox.takeBuilds() == [], "the tool is not built from stages")
    try sandbox.succeed()
    #expect(try sandbox.takeBuilds() == [whole])
    #expect(try sandbox.takeCalls() == [])
  }

  /// Sources are read only where a stamp has changed; one changes with the file, even if its time is set
  /// back and its size stays.
  @Test func unchangedSourcesAreNotReadAgain() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.succeed()
    _ = try sandbox.takeBuilds()
    try sandbox.write(
      "scripts/sha256sum",
      "#!/bin/bash\necho read >>\"$SANDBOX/calls\"; exec /usr/bin/sha256sum \"$@\"\n")
    let install = ["/usr/bin/install", "-m", "755", "scripts/sha256sum", "toolchain/sha256sum"]
    #expect(try sandbox.shell(install).finish().status == 0)
    // A file that is new may change again within one stamp: the first stamps kept are older than that.
    Thread.sleep(forTimeInterval: 4.5)
    try sandbox.succeed("list")
    _ = try sandbox.takeCalls()
    for _ in 0..<2 {
      try sandbox.succeed("list")
      #expect(try sandbox.takeCalls().isEmpty)
    }
    let source = "Sources/Deep/Deep.swift"
    let edit = try sandbox.shell([
      "/bin/bash", "-c",
      "cp -p \(source) old && sed -i s/deep/peed/ \(source) && touch -r old \(source)",
    ])
    #expect(try edit.finish().status == 0)
    try sandbox.succeed("list")
    #expect(try sandbox.takeBuilds() == [whole + " --product tessera"])
    sandbox.variables["TESSERA_CPU"] = "x86-64-v3"
    try sandbox.succeed("list")
    #expect(try sandbox.takeBuilds() == [whole + " --product tessera"])
  }

  @Test func readingCommandsBuildTheToolAlone() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.succeed("list")
    #expect(try sandbox.takeBuilds() == [whole + " --product tessera"])
    try sandbox.succeed("dag")
    try sandbox.succeed("--help")
    #expect(try sandbox.takeBuilds() == [])
  }

  @Test func editDuringTheBuildIsBuiltBeforeItRuns() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.write("edit", "")
    try sandbox.succeed("--until", "make")
    // Planned and built from the edited sources: twice, since the first build was before the edit.
    #expect(try sandbox.takeBuilds() == [whole, whole])
    #expect(try sandbox.takeCalls() == ["make"])
  }

  @Test func brokenBuildRunsNothing() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.write("unsound", "")
    let outcome = try sandbox.run()
    #expect(outcome.status == 70)
    #expect(outcome.errors.contains("the build failed"))
    try sandbox.remove("unsound")
    try sandbox.succeed()
    #expect(try sandbox.takeBuilds() == [whole, whole])
  }

  @Test func anotherProcessorGetsItsOwnBuild() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.succeed()
    _ = try sandbox.takeBuilds()
    for digest in ["processor", "all", "tool"] {
      try sandbox.write(".build/tessera-\(digest).digest", "of another processor")
    }
    try sandbox.succeed()
    #expect(try sandbox.takeBuilds() == ["package clean", whole])
  }

  /// Compiled modules contain the paths of their sources: a moved project is built again, but uses
  /// the existing binaries until something is edited.
  @Test func aMovedProjectIsBuiltAnew() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.succeed()
    #expect(try sandbox.read(".build/tessera-place") == sandbox.root.resolvingSymlinksInPath().path)
    _ = try sandbox.takeBuilds()
    try sandbox.write(".build/tessera-place", "/where/it/was")
    try sandbox.write(".build/ModuleCache/old.pcm", "")
    try sandbox.write(".build/checkouts/kept", "")
    try sandbox.succeed("status")
    #expect(try sandbox.takeBuilds() == [])
    #expect(
      try sandbox.run("doctor").output.contains("the project was built in /where/it/was and moved"))
    _ = try sandbox.takeBuilds()
    try sandbox.replace("deep = ", by: "deeper = ", in: "Sources/Deep/Deep.swift")
    let outcome = try sandbox.run()
    #expect(outcome.errors.contains("the project was built in /where/it/was; building again here"))
    #expect(try sandbox.takeBuilds() == [whole])
    #expect(!sandbox.exists(".build/ModuleCache") && sandbox.exists(".build/checkouts/kept"))
  }

  /// Existing binaries work without a compiler on PATH, as under cron.
  @Test func whatIsBuiltNeedsNoCompiler() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.succeed()
    _ = try sandbox.takeBuilds()
    try sandbox.remove("toolchain/swift")
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    sandbox.variables["PATH"] = path.split(separator: ":").filter { folder in
      !FileManager.default.isExecutableFile(atPath: folder + "/swift")
    }.joined(separator: ":")
    #expect(try sandbox.succeed("status").contains("up to date"))
    #expect(try sandbox.succeed().contains("nothing had to run"))
    try sandbox.replace("deep = ", by: "deeper = ", in: "Sources/Deep/Deep.swift")
    let outcome = try sandbox.run()
    #expect(outcome.status == 69 && outcome.errors.contains("swift is missing"))
  }

  @Test func namedProcessorGetsItsOwnBuild() throws {
    let sandbox = try Sandbox(builds: true)
    try sandbox.succeed()
    _ = try sandbox.takeBuilds()
    sandbox.variables["TESSERA_CPU"] = "x86-64-v3"
    try sandbox.succeed()
    #expect(try sandbox.takeBuilds() == [whole])
    sandbox.variables = [:]
    try sandbox.succeed()
    #expect(try sandbox.takeBuilds() == [whole])
  }

  @Test func doctorSaysThatKernelsDoNotRunHere() throws {
    let sandbox = try Sandbox()
    try sandbox.install("echo 'numerics: error: this lacks avx9' >&2; exit 70", as: "numerics")
    let outcome = try sandbox.run("doctor")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("wrong  numerics: error: this lacks avx9"))
  }

  @Test func doctorNamesBrokenLinks() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.remove("data/cache/score")
    let outcome = try sandbox.run("doctor")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("links that lead nowhere (data/runs/quickstart/score)"))
    #expect(try sandbox.run("why", "score").output.contains("its artefact is gone from data/cache"))
  }
}
