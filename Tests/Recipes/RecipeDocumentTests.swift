import Foundation
import Recipes
import Testing

@Suite("A recipe file that is no mapping of plain YAML is refused, and says where")
struct RecipeDocumentTests {
  @Test func missingFile() throws {
    let schema = try shippedSchema()
    let file = URL(fileURLWithPath: "/nowhere/r.yaml")
    #expect(throws: RecipeError.unreadable(file: file.path, reason: "there is no such file")) {
      try Recipe(
        contentsOf: file, schema: schema, stageNames: stageNames, sectionsOfStage: { _ in [] })
    }
  }

  @Test func folder() throws {
    let schema = try shippedSchema()
    let folder = FileManager.default.temporaryDirectory
    let reason = "it is not a regular file"
    #expect(throws: RecipeError.unreadable(file: folder.relativePath, reason: reason)) {
      try Recipe(
        contentsOf: folder, schema: schema, stageNames: stageNames, sectionsOfStage: { _ in [] })
    }
  }

  @Test(arguments: ["", "\n\n", "# a comment\n", "---\n", "~\n"])
  func empty(text: String) throws {
    #expect(
      try refusal(of: text)
        == "r.yaml: expected keys and values, found an empty file; begin it with 'about: …'")
  }

  @Test func largerThanTheLimit() throws {
    let comment = "#" + String(repeating: "x", count: 65_535)
    #expect(
      try refusal(of: comment)
        == "r.yaml: expected keys and values, found an empty file; begin it with 'about: …'")
    #expect(
      try refusal(of: comment + "x")
        == "r.yaml: 65537 bytes, expected at most 65536; a recipe holds settings, not data")
  }

  @Test func notUTF8() throws {
    let schema = try shippedSchema()
    try withFile(named: "r.yaml", holding: Data([0x61, 0x3A, 0x20, 0xFF])) { file in
      #expect(throws: RecipeError.notUTF8(file: file.relativePath)) {
        try Recipe(
          contentsOf: file, schema: schema, stageNames: stageNames, sectionsOfStage: { _ in [] })
      }
    }
  }

  @Test(arguments: [
    ("train:\n  epochs: [1, 2\nplot: {}\n", "r.yaml:3: not YAML: "),
    ("train:\n  epochs: 3\n batch: 4\n", "r.yaml:3: not YAML: "),
    ("about: a: b\n", "r.yaml:1: not YAML: mapping values are not allowed in this context; "),
    ("about: \"open\n", "r.yaml:2: not YAML: "),
    ("a: 1\n---\nb: 2\n", "r.yaml:2: not YAML: "),
    ("about: x\ntrain.seed: \u{7}\n", "r.yaml:2: not YAML: control characters are not allowed; "),
  ])
  func notYAML(text: String, start: String) throws {
    let message = try refusal(of: text)
    #expect(message.hasPrefix(start), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func tabsAreNamed() throws {
    let message = try refusal(of: "train:\n\tepochs: 3\n")
    #expect(message.hasPrefix("r.yaml:2: not YAML: "))
    #expect(message.hasSuffix("; indent with spaces, not tabs"))
  }

  @Test(arguments: [
    ("- a\n- b\n", "r.yaml:1: the recipe: expected keys with values, found a list of 2 items"),
    ("about\n", "r.yaml:1: the recipe: expected keys with values, found the text 'about'"),
    ("about: x\ntrain: 3\n", "r.yaml:2: train: expected keys with values, found the integer 3"),
    (
      "train:\n  optimizer: sgd\n",
      "r.yaml:2: train.optimizer: expected keys with values, found the text 'sgd'"
    ),
    ("plot: [png]\n", "r.yaml:1: plot: expected keys with values, found a list of 1 item"),
  ])
  func notAMapping(text: String, start: String) throws {
    #expect(try refusal(of: text) == start + "; write one 'key: value' a line")
  }

  @Test(arguments: [
    ("train:\n  epochs: &e 3\n", 2), ("train: &t {epochs: 3}\n", 1),
    ("train.epochs: 3\ntrain.batch: *e\n", 2), ("&k about: x\n", 1),
    ("plot.formats: [png, &f svg]\n", 1), ("a: &a [1]\n*a : 2\n", 1),
  ])
  func anchorsAndAliases(text: String, line: Int) throws {
    let message = try refusal(of: text)
    #expect(
      message.hasPrefix("r.yaml:\(line): expected plain values, found an anchor or alias"),
      "\(message)")
  }

  @Test func starsInTextAreNoAliases() throws {
    #expect(try loadRecipe("about: 'two *stars*'\n").about == "two *stars*")
  }

  /// Nine lines, each of which refers ten times to the previous one, expand to a billion words;
  /// Yams would hash all of them as a key.
  @Test(.timeLimit(.minutes(1)))
  func aBillionLaughs() throws {
    var text = "a0: &a0 [lol, lol]\n"
    for level in 1...9 {
      let items = repeatElement("*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    let message = try refusal(of: text + "? *a9\n: 1\n")
    #expect(message.hasPrefix("r.yaml: 91 words begin with '*', as YAML's aliases do, expected at"))
    var few = "a0: &a0 [lol, lol]\n"
    for level in 1...3 { few += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let refused = try refusal(of: few + "? *a3\n: 1\n")
    #expect(refused.hasPrefix("r.yaml:1: expected plain values, found an anchor"))
  }

  @Test(arguments: ["[", "{a: "])
  func deepNesting(bracket: String) throws {
    let text = "train: " + String(repeating: bracket, count: 60_000 / bracket.utf8.count)
    #expect(try refusal(of: text).contains("not YAML: "))
    let closed = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
    #expect(try refusal(of: "train: \(closed)\n").contains("found a list of 1 item"))
  }

  @Test(arguments: [
    ("train.epochs: !!str 3\n", "tag:yaml.org,2002:str"), ("train: !x {epochs: 3}\n", "!x"),
    ("plot.formats: ! [png]\n", "!"), ("!!int train.epochs: 3\n", "tag:yaml.org,2002:int"),
  ])
  func tags(text: String, tag: String) throws {
    #expect(
      try refusal(of: text)
        == "r.yaml:1: expected a plain value, found one with the tag \(tag); remove the tag")
  }

  @Test(arguments: ["about: x\n? [a, b]\n: 1\n", "about: x\n? {a: b}\n: 1\n"])
  func keysThatAreNoWords(text: String) throws {
    #expect(
      try refusal(of: text)
        == "r.yaml:2: expected a word as key, found a list or a mapping; check brackets and '?'")
  }

  @Test(arguments: [
    ("train:\n  epochs: 3\n  batch: 4\n  epochs: 5\n", "epochs", 4, 2),
    ("about: x\n'about' : y\n", "about", 2, 1),
    ("train.epochs: 3\ntrain:\n  epochs: 5\n", "train.epochs", 3, 1),
    ("train.stop: {patience: 3}\ntrain:\n  stop.patience: 5\n", "train.stop.patience", 3, 1),
    ("evaluate:\n  on: test\n  on: test\n", "on", 3, 2),
    ("steps: [train]\nsteps: [plot]\n", "steps", 2, 1),
  ])
  func duplicateKeys(text: String, key: String, line: Int, other: Int) throws {
    #expect(
      try refusal(of: text)
        == "r.yaml:\(line): the key '\(key)' is given twice, also at r.yaml:\(other); keep one of "
        + "the two")
  }

  @Test func duplicateKeysOnOneLine() throws {
    #expect(
      try refusal(of: "train: {epochs: 3, epochs: 4}\n")
        == "r.yaml:1: the key 'epochs' is given twice; keep one of the two")
  }

  @Test func windowsLineEndsAndByteOrderMark() throws {
    let recipe = try loadRecipe("\u{FEFF}about: x\r\ntrain:\r\n  epochs: 3\r\n")
    #expect(recipe.about == "x")
    #expect(recipe.value(of: "train.epochs").value == .integer(3))
  }
}
