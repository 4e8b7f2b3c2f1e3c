import Foundation

/// A Python interpreter as a second opinion: `PEER_PYTHON`, or `python3` of the search path.
enum PythonPeer {
  static let interpreter = ProcessInfo.processInfo.environment["PEER_PYTHON"] ?? "python3"

  static let hasNumPy = canImport("numpy")
  static let hasSafetensors = canImport("numpy, safetensors.numpy")

  static let reasonWithoutNumPy: String =
    "needs Python with numpy (PEER_PYTHON=\(interpreter)); pip install numpy"
  static let reasonWithoutSafetensors: String =
    "needs Python with numpy and safetensors (PEER_PYTHON=\(interpreter)); "
    + "pip install safetensors numpy"

  struct Failure: Error, CustomStringConvertible {
    let status: Int32
    let output: String

    var description: String { "python ended with status \(status): \(output)" }
  }

  /// Runs `script` with `arguments` as `sys.argv[1:]` and returns what it prints.
  ///
  /// - Throws: `Failure` with all output, where the script ends with another status than 0.
  @discardableResult
  static func run(_ script: String, _ arguments: [String] = []) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter, "-c", script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(status: process.terminationStatus, output: output)
    }
    return output
  }

  private static func canImport(_ modules: String) -> Bool {
    (try? run("import \(modules)")) != nil
  }
}
