import Foundation
import Testing

/// The behaviour of commands if a file of an artefact differs from the manifest: for every file,
/// every kind of damage and every command that uses artefacts.
@Suite struct DamageTests {
  /// A kind of damage to a file.
  enum Damage: String, CaseIterable {
    case missing, empty, cut, longer, altered, restoredTime, exchanged, link, folder
  }

  /// An artefact of the sandbox, its outputs, its records, and the stages that are rerun if it is
  /// invalid.
  private struct Subject {
    let stage: String
    let outputs: [String]
    let records: [String]
  }

  private static let subjects = [
    Subject(stage: "make", outputs: ["numbers.txt"], records: ["main.swift"]),
    Subject(
      stage: "train", outputs: ["best.txt", "epoch-2.txt", "history.csv"],
      records: ["timing.csv", "log.txt", "settings.json"]),
    Subject(stage: "score", outputs: ["metrics.json"], records: ["facts.json"]),
    Subject(stage: "draw", outputs: ["score.svg"], records: []),
  ]

  @Test(arguments: Damage.allCases)
  func aDamagedOutputDoesNotStand(_ damage: Damage) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try copy("data", to: "whole", in: sandbox)
    for subject in Self.subjects {
      for file in subject.outputs + ["manifest.json"] {
        try apply(damage, to: "data/runs/quickstart/\(subject.stage)/\(file)", in: sandbox)
        try expectThatNothingUses(subject.stage, file, damage, in: sandbox)
        try copy("whole", to: "data", in: sandbox)
      }
    }
  }

  /// Expects that no command uses the damaged artefact. The script does not change the tool's
  /// output.
  private func expectThatNothingUses(
    _ stage: String, _ file: String, _ damage: Damage, in sandbox: Sandbox
  ) throws {
    let place: Comment = "\(stage)/\(file) \(damage.rawValue)"
    let plan = try tool(["plan", "quickstart"], in: sandbox)
    #expect(
      plan.output.contains("due\t\(stage)\t\(stage)\tis not valid: \(file): recorded "), place)
    let status = try tool(["status"], in: sandbox)
    #expect(status.output.contains("is not valid: \(file): recorded "), place)
    let why = try tool(["why", stage], in: sandbox)
    #expect(why.output.contains("would run again, since its artefact is not valid:"), place)
    #expect(why.output.contains("  \(file): recorded "), place)
    let locate = try tool(["locate", stage], in: sandbox)
    #expect(locate.status == 65 && locate.errors.contains("is not valid: \(file)"), place)
    let verify = try tool(["verify", "--remembered"], in: sandbox)
    #expect(verify.status == 65 && verify.output.contains("is not valid: \(file)"), place)
    let alone = try tool(["plan", "quickstart", "--published"], in: sandbox)
    if stage == "score" {
      #expect(alone.status == 65 && alone.errors.contains("which is not valid (\(file)"), place)
    }
    let report = try tool(["report"], in: sandbox)
    #expect(report.status == 0, place)
    #expect(
      try sandbox.read("plots/quickstart/report.html").contains("This result is not valid: "),
      place)
  }

  @Test(arguments: Damage.allCases)
  func runMakesItAgainAndSetsAsideWhatItReplaces(_ damage: Damage) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    let whole = try sandbox.read("data/runs/quickstart/train/best.txt")
    try apply(damage, to: "data/runs/quickstart/train/best.txt", in: sandbox)
    let output = try sandbox.succeed()
    #expect(try sandbox.takeCalls() == ["train"], "what reads it comes out equal")
    #expect(output.contains("train: is not valid: best.txt: recorded "))
    #expect(try sandbox.read("data/runs/quickstart/train/best.txt") == whole)
    let key = try #require(try sandbox.names(in: "data/cache/train").first)
    let aside = "data/set-aside/train/\(key)/best.txt"
    #expect(sandbox.exists(aside) == (damage != .missing))
    if damage != .missing {
      #expect(
        output.contains("warning: train: 'best.txt' was not as recorded; it is kept as \(aside)"))
    }
    try sandbox.succeed("verify")
  }

  @Test(arguments: Damage.allCases)
  func aDamagedRecordIsNamedAndCausesNoRun(_ damage: Damage) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    for subject in Self.subjects {
      for file in subject.records
      where sandbox.exists("data/runs/quickstart/\(subject.stage)/\(file)") {
        try apply(damage, to: "data/runs/quickstart/\(subject.stage)/\(file)", in: sandbox)
        let status = try tool(["status"], in: sandbox)
        #expect(
          status.output.contains("\(subject.stage): not used, not as recorded: \(file): recorded "))
      }
    }
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
    #expect(try sandbox.run("verify").status == 65)
    #expect(
      try sandbox.read("plots/quickstart/report.html").contains(
        "Not used, since it is not as recorded: settings.json"))
  }

  @Test func filesTooManyAreNotUsed() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    // `score` reads every file of train that matches epoch-*.txt.
    for name in [".nfs0001", "notes.txt~", "epoch-9.txt"] {
      try sandbox.write("data/runs/quickstart/train/\(name)", "another")
    }
    let status = try sandbox.succeed("status")
    #expect(status.contains("train: not used, not as recorded: notes.txt~: recorded no such file"))
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
    let forced = try sandbox.run("run", "--only", "score", "--force")
    #expect(
      forced.errors.contains(
        "train: 'epoch-9.txt' is no file of this result; it is kept as data/set-aside/train/"))
    #expect(!sandbox.exists("data/runs/quickstart/train/epoch-9.txt"))
    #expect(sandbox.exists("data/runs/quickstart/train/notes.txt~"))
  }

  @Test(arguments: ["0.5", "0.1"])
  func anotherResultInItsPlaceIsNotUsed(rate: String) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let key = try #require(try sandbox.names(in: "data/cache/train").first)
    try sandbox.succeed("--set", "train.rate=0.1")
    _ = try sandbox.takeCalls()
    let other = try #require(try sandbox.names(in: "data/cache/train").first { $0 != key })
    let (source, target) = rate == "0.5" ? (other, key) : (key, other)
    try copy("data/cache/train/\(source)", to: "data/cache/train/\(target)", in: sandbox)
    let plan = try tool(["plan", "quickstart", "--set", "train.rate=\(rate)"], in: sandbox)
    #expect(
      plan.output.contains(
        "is not valid: manifest.json: recorded train \(target), found that of train \(source)"))
    try sandbox.succeed("--set", "train.rate=\(rate)")
    #expect(try sandbox.takeCalls() == ["train"])
    try sandbox.succeed("verify")
  }

  /// A file that a stage reads is replaced while the stage runs.
  @Test(arguments: [false, true])
  func whatWasMadeFromAFileThatChangedIsNotKept(restored: Bool) throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let metrics = try sandbox.read("data/runs/quickstart/score/metrics.json")
    try sandbox.install(
      #"""
      file=${input[models]}/best.txt
      cp -p "$file" "$SANDBOX/before"; printf 'x\nx\nx\n' >"$file"
      echo "{\"lines\": $(grep -c x "$file")}" >"$output/metrics.json"
      if [[ -e $SANDBOX/restore ]]; then cp -p "$SANDBOX/before" "$file"; touch "$file"; fi
      """#, as: "score")
    if restored { try sandbox.write("restore", "") }
    let outcome = try sandbox.run("run", "--only", "score", "--force")
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.contains(
        "best.txt was changed while score read it; nothing of what it wrote is kept"))
    #expect(try sandbox.read("data/runs/quickstart/score/metrics.json") == metrics)
    #expect(try sandbox.names(in: "data/work/score") == [])
    #expect(try sandbox.names(in: "data/cache/score").count == 1)
  }

  /// The recorded source is the one that was run, not the one edited meanwhile.
  @Test func theRecordedSourceIsThatOfTheBeginning() throws {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"""
      if [[ ! -e $SANDBOX/edited ]]; then
        touch "$SANDBOX/edited"
        echo 'let edited = 1' >>"$SANDBOX/stages/score/main.swift"
      fi
      echo '{"lines": 1}' >"$output/metrics.json"
      """#, as: "score")
    try sandbox.succeed("--until", "score")
    // One result from the source before the edit, one from the source after it.
    let sources = try sandbox.names(in: "data/cache/score").map { key in
      try sandbox.read("data/cache/score/\(key)/main.swift").contains("edited")
    }
    #expect(sources.sorted { !$0 && $1 } == [false, true])
  }

  @Test func inspectNamesAWrongFileAlsoWhereDataIsALink() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try copy("data", to: "elsewhere", in: sandbox)
    try sandbox.remove("data")
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.root.appendingPathComponent("data").path, withDestinationPath: "elsewhere")
    try sandbox.write("elsewhere/runs/quickstart/score/metrics.json", "{}")
    let outcome = try sandbox.run("inspect", "data/runs/quickstart/score/metrics.json")
    #expect(outcome.errors.contains("warning: not as recorded: metrics.json: recorded "))
  }

  /// A link of a run to the artefact of another stage is not used.
  @Test func aLinkToAnotherStagesArtefactIsNotUsed() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    try sandbox.succeed("--as", "other", "--set", "train.rate=0.25")
    let runs = sandbox.root.appendingPathComponent("data/runs/quickstart")
    let (train, score) = (
      runs.appendingPathComponent("train").path, runs.appendingPathComponent("score").path
    )
    let (right, wrong) = try (
      FileManager.default.destinationOfSymbolicLink(atPath: train),
      FileManager.default.destinationOfSymbolicLink(atPath: score)
    )
    try FileManager.default.removeItem(atPath: train)
    try FileManager.default.createSymbolicLink(atPath: train, withDestinationPath: wrong)
    let problem = "recorded an artefact of train, found one of score"
    let inspected = try sandbox.run("inspect", "train.history", "--run", "quickstart")
    #expect(inspected.status != 0 && inspected.errors.contains(problem), "\(inspected.errors)")
    let compared = try sandbox.run("compare", "quickstart", "other")
    #expect((compared.output + compared.errors).contains("train is not valid: .: \(problem)"))
    try sandbox.succeed("run", "quickstart")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: train) == right)
    try sandbox.succeed("inspect", "train.history", "--run", "quickstart")
  }

  @Test func aSealedManifestCannotPassForOneOfTheFirstFormat() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    let path = "data/runs/quickstart/train/manifest.json"
    try sandbox.replace("\"format\" : 2", by: "\"format\" : 1", in: path)
    #expect(try sandbox.succeed("status").contains("is not valid: manifest.json"))
  }

  /// Manifests of format 1 recorded only the digests of contents; they are checked once and remain
  /// valid.
  @Test func aManifestOfTheFirstFormatIsTakenOver() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    for stage in ["make", "train", "score", "draw"] {
      let path = "data/runs/quickstart/\(stage)/manifest.json"
      let text = try sandbox.read(path)
        .replacing(/"format" : 2/, with: "\"format\" : 1")
        .replacing(/,\n *"sha256" : "[0-9a-f]{64}"/, with: "")
        .replacing(/,\n *"seal" : "[0-9a-f]{64}"/, with: "")
        .replacing(/(?s) "records" : \[.*?\n  \],\n/, with: "")
      #expect(!text.contains("sha256") && !text.contains("records"))
      try sandbox.write(path, text)
    }
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [])
    try sandbox.succeed("verify")
    try sandbox.write("data/runs/quickstart/train/best.txt", "a stranger's")
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == ["train"])
  }

  /// `data` may be a symbolic link. If everything is copied, the files are read once and remain
  /// valid.
  @Test func dataMayBeALinkAndMayBeCopied() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    try copy("data", to: "elsewhere", in: sandbox)
    try sandbox.remove("data")
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.root.appendingPathComponent("data").path, withDestinationPath: "elsewhere")
    try sandbox.succeed()
    try sandbox.succeed("verify")
    #expect(try sandbox.takeCalls() == [])
  }

  // MARK: Helpers

  private func copy(_ source: String, to target: String, in sandbox: Sandbox) throws {
    let call = try sandbox.shell([
      "/bin/bash", "-c", #"rm -rf "$1" && mkdir -p "$(dirname "$1")" && cp -a "$0" "$1""#, source,
      target,
    ])
    #expect(try call.finish().status == 0)
  }

  private func tool(_ arguments: [String], in sandbox: Sandbox) throws -> ShellCall.Outcome {
    try sandbox.shell([try Sandbox.tool().path] + arguments).finish()
  }

  private func apply(_ damage: Damage, to path: String, in sandbox: Sandbox) throws {
    let url = sandbox.root.appendingPathComponent(path)
    let bytes = try Data(contentsOf: url)
    switch damage {
    case .missing: try sandbox.remove(path)
    case .empty: try Data().write(to: url)
    case .cut: try bytes.prefix(bytes.count / 2).write(to: url)
    case .longer: try (bytes + Data("\n".utf8)).write(to: url)
    case .altered: try flipped(bytes).write(to: url)
    case .restoredTime:
      // Changed in place with the old times: the time of the status change still reveals it.
      var status = stat()
      try #require(stat(url.path, &status) == 0)
      let handle = try FileHandle(forWritingTo: url)
      try handle.write(contentsOf: flipped(bytes))
      try handle.close()
      var times = [status.st_atim, status.st_mtim]
      try #require(utimensat(AT_FDCWD, url.path, &times, 0) == 0)
    case .exchanged:
      try sandbox.remove(path)
      try FileManager.default.copyItem(
        at: sandbox.root.appendingPathComponent("Package.swift"), to: url)
    case .link:
      try sandbox.remove(path)
      try FileManager.default.createSymbolicLink(
        atPath: url.path,
        withDestinationPath: sandbox.root.appendingPathComponent("Package.swift").path)
    case .folder:
      try sandbox.remove(path)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }
  }

  private func flipped(_ bytes: Data) -> Data {
    var copy = bytes
    copy[copy.count / 2] ^= 1
    return copy
  }
}
