import Foundation
import Testing

/// `sweep --on slurm`, with a simulated Slurm that runs each task immediately. `Tests/Slurm/run.sh`
/// tests a real one.
@Suite struct SlurmTests {
  private let words = [
    "sweep", "quickstart", "--seeds", "2", "--name", "rates", "--on", "slurm",
  ]
  private let log = "data/sweeps/rates/logs/rates.s1.txt"

  private func cluster() throws -> Sandbox {
    let sandbox = try Sandbox.swept(builds: true)
    for (command, script) in [("sbatch", Self.sbatch), ("squeue", ""), ("scontrol", Self.scontrol)]
    {
      try sandbox.write("toolchain/\(command)", "#!/bin/bash\n" + script)
      let mode = try sandbox.shell(["/bin/chmod", "755", "toolchain/\(command)"])
      try #require(try mode.finish().status == 0)
    }
    return sandbox
  }

  /// Runs the tasks of an array. If a file `near-end` exists, it sends a task that has begun to
  /// train the signal that Slurm sends before the time limit.
  private static let sbatch = #"""
    echo "$*" >>"$SANDBOX/submitted"
    for word in "$@"; do [[ $word != 1-* ]] || last=${word#1-}; done
    last=${last%%%*}
    for ((task = 1; task <= last; task++)); do
      set -m
      SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$task bash "${@: -2:1}" "${@: -1}" >&2 &
      if [[ -e $SANDBOX/near-end ]]; then
        until compgen -G "$SANDBOX/training-*" >/dev/null; do sleep 0.05; done
        rm "$SANDBOX"/training-*
        sleep 0.3
        kill -USR1 "$!"
      fi
      set +m
      wait "$!"
    done
    echo 7
    """#

  private static let scontrol = #"""
    [[ $1 != requeue ]] || echo "$2" >>"$SANDBOX/requeued"
    """#

  @Test func eachNodeRunsTheFirstBuildThatItCan() throws {
    let sandbox = try cluster()
    try sandbox.install("[[ $0 != */builds/fast/* ]] || exit 70", as: "numerics")
    let outcome = try sandbox.start(words + ["--builds", "fast,plain,last"]).finish()
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    let path = ".build/processors/"
    #expect(
      try sandbox.takeBuilds()
        == ["build -c release"]
        + ["fast", "plain", "last"].map { "build -c release --scratch-path \(path)\($0)" })
    #expect(
      try sandbox.read("processors")
        == "fast \(path)fast/release\nplain \(path)plain/release\nlast \(path)last/release\n")
    #expect(try sandbox.read(log).contains("\nbuild: plain\n"))
    #expect(sandbox.exists("data/sweeps/rates/frozen/builds/last/train"))
    #expect(try sandbox.succeed("sweep", "status").contains("2 finished"))
  }

  @Test func aNodeThatRunsNoBuildSaysSo() throws {
    let sandbox = try cluster()
    try sandbox.install("[[ $0 != */builds/* ]] || exit 70", as: "numerics")
    _ = try sandbox.start(words + ["--builds", "fast,faster"]).finish()
    #expect(
      try sandbox.read(log).contains("runs none of the builds fast faster; name one"))
    #expect(try !sandbox.takeCalls().contains("train"))
  }

  @Test(arguments: [
    (["--builds", "native,x86-64-v3", "--on", "local"], "--builds belongs to --on slurm"),
    (["--builds", "native;x"], "--builds takes processors in the compiler's words"),
    (["--builds", ""], "--builds takes processors in the compiler's words"),
  ])
  func buildsAreChecked(options: [String], message: String) throws {
    let sandbox = try cluster()
    let outcome = try sandbox.start(words + options).finish()
    #expect(outcome.status == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!sandbox.exists("submitted"))
  }

  /// A run is queued again if it has made progress, but not if it would start from the beginning.
  @Test(arguments: [true, false])
  func nearTheTimeLimitARunIsRequeuedIfItKeepsItsState(keepsState: Bool) throws {
    let sandbox = try cluster()
    try sandbox.succeed("run", "quickstart", "--until", "make")
    for file in ["near-end", "wait"] + (keepsState ? [] : ["stateless"]) {
      try sandbox.write(file, "")
    }
    let outcome = try sandbox.start(words).finish()
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    let text = try sandbox.read(log)
    #expect(sandbox.exists("requeued") == keepsState, "\(text)")
    #expect(text.contains("goes back into the queue") == keepsState)
    #expect(text.contains("the time limit is too short for this stage") != keepsState)
  }
}
