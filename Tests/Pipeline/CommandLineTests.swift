import Foundation
import Testing

/// Help, version, errors and keys on the command line.
@Suite struct CommandLineTests {
  /// The commands that `--help` lists.
  private func commands(_ sandbox: Sandbox) throws -> [String] {
    let text = try sandbox.succeed("--help")
    return text.split(separator: "\n").compactMap { line in
      line.prefixMatch(of: #/  ([a-z]+)(?: .*)?  +\S/#).map { String($0.1) }
    }
  }

  @Test func helpAndItsOptionAreOneText() throws {
    let sandbox = try Sandbox()
    let commands = try commands(sandbox)
    #expect(commands.count > 20)
    #expect(commands.contains("keys") && commands.contains("completion"))
    for command in commands where command != "help" {
      let text = try sandbox.succeed("help", command)
      #expect(text.hasPrefix("./pipeline.sh \(command)"), "\(command)")
      #expect(try sandbox.succeed(command, "--help") == text, "\(command)")
      #expect(try sandbox.succeed(command, "-h") == text, "\(command)")
      for line in text.split(separator: "\n") { #expect(line.count <= 115, "\(command): \(line)") }
    }
    #expect(try sandbox.succeed("help") == sandbox.succeed("--help"))
    let unknown = try sandbox.run("help", "stauts")
    #expect(unknown.status == 64)
    #expect(unknown.errors == "pipeline.sh: unknown command 'stauts'; did you mean 'status'?\n")
  }

  /// The help has a line for every option of the tool's own commands, and names no other options.
  @Test(arguments: [
    "status", "why", "accept", "list", "dag", "keys", "inspect", "compare", "report", "predict",
    "evaluate", "verify", "gc", "rm", "bench",
  ])
  func helpListsTheOptions(command: String) throws {
    let sandbox = try Sandbox()
    func options(_ text: String, _ pattern: Regex<(Substring, Substring)>) -> Set<String> {
      Set(
        text.split(separator: "\n").compactMap { $0.prefixMatch(of: pattern).map { String($0.1) } })
    }
    let told = options(try sandbox.succeed("help", command), #/  (--[a-z-]+)/#)
    let tool = try sandbox.shell(["bin/tessera", command, "--help"]).finish().output
    var known = options(tool, #/  (?:-[a-z], )?(--[a-z-]+)/#).subtracting(["--help", "--version"])
    // The script reads this option of `inspect` itself.
    if command == "inspect" { known.insert("--run") }
    #expect(told == known)
  }

  @Test func versionNamesTheCommit() throws {
    let sandbox = try Sandbox()
    #expect(try sandbox.succeed("--version") == "Tessera 1.2.3\n")
    for words in [
      ["init", "-q"], ["add", "VERSION"],
      ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x"],
    ] {
      #expect(try sandbox.shell(["git"] + words).finish().status == 0)
    }
    let text = try sandbox.succeed("--version")
    #expect(text.wholeMatch(of: /Tessera 1\.2\.3 \(commit [0-9a-f]{7,}\)\n/) != nil, "\(text)")
    try sandbox.write("VERSION", "1.2.4\n")
    let changed = try sandbox.succeed("--version")
    #expect(changed.hasPrefix("Tessera 1.2.4 (commit ") && changed.hasSuffix(", with changes)\n"))
  }

  @Test(arguments: [
    (["status", "a", "b"], "unexpected argument 'b'; see ./pipeline.sh status --help"),
    (["why"], "missing expected argument 'STEP'; see ./pipeline.sh why --help"),
    (["evaluate"], "missing expected argument '--on'; see ./pipeline.sh evaluate --help"),
    (["compare"], "missing expected argument 'RUN...'; see ./pipeline.sh compare --help"),
    (
      ["list", "--jsn"],
      "unknown option '--jsn'; did you mean '--json'? see ./pipeline.sh list --help"
    ),
    (
      ["predict", "a.png", "--top", "0"],
      "--top must be at least 1, found 0; see ./pipeline.sh predict"
    ),
    (["bench", "--secnds", "1"], "did you mean '--seconds'? see ./pipeline.sh bench --help"),
    (
      ["keys", "nosuchkey"],
      "no key of recipes has 'nosuchkey' in its name or meaning; ./pipeline.sh"
    ),
    (["keys", "train.epohcs"], "did you mean 'train.epochs'?"),
    (["completion"], "completion needs the name of a shell: bash, zsh or fish"),
    (["completion", "bsh"], "unknown shell 'bsh'; did you mean 'bash'?"),
    (["doctor", "--jsno"], "unknown argument '--jsno'; did you mean '--json'?"),
  ])
  func mistakesAreOneLine(words: [String], message: String) throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.start(words).finish()
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("pipeline.sh: "))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(!outcome.errors.contains("tessera"), "\(outcome.errors)")
  }

  @Test func keysSayWhatTheSchemaAndTheRecipesSay() throws {
    let sandbox = try Sandbox()
    try sandbox.write("stages/recipes/long.yaml", "base: quickstart\nabout: x\ntrain.epochs: 20\n")
    try sandbox.write(
      "stages/recipes/twice.yaml",
      "base: long\nsteps: [make, train, again: train, score, draw]\nagain.epochs: 3\n")
    #expect(
      try sandbox.succeed("keys", "epochs") == """
        train.epochs
          takes    an integer
          default  2
          means    epochs
          set by   long 20, quickstart 2, twice (again) 3

        """)
    let all = try sandbox.succeed("keys").split(separator: "\n").filter { !$0.hasPrefix(" ") }
    #expect(
      all == [
        "data.count", "data.file", "train.epochs", "train.rate", "train.print-every",
        "score.digits",
      ])
    // The words occur in a description, not in a name.
    #expect(try sandbox.succeed("keys", "how many").hasPrefix("data.count\n"))
    #expect(try sandbox.succeed("keys", "TRAIN.r*").hasPrefix("train.rate\n"))
    #expect(try sandbox.succeed("keys", "data.file").contains("none: the key may be left out"))
  }

