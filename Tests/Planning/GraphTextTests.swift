import Planning
import Testing

/// Texts that are not graphs.
@Suite struct GraphTextTests {
  private func message(_ yaml: String) -> String {
    do {
      _ = try StageGraph(yaml: yaml, called: "graph.yaml", recipeKeys: ["a.b"])
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  /// Each alias refers eight times to the previous one: a kilobyte would become a gibibyte.
  @Test func aliasesAreNotExpandedWithoutEnd() {
    let lists = zip("abcdefgh", "bcdefghi").map { name, next in
      "\(next): &\(next) [\([String](repeating: "*\(name)", count: 8).joined(separator: ", "))]"
    }
    let yaml = (["format: 1", "a: &a [x]"] + lists).joined(separator: "\n")
    #expect(message(yaml).contains("64 words begin with '*'"), "\(message(yaml))")
  }

  @Test func aTextOfAnotherSizeIsRefused() {
    let yaml = "format: 1\n# " + String(repeating: "x", count: 70_000)
    #expect(message(yaml).contains("expected at most 65536"), "\(message(yaml))")
  }

  @Test(arguments: [
    ("alone: yes", "alone"), ("alone: [true]", "alone"), ("seed: a", "seed"), ("seed: b.c", "seed"),
    ("seed: [a.b]", "seed"), ("optional: maybe", "optional"),
  ])
  func aloneIsTrueOrFalseAndASeedAKeyThatIsRead(entry: String, key: String) {
    let yaml = "format: 1\nstages: {s: {reads: [a], \(entry), outputs: {o: o.txt}}}"
    let text = message(yaml)
    #expect(text.contains(key) && text.contains("expected"), "\(text)")
  }

  @Test func aStageThatRunsAloneHasASeed() throws {
    let graph = try StageGraph(
      yaml: "format: 1\nstages: {s: {reads: [a], alone: true, seed: a.b, outputs: {o: o.txt}}}",
      called: "graph.yaml", recipeKeys: ["a.b"])
    #expect(graph.stages[0].runsAlone && graph.stages[0].seedKey == "a.b")
  }

  @Test(arguments: [
    "format: 1\nstages: {\u{1}a: b}", "format: 1\nstages: {\"\\e[31m\": {}}",
    "\"a\\nb\u{202E}\": c",
  ])
  func whatItQuotesIsPrintable(yaml: String) {
    let message = message(yaml)
    #expect(message.hasPrefix("graph.yaml"), "\(message)")
    #expect(!message.unicodeScalars.contains { $0.value < 32 || $0 == "\u{202E}" }, "\(message)")
  }
}
