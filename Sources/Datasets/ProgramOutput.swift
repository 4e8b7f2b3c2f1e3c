import Foundation

/// The standard output of a running program, read as it comes.
///
/// Programs write into our pipe and never into files of their own. So the reader can stop at any
/// byte, and when this process dies, however it dies, the program's next write ends it too: a
/// program started by Foundation has a process group of its own, and a Ctrl-C does not reach it.
final class ProgramOutput {
  private let process = Process()
  private let output = Pipe()
  private let messages = Pipe()
  let name: String

  /// Starts `name`, found on the search path, with exactly these arguments: no shell reads them.
  ///
  /// - Parameter input: An open file that the program reads as its standard input; else it gets none.
  init(_ name: String, _ arguments: [String], input: FileHandle? = nil) throws(ProgramError) {
    self.name = name
    guard let path = Self.path(of: name) else { throw .notInstalled(program: name) }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
    process.standardInput = input ?? FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = messages
    do {
      try process.run()
    } catch {
      throw .notStarted(program: name, problem: String(describing: error))
    }
  }

  deinit { stop() }

  /// Reads at most `buffer.count` bytes; 0 at the end of the output.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ProgramError) -> Int {
    while true {
      let count = Foundation.read(
        output.fileHandleForReading.fileDescriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw .unreadable(program: name, problem: String(cString: strerror(errno)))
      }
    }
  }

  /// Ends the program if it still runs.
  func stop() {
    if process.isRunning { process.terminate() }
  }

  /// Waits for the program's end.
  ///
  /// - Returns: Its exit status, and what it wrote on standard error.
  func finish() -> (status: Int32, messages: String) {
    let text = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  /// The file that `name` stands for on the search path.
  private static func path(of name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return folders.split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

/// What can go wrong with a program that does a part of the work.
enum ProgramError: Error, Equatable, CustomStringConvertible {
  /// The search path has no such program.
  case notInstalled(program: String)
  /// The program is there and the system refuses to start it.
  case notStarted(program: String, problem: String)
  /// Its output can't be read.
  case unreadable(program: String, problem: String)

  var description: String {
    switch self {
    case .notInstalled(let program):
      "the program '\(program)' is needed and not installed; on Debian and Ubuntu:"
        + " apt-get install \(Self.package(of: program))"
    case .notStarted(let program, let problem): "'\(program)' can't be started: \(problem)"
    case .unreadable(let program, let problem): "the output of '\(program)' can't be read: \(problem)"
    }
  }

  private static func package(of program: String) -> String {
    program == "xz" ? "xz-utils" : program
  }
}
