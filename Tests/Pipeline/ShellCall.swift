import Foundation

/// A process started without blocked or ignored signals, as by a terminal.
///
/// With `Foundation.Process`, it would inherit the signal mask of the thread that starts it, and
/// the threads of tests block almost all signals.
final class ShellCall: @unchecked Sendable {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The process could not be started; `errno` is the reason.
  struct SpawnFailure: Error {
    let code: Int32
  }

  let processIdentifier: pid_t
  private let output: URL
  private let errors: URL

  /// Starts `arguments` in `folder`; the output is written to files.
  init(_ arguments: [String], in folder: URL, environment: [String: String], record: URL) throws {
    output = record.appendingPathExtension("out")
    errors = record.appendingPathExtension("err")
    for file in [output, errors] { try Data().write(to: file) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.path, O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.path, O_WRONLY, 0)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let words = ["/bin/bash", "-c", #"cd "$0" && exec "$@""#, folder.path] + arguments
    let argv = words.map { strdup($0) } + [nil]
    let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in argv + envp { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, words[0], &actions, &attributes, argv, envp)
    guard code == 0 else { throw SpawnFailure(code: code) }
    processIdentifier = process
  }

  /// The output so far.
  var outputSoFar: String {
    get throws { String(decoding: try Data(contentsOf: output), as: UTF8.self) }
  }

  func send(_ signal: Int32) { kill(processIdentifier, signal) }

  /// Whether the process has not ended yet. `finish` must still be called to collect its status.
  var isRunning: Bool {
    var information = siginfo_t()
    let status = waitid(
      P_PID, id_t(processIdentifier), &information, WEXITED | WNOHANG | WNOWAIT)
    return status == 0 && information.si_signo == 0
  }

  /// Waits for the end of the process, and kills it after two minutes, so that a hanging call is a
  /// failure. The status of a process that a signal ended is 128 + the signal's number.
  func finish() throws -> Outcome {
    let limit = ContinuousClock.now + .seconds(120)
    while isRunning {
      if ContinuousClock.now > limit { send(SIGKILL) }
      Thread.sleep(forTimeInterval: 0.005)
    }
    var status: Int32 = 0
    while waitpid(processIdentifier, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return Outcome(
      status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
      output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }
}