  /// A recipe outside the project can be based on the project's recipes.
  @Test func recipesElsewhereBuildOnTheProjects() throws {
    let sandbox = try Sandbox()
    try sandbox.write("elsewhere/mine.yaml", "base: quickstart\nabout: x\ndata.count: 7\n")
    try sandbox.write("elsewhere/quickstart.yaml", "base: quickstart\nabout: x\ndata.count: 8\n")
    #expect(try sandbox.run("run", "mine.yaml", from: "elsewhere").status == 0)
    #expect(try sandbox.read("data/runs/mine/train/best.txt").contains("7\nrate 0.5"))
    #expect(
      try sandbox.run("run", "quickstart.yaml", "--as", "own", from: "elsewhere").status == 0)
    #expect(try sandbox.read("data/runs/own/train/best.txt").contains("8\nrate 0.5"))
    try sandbox.write("elsewhere/none.yaml", "base: quikstart\nabout: x\n")
    let outcome = try sandbox.run("run", "elsewhere/none.yaml")
    #expect(
      outcome.errors.contains(
        "no recipe 'quikstart' in this file's folder or in stages/recipes; did you mean 'quickstart'?"
      ))
  }

  @Test func inspectNamesAFileThatIsNotThere() throws {
    let sandbox = try Sandbox()
    let before = try sandbox.run("inspect", "nosuch.safetensors")
    #expect(before.status == 65)
    #expect(before.errors.contains("nosuch.safetensors: cannot be read: No such file or directory"))
    try sandbox.succeed("run")
    let word = try sandbox.run("inspect", "nosuch")
    #expect(word.status == 64)
    #expect(
      word.errors
        == "pipeline.sh: there is no file 'nosuch' here, and quickstart has no step of that "
        + "name; the steps are make, train, score, draw\n")
    for (file, line) in [
      ("data/runs/quickstart/make/numbers.txt", "  4 lines"),
      ("data/runs/quickstart/recipe.yaml", "about: \"a small recipe\""),
      ("stages/schema.yaml", "format: 1"), ("data/runs/quickstart/draw/score.svg", "  1 line"),
      ("data/runs/quickstart/journal.jsonl", "lines"), ("Package.swift", "  // swift-tools"),
    ] {
      let text = try sandbox.succeed("inspect", file)
      #expect(text.contains(line.trimmingCharacters(in: .whitespaces)), "\(file): \(text)")
    }
  }

  /// No line is wider than `COLUMNS`.
  @Test(arguments: ["list", "status", "dag", "keys"])
  func linesFit(command: String) throws {
    let sandbox = try Sandbox()
    let about = String(repeating: "a recipe that has much to say ", count: 8)
    try sandbox.write("stages/recipes/long.yaml", "base: quickstart\nabout: \"\(about)\"\n")
    try sandbox.succeed("run", "--set", "data.count=3", "--set", "train.rate=0.125")
    try sandbox.write("stages/train/main.swift", "let changed = 1\n")
    let wide = try sandbox.succeed(command)
    sandbox.variables["COLUMNS"] = "60"
    let text = try sandbox.succeed(command)
    for line in text.split(separator: "\n") { #expect(line.count <= 60, "\(line)") }
    func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
    #expect(words(text) == words(wide))
  }

  /// An error about a missing file names the command that makes it.
  @Test func repairsAreCommands() throws {
    let sandbox = try Sandbox()
    try sandbox.write("a b.txt", "1\n2\n")
    try sandbox.succeed(
      "run", "--as", "own", "--set", "data.file=a b.txt", "--set", "train.rate=0.1", "--until",
      "make")
    let outcome = try sandbox.run("inspect", "train")
    #expect(
      outcome.errors
        == "pipeline.sh: step 'train' of own has no result; run it first: ./pipeline.sh run "
        + "quickstart --as own --set 'data.file=a b.txt' --set train.rate=0.1\n")
    let command = try #require(outcome.errors.split(separator: "first: ").last)
    #expect(try sandbox.shell(["bash", "-c", String(command)]).finish().status == 0)
    #expect(try sandbox.succeed("inspect", "train").contains("best.txt"))
    try sandbox.write("data/runs/own/train/best.txt", "damaged")
    #expect(
      try sandbox.run("inspect", "train.history").errors.contains(
        "; this computes it again: ./pipeline.sh run quickstart --as own --set "))
  }
}
