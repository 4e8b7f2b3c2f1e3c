import Foundation
import TensorFiles

/// The standard output of a running program, read as it comes.
///
/// Programs write into this pipe and never into files. So the reader can stop at any
/// byte, and if this process dies for any reason, the program's next write ends it too.
///
/// `posix_spawn` starts them instead of `Foundation.Process`, which creates a new process group
/// that Ctrl-C does not reach, and which waits for the program's end on a socket that other child
/// processes inherit: two programs that run concurrently can deadlock.
final class ProgramOutput {
  let name: String
  private let identifier: pid_t
  private let output: FileHandle
  private let messages: FileHandle
  private var status: Int32?

  /// Starts `name`, found on the search path, with exactly these arguments: no shell reads them.
  ///
  /// - Parameter input: An open file for the program's standard input; nil for none.
  init(_ name: String, _ arguments: [String], input: FileHandle? = nil) throws(ProgramError) {
    let outputPipe = try Self.makePipe(for: name)
    let messagesPipe = try Self.makePipe(for: name)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input.fileDescriptor, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, outputPipe.writingEnd, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, messagesPipe.writingEnd, STDERR_FILENO)

    // Threads of a pool block signals; a program would inherit that and outlive its reader.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var environment = ProcessInfo.processInfo.environment
    environment["LC_ALL"] = "C"
    var identifier: pid_t = 0
    let problem = withExtendedLifetime(input) {
      Self.withCStrings([name] + arguments) { arguments in
        Self.withCStrings(environment.map { "\($0)=\($1)" }) { environment in
          posix_spawnp(&identifier, name, &actions, &attributes, arguments, environment)
        }
      }
    }
    // Leaves the program as the only writer.
    close(outputPipe.writingEnd)
    close(messagesPipe.writingEnd)
    guard problem == 0 else {
      throw problem == ENOENT
        ? .notInstalled(program: name)
        : .notStarted(program: name, problem: String(cString: strerror(problem)))
    }
    self.name = name
    self.identifier = identifier
    output = outputPipe.reading
    messages = messagesPipe.reading
  }

  deinit {
    stop()
    _ = wait()
  }

  /// Reads at most `buffer.count` bytes; 0 at the end of the output.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ProgramError) -> Int {
    while true {
      let count = Foundation.read(output.fileDescriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw .unreadable(program: name, problem: String(cString: strerror(errno)))
      }
    }
  }

  /// Ends the program if it still runs.
  func stop() {
    if status == nil { kill(identifier, SIGKILL) }
  }

  /// Waits for the program's end.
  ///
  /// - Returns: Its exit status, and what it wrote on standard error.
  func finish() -> (status: Int32, messages: String) {
    let text = (try? messages.readToEnd()) ?? Data()
    return (wait(), String(decoding: text, as: UTF8.self))
  }

  /// The exit status as in a shell: 128 plus the number of the signal that ended the program.
  private func wait() -> Int32 {
    if let status { return status }
    var word: Int32 = 0
    while waitpid(identifier, &word, 0) < 0 && errno == EINTR {}
    let signal = word & 0x7F
    let status = signal == 0 ? (word >> 8) & 0xFF : 128 + signal
    self.status = status
    return status
  }

  /// A pipe whose ends programs inherit only as their standard streams. Any other copy would hold
  /// the writing end open, and the output would never end.
  private static func makePipe(for program: String) throws(ProgramError) -> (
    reading: FileHandle, writingEnd: Int32
  ) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw .notStarted(program: program, problem: String(cString: strerror(errno)))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (FileHandle(fileDescriptor: ends[0], closeOnDealloc: true), ends[1])
  }

  /// Hands `texts` to C as an array of strings that ends with a null pointer.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let strings = texts.map { strdup($0) }
    defer { for string in strings { free(string) } }
    return body(strings + [nil])
  }
}

/// Errors of an external program.
enum ProgramError: PrintableError, Equatable {
  /// The search path has no such program.
  case notInstalled(program: String)
  /// The program is there and the system refuses to start it.
  case notStarted(program: String, problem: String)
  /// Its output can't be read.
  case unreadable(program: String, problem: String)

  var message: String {
    switch self {
    case .notInstalled(let program):
      "the program '\(program)' is needed and not installed; on Debian and Ubuntu:"
        + " apt-get install \(Self.package(of: program))"
    case .notStarted(let program, let problem): "'\(program)' can't be started: \(problem)"
    case .unreadable(let program, let problem):
      "the output of '\(program)' can't be read: \(problem)"
    }
  }

  private static func package(of program: String) -> String {
    program == "xz" ? "xz-utils" : program
  }
}
