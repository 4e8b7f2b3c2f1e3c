import Foundation

/// Measures a case in a separate process, so that its peak memory is its own and earlier cases
/// don't affect the heap.
///
/// `posix_spawn` starts it instead of `Foundation.Process`, which creates a new process group that
/// a Ctrl-C doesn't reach.
public enum CaseProcess {
  /// Runs this program again with `arguments`, and reads the result that it prints.
  ///
  /// - Parameter network: The network of the case, for errors.
  /// - Throws: `BenchmarkError` if the process does not end with a result.
  public static func run(_ arguments: [String], network: String) throws(BenchmarkError)
    -> BenchmarkResult
  {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .failed(network: network, status: errno) }
    let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    let process = start(arguments, output: ends[1], closing: ends[0])
    close(ends[1])
    guard let process else { throw .failed(network: network, status: EX_OSERR) }
    let output = reading.readDataToEndOfFile()
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    // The format of `wait(2)`: the signal in the lower seven bits, the exit status in the next
    // eight.
    let signal = status & 0x7F
    guard signal == 0 else { throw .killed(network: network, signal: signal) }
    guard status == 0 else { throw .failed(network: network, status: (status >> 8) & 0xFF) }
    guard let result = try? JSONDecoder().decode(BenchmarkResult.self, from: output) else {
      let text = String(decoding: output.prefix(80), as: UTF8.self)
      throw .unreadable(
        network: network, output: text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return result
  }

  /// Starts the program with its standard output connected to `output`; nil if the system refuses.
  private static func start(_ arguments: [String], output: Int32, closing: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addclose(&actions, output)
    posix_spawn_file_actions_addclose(&actions, closing)
    let words = (["tessera"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    let problem = posix_spawn(&process, "/proc/self/exe", &actions, nil, words, environ)
    return problem == 0 ? process : nil
  }
}
