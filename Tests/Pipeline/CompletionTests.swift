import Foundation
import TestSupport
import Testing

/// Completion: the list of candidates for all shells, and bash's script that uses it.
@Suite struct CompletionTests {
  /// The candidates for the last word, without their descriptions.
  private func candidates(_ sandbox: Sandbox, _ words: String...) throws -> [String] {
    let outcome = try sandbox.start(["complete"] + words).finish()
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(words): \(outcome.errors)")
    return outcome.output.split(separator: "\n").map { line in
      String(line.split(separator: "\t", omittingEmptySubsequences: false)[0])
    }
  }

  @Test func commandsAndOptionsAreThoseOfTheHelp() throws {
    let sandbox = try Sandbox()
    let commands = try candidates(sandbox, "")
    #expect(commands.contains("status") && commands.contains("help"))
    #expect(try candidates(sandbox, "com") == ["compare", "completion"])
    #expect(try candidates(sandbox, "--v") == ["--version"])
    #expect(try candidates(sandbox, "help", "sta") == ["status"])
    #expect(try candidates(sandbox, "status", "--") == ["--json", "--help"])
    for command in commands where command != "help" {
      let options = try candidates(sandbox, command, "--")
      let text = try sandbox.succeed(command, "--help")
      let told = text.split(separator: "\n").compactMap {
        $0.prefixMatch(of: #/  (--[a-z-]+)/#).map { String($0.1) }
      }
      #expect(options == told + ["--help"], "\(command)")
    }
    // Options without a command are those of `run`.
    #expect(try candidates(sandbox, "--dry") == ["--dry-run"])
    #expect(try candidates(sandbox, "--dry-run", "--fo") == ["--force"])
    #expect(try candidates(sandbox, "nosuch", "").isEmpty)
  }

  @Test func placesHaveWhatCanStandThere() throws {
    let sandbox = try Sandbox()
    try sandbox.write("stages/recipes/other.yaml", "about: another one\nbase: quickstart\n")
    #expect(try candidates(sandbox, "status", "").isEmpty)
    #expect(try candidates(sandbox, "run", "") == ["other", "quickstart"])
    #expect(try candidates(sandbox, "dag", "q") == ["quickstart", ":yaml"])
    // Without a run the steps are those of quickstart.
    #expect(try candidates(sandbox, "why", "") == ["make", "train", "score", "draw"])
    try sandbox.succeed("run", "--as", "own")
    try sandbox.succeed("run", "--as", "two")
    #expect(try candidates(sandbox, "status", "") == ["own", "two"])
    #expect(try candidates(sandbox, "why", "train", "o") == ["own"])
    #expect(try candidates(sandbox, "why", "train", "own", "").isEmpty)
    #expect(try candidates(sandbox, "compare", "own", "") == ["own", "two"])
    #expect(try candidates(sandbox, "compare", "own", "two", "t") == ["two"])
    #expect(try candidates(sandbox, "inspect", "tr") == ["train", ":files"])
    #expect(try candidates(sandbox, "inspect", "--run", "") == ["own", "two"])
    #expect(
      try candidates(sandbox, "inspect", "--images=")
        == ["auto", "always", "never"].map { "--images=" + $0 })
    #expect(try candidates(sandbox, "run", "quickstart", "--only", "s") == ["score"])
    #expect(try candidates(sandbox, "predict", "x.png", "--checkpoint", "") == ["best", "last"])
    #expect(try candidates(sandbox, "sweep", "st") == ["status", ":yaml", ":files"])
    #expect(try candidates(sandbox, "sweep", "status", "").isEmpty)
    #expect(try candidates(sandbox, "sweep", "q", "--on", "") == ["slurm"])
    #expect(try candidates(sandbox, "completion", "") == ["bash", "zsh", "fish"])
    #expect(try candidates(sandbox, "gc", "").isEmpty)
  }

  /// Names from untrusted archives are not executed, and texts do not move the cursor.
  @Test func strangersWordsAreHarmless() throws {
    let sandbox = try Sandbox()
    try sandbox.write("data/runs/$(touch ran)/run.json", "{}")
    try sandbox.write("data/runs/a b;c/run.json", "{}")
    try sandbox.write("data/runs/good-1/run.json", "{}")
    try sandbox.write("stages/recipes/odd.yaml", "about: \"x\u{1B}[2Jy\"\n")
    #expect(try candidates(sandbox, "status", "") == ["good-1"])
    let outcome = try sandbox.start(["complete", "dag", "o"]).finish()
    #expect(outcome.output == "odd\tx [2Jy\n:yaml\n")
  }

