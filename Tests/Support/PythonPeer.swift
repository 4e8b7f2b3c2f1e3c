import Foundation

/// A Python interpreter for comparisons: `PEER_PYTHON`, or `python3` of the search path.
public enum PythonPeer {
  public static let interpreter = ProcessInfo.processInfo.environment["PEER_PYTHON"] ?? "python3"

  public static let exists = canImport("sys")
  public static let hasNumPy = canImport("numpy")
  public static let hasSafetensors = canImport("numpy, safetensors.numpy")

  public static let reasonWithoutPython: String = "needs Python (PEER_PYTHON=\(interpreter))"
  public static let reasonWithoutNumPy: String =
    "needs Python with numpy (PEER_PYTHON=\(interpreter)); pip install numpy"
  public static let reasonWithoutSafetensors: String =
    "needs Python with numpy and safetensors (PEER_PYTHON=\(interpreter)); "
    + "pip install safetensors numpy"

  /// Whether the requirements of `Tests/Peers/check_pages.py` are installed.
  public static let hasBrowser =
    canImport("playwright, axe_playwright_python")
    && FileManager.default.isExecutableFile(atPath: chromium)
  public static let reasonWithoutBrowser: String =
    "needs Chromium (CHROMIUM=\(chromium)) and Python with playwright and axe-playwright-python "
    + "(PEER_PYTHON=\(interpreter)); apt-get install chromium tidy, pip install playwright "
    + "axe-playwright-python"

  private static let chromium =
    ProcessInfo.processInfo.environment["CHROMIUM"] ?? "/usr/bin/chromium"

  public struct Failure: Error, CustomStringConvertible {
    let status: Int32
    let output: String

    public var description: String { "python ended with status \(status): \(output)" }
  }

  /// Runs `script` with `arguments` as `sys.argv[1:]` and returns what it prints.
  ///
  /// - Throws: `Failure` with all output if the script ends with a status other than 0.
  @discardableResult
  public static func run(_ script: String, _ arguments: [String] = []) throws -> String {
    try call(["-c", script] + arguments)
  }

  /// Runs a file of `Tests/Peers` and returns what it prints.
  @discardableResult
  public static func run(file: String, _ arguments: [String]) throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Peers")
    return try call([folder.appendingPathComponent(file).path] + arguments)
  }

  private static func call(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter] + arguments
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
