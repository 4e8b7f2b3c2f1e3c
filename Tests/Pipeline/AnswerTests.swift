import Foundation
import TestSupport
import Testing

/// The `--json` output of every command has the form in `docs/json`, and the same content as the
/// text.
@Suite struct AnswerTests {
  private static let forms = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("docs/json")

  /// Checks the form of the answer, and returns it.
  @discardableResult
  private func answer(
    _ sandbox: Sandbox, _ words: [String], status: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [String: Any] {
    let outcome = try sandbox.start(words + ["--json"]).finish()
    #expect(
      outcome.status == status, "\(outcome.output)\(outcome.errors)",
      sourceLocation: sourceLocation)
    let form = try JSONSchema(
      contentsOf: Self.forms.appendingPathComponent("\(words[0]).schema.json"))
    let problems = try form.problems(in: outcome.output)
    #expect(problems.isEmpty, "\(problems)", sourceLocation: sourceLocation)
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(object as? [String: Any], sourceLocation: sourceLocation)
  }

  private func states(_ sandbox: Sandbox, _ words: String...) throws -> [String] {
    let runs = try answer(sandbox, ["status"] + words)["runs"] as? [[String: Any]]
    let steps = runs?.first?["steps"] as? [[String: Any]]
    return steps?.compactMap { $0["state"] as? String } ?? []
  }

  @Test func statusSaysHowEachStepStands() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("run", "--set", "data.count=3")
    #expect(try states(sandbox) == ["up-to-date", "up-to-date", "up-to-date", "up-to-date"])
    try sandbox.write("stages/train/main.swift", "let changed = 1\n")
    #expect(
      try states(sandbox, "quickstart") == ["up-to-date", "due", "waiting", "waiting"])
    try sandbox.write("data/runs/quickstart/train/best.txt", "damaged")
    let runs = try answer(sandbox, ["status"])["runs"] as? [[String: Any]]
    #expect(runs?.first?["overrides"] as? [String] == ["data.count=3"])
    // For a run without its recipe this is reported, and the other runs are listed.
    try sandbox.write("own.yaml", "about: x\ndata.count: 5\n")
    try sandbox.succeed("run", "own.yaml")
    try sandbox.remove("own.yaml")
    let all = try answer(sandbox, ["status"])["runs"] as? [[String: Any]]
    #expect((all?.compactMap { $0["error"] as? String })?.count == 1)
  }

  @Test func listDagAndKeys() throws {
    let sandbox = try Sandbox()
    #expect(try (answer(sandbox, ["list"])["runs"] as? [Any])?.isEmpty == true)
    try sandbox.succeed("run", "--as", "own", "--set", "data.count=3")
    try sandbox.write("stages/recipes/broken.yaml", "nosuchkey: 1\n")
    let list = try answer(sandbox, ["list"])
    let recipes = try #require(list["recipes"] as? [[String: Any]])
    #expect(recipes.map { $0["about"] as? String } == [nil, "a small recipe"])
    let runs = try #require(list["runs"] as? [[String: Any]])
    #expect(runs.map { $0["name"] as? String } == ["own"])
    let dag = try answer(sandbox, ["dag"])
    let steps = try #require(dag["steps"] as? [[String: Any]])
    #expect(steps.map { $0["name"] as? String } == ["make", "train", "score", "draw"])
    let inputs = try #require(steps[1]["inputs"] as? [[String: String]])
    #expect(inputs == [["name": "numbers", "step": "make", "output": "numbers"]])
    let keys = try answer(sandbox, ["keys", "count"])["keys"] as? [[String: Any]]
    #expect(keys?.map { $0["default"] as? String } == ["3"])
    try answer(sandbox, ["keys"])
  }

  @Test func whySaysWhatChanged() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("run")
    #expect(try answer(sandbox, ["why", "train"])["state"] as? String == "up-to-date")
    try sandbox.replace("epochs: 2", by: "epochs: 5", in: "stages/recipes/quickstart.yaml")
    let answer = try self.answer(sandbox, ["why", "train"])
    #expect(answer["state"] as? String == "due")
    #expect(
      answer["changes"] as? [[String: String]]
        == [["kind": "recipe", "name": "train.epochs", "old": "2", "new": "5"]])
    let follower = try self.answer(sandbox, ["why", "score"])
    #expect(follower["waits_for"] as? [String] == ["train"])
    let text = try sandbox.succeed("why", "score").split(separator: "\n").map(String.init)
    #expect(follower["text"] as? [String] == text)
  }

  @Test func verifyNamesWhatDiffers() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("run")
    let whole = try answer(sandbox, ["verify"])
    #expect(whole["results"] as? Int == 4)
    try sandbox.write("data/runs/quickstart/train/best.txt", "damaged")
    let damaged = try answer(sandbox, ["verify"], status: 65)
    let differing = try #require(damaged["differing"] as? [[String: Any]])
    #expect(differing.map { $0["user"] as? String } == ["quickstart train"])
    #expect(
      (differing[0]["faults"] as? [String])?.first?.hasPrefix("best.txt: recorded") == true)
    let faults = try answer(sandbox, ["why", "train"])["faults"] as? [[String: String]]
    #expect(faults?.map { $0["file"] } == ["best.txt"])
  }

  @Test func compareGivesValuesInTheRunsOrder() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("run")
    try sandbox.succeed("run", "--as", "other", "--set", "train.rate=0.25")
    let comparison = try answer(sandbox, ["compare", "other", "quickstart"])
    let differences = try #require(comparison["differences"] as? [[String: Any]])
    #expect(differences.map { $0["key"] as? String } == ["train.rate"])
    #expect(differences[0]["values"] as? [String] == ["0.25", "0.5"])
  }

  @Test func doctorAnswersItsChecks() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed("run")
    let outcome = try sandbox.run("doctor", "--json")
    let form = try JSONSchema(contentsOf: Self.forms.appendingPathComponent("doctor.schema.json"))
    #expect(try form.problems(in: outcome.output).isEmpty)
    try sandbox.remove("data/runs/quickstart/make")
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.root.appendingPathComponent("data/runs/quickstart/a\"b\\c").path,
      withDestinationPath: "nowhere")
    let wrong = try sandbox.run("doctor", "--json")
    #expect(wrong.status == 1)
    #expect(try form.problems(in: wrong.output) == [])
    let object = try JSONSerialization.jsonObject(with: Data(wrong.output.utf8)) as? [String: Any]
    let checks = try #require(object?["checks"] as? [[String: String]])
    #expect(
      checks.contains { $0["state"] == "wrong" && $0["text"]?.contains("a\"b\\c") == true })
  }

  /// The checker detects wrong answers.
  @Test func answersOfAnotherFormAreFound() throws {
    let form = try JSONSchema(contentsOf: Self.forms.appendingPathComponent("list.schema.json"))
    let whole = #"{"format": 1, "command": "list", "recipes": [], "runs": []}"#
    #expect(try form.problems(in: whole).isEmpty)
    for (old, new) in [
      ("1", "2"), ("1", "\"1\""), ("\"list\"", "\"status\""), (", \"runs\": []", ""),
      ("\"runs\": []", "\"runs\": {}"), ("\"runs\": []", "\"runs\": [], \"more\": 1"),
      ("\"recipes\": []", "\"recipes\": [{\"about\": \"x\"}]"),
    ] {
      #expect(try form.problems(in: whole.replacing(old, with: new)).count == 1, "\(new)")
    }
  }
}
