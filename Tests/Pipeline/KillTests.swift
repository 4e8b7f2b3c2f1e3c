import Foundation
import Testing

/// Power failures: all processes of the project are killed at a random moment. The next run must
/// then give the same results as an undisturbed one, and leave no temporary files.
///
/// `TESSERA_KILLS` sets the number of kills (default 12).
@Suite struct KillTests {
  @Test func everyDeathIsSurvived() throws {
    let undisturbed = try Sandbox()
    try undisturbed.succeed()
    let expected = try results(in: undisturbed)

    let count = ProcessInfo.processInfo.environment["TESSERA_KILLS"].flatMap(Int.init) ?? 12
    let sandbox = try Sandbox()
    // The approximate duration of a complete run.
    let clock = ContinuousClock()
    let whole = try clock.measure { _ = try Sandbox().succeed() }
    var generator = SystemRandomNumberGenerator()
    for round in 0..<count {
      let call = try sandbox.start(round % 3 == 2 ? ["--force"] : [])
      let moment = Duration.seconds(
        Double.random(in: 0...1, using: &generator) * Double(whole.components.seconds + 1))
      let end = clock.now + moment
      while clock.now < end, call.isRunning { Thread.sleep(forTimeInterval: 0.002) }
      try killAll(in: sandbox)
      _ = try call.finish()
      // All existing results are valid.
      let verify = try sandbox.shell([try Sandbox.tool().path, "verify"]).finish()
      #expect(verify.status == 0, "kill \(round) after \(moment): \(verify.output)")
      if round % 4 == 3 {
        try sandbox.succeed()
        #expect(try results(in: sandbox) == expected, "kill \(round) after \(moment)")
        if round % 8 == 7 { try sandbox.remove("data/cache") }
      }
    }
    try sandbox.succeed()
    #expect(try results(in: sandbox) == expected)
    try expectNothingLeft(in: sandbox)
  }

  /// The bytes of all outputs, by stage and name, without files that differ from run to run.
  private func results(in sandbox: Sandbox) throws -> [String: String] {
    var results: [String: String] = [:]
    for (stage, files) in [
      "make": ["numbers.txt"], "train": ["best.txt", "epoch-2.txt", "history.csv"],
      "score": ["metrics.json"], "draw": ["score.svg"],
    ] {
      for file in files {
        results["\(stage)/\(file)"] = try sandbox.read("data/runs/quickstart/\(stage)/\(file)")
      }
    }
    results["plots"] = try sandbox.read("plots/quickstart/score.svg")
    return results
  }

  private func expectNothingLeft(in sandbox: Sandbox) throws {
    for folder in ["data/cache/make", "data/cache/train", "data/cache/score", "data/cache/draw"] {
      #expect(try sandbox.names(in: folder).count == 1, "\(folder)")
    }
    for folder in try sandbox.names(in: "data/work") {
      #expect(try sandbox.names(in: "data/work/\(folder)") == [])
    }
    for folder in ["data/runs/quickstart", "data/cache/.digests", "plots", "plots/quickstart"] {
      #expect(try sandbox.names(in: folder).filter { $0.hasSuffix(".tmp") } == [], "\(folder)")
    }
  }

  /// Kills every process whose working directory is in the project.
  private func killAll(in sandbox: Sandbox) throws {
    let files = FileManager.default
    let root = sandbox.root.resolvingSymlinksInPath().path
    for name in try files.contentsOfDirectory(atPath: "/proc") {
      guard let process = pid_t(name),
        let folder = try? files.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd"),
        folder == root
      else { continue }
      kill(process, SIGKILL)
    }
  }
}