  @Test func keysAndTheirValuesFollowSet() throws {
    let sandbox = try Sandbox()
    try sandbox.replace(
      "  train.rate:",
      by: """
          train.kind: {type: choice, choices: [sgd, adam], default: sgd, about: "kind"}
          train.rate:
        """, in: "stages/schema.yaml")
    #expect(
      try candidates(sandbox, "run", "--set", "train.") == [
        "train.epochs=", "train.kind=", "train.rate=", "train.print-every=",
      ])
    #expect(
      try candidates(sandbox, "run", "--set", "train.kind=") == [
        "train.kind=sgd", "train.kind=adam",
      ])
    #expect(try candidates(sandbox, "run", "--set=train.kind=a") == ["--set=train.kind=adam"])
    #expect(try candidates(sandbox, "run", "--set", "train.epochs=") == ["train.epochs=2"])
    #expect(
      try candidates(sandbox, "sweep", "quickstart", "--set", "train.kind=sgd,a")
        == ["train.kind=sgd,adam"])
    #expect(try candidates(sandbox, "keys", "score") == ["score.digits"])
  }

  /// Bash breaks words at `=` and expects only the rest of the word.
  @Test func bashCompletes() throws {
    let sandbox = try Sandbox()
    try sandbox.write("evil/pipeline.sh", "#!/bin/bash\ntouch \"$SANDBOX/ran\"\n")
    try sandbox.write(
      "try.sh",
      #"""
      source <(./pipeline.sh completion bash)
      complete -p pipeline.sh
      ask() {
        COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMP_LINE=$1 COMP_POINT=${#1}
        _tessera
        echo "${COMPREPLY[0]:-}"
      }
      ask './pipeline.sh sta' ./pipeline.sh sta
      ask './pipeline.sh run --set train.e' ./pipeline.sh run --set train.e
      ask './pipeline.sh run --set train.epochs=' ./pipeline.sh run --set train.epochs =
      ask './pipeline.sh run --set train.epochs=2' ./pipeline.sh run --set train.epochs = 2
      ask './pipeline.sh run --set=train.epochs=2' ./pipeline.sh run --set = train.epochs = 2
      ask './pipeline.sh run --set train.epochs= ' ./pipeline.sh run --set train.epochs = ''
      ask './pipeline.sh inspect scrip' ./pipeline.sh inspect scrip
      touch own.yaml own.txt
      ask './pipeline.sh run ow' ./pipeline.sh run ow
      chmod +x evil/pipeline.sh
      ask 'evil/pipeline.sh sta' evil/pipeline.sh sta
      ask 'nowhere/pipeline.sh sta' nowhere/pipeline.sh sta
      """#)
    let outcome = try sandbox.shell(["bash", "try.sh"]).finish()
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines == [
        "complete -F _tessera pipeline.sh", "status", "train.epochs=", "2", "2", "2",
        "quickstart", "scripts", "own.yaml", "", "", "",
      ])
    // Completion does not execute another project's script of the same name.
    #expect(!sandbox.exists("ran"))
  }

  @Test(.enabled(if: isInstalled("zsh"), "zsh is not installed")) func zshReadsItsScript() throws {
    try expectToBeRead(by: "zsh", in: try Sandbox())
  }

  @Test(.enabled(if: isInstalled("fish"), "fish is not installed"))
  func fishReadsItsScriptAndCompletes() throws {
    let sandbox = try Sandbox()
    try expectToBeRead(by: "fish", in: sandbox)
    let words =
      "./pipeline.sh completion fish | source; complete -C './pipeline.sh run --set train.ep'"
    let outcome = try sandbox.shell(["fish", "--no-config", "-c", words]).finish()
    #expect(outcome.output == "train.epochs=\tepochs\n")
  }

  /// Expects the shell to parse its script without errors; the script is not run.
  private func expectToBeRead(by shell: String, in sandbox: Sandbox) throws {
    try sandbox.write("script", try sandbox.succeed("completion", shell))
    let outcome = try sandbox.shell([shell, "-n", "script"]).finish()
    #expect(outcome.status == 0, "\(shell): \(outcome.errors)")
  }
}
