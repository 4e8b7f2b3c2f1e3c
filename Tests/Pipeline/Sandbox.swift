import Foundation
import Testing

/// A project with the real pipeline.sh and the real tool, and four small stages, which are shell
/// scripts: make → train → score → draw. The name of its folder contains a space.
final class Sandbox: @unchecked Sendable {
  let root: URL
  private let bin: URL
  /// Whether pipeline.sh calls `swift build`, as it does for users; here this is a script that
  /// records the call.
  private let builds: Bool
  /// Additional environment variables for commands.
  var variables: [String: String] = [:]

  init(graph: String = Sandbox.graph, builds: Bool = false) throws {
    self.builds = builds
    let name = "tessera pipeline \(UUID().uuidString.prefix(8))"
    root = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    bin = root.appendingPathComponent("bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    let shell = Self.repository.appendingPathComponent("stages/shell")
    for file in try FileManager.default.contentsOfDirectory(atPath: shell.path) {
      let source = shell.appendingPathComponent(file)
      try write("stages/shell/\(file)", try String(contentsOf: source, encoding: .utf8))
    }
    try copyExecutable(Self.repository.appendingPathComponent("pipeline.sh"), to: "pipeline.sh")
    try write("VERSION", "1.2.3\n")
    try FileManager.default.createSymbolicLink(
      at: bin.appendingPathComponent("tessera"), withDestinationURL: try Self.tool())
    try write("stages/graph.yaml", graph)
    try write("stages/schema.yaml", Self.schema)
    try write("stages/recipes/quickstart.yaml", Self.recipe)
    try write("Package.swift", Self.package)
    try write("Sources/Shared/Shared.swift", "import Deep\npublic let shared = 1\n")
    try write("Sources/Deep/Deep.swift", "public let deep = \"a // b\"\n")
    try write("Sources/Other/Other.swift", "public let other = 1\n")
    for (stage, script) in Self.stages {
      try write(
        "stages/\(stage)/main.swift", "//: # \(stage)\nimport Shared\nlet stage = \"\(stage)\"\n")
      try install(script, as: stage)
    }
    try write("scripts/swift", Self.compiler)
    try copyExecutable(root.appendingPathComponent("scripts/swift"), to: "toolchain/swift")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  // MARK: Files

  func write(_ path: String, _ text: String) throws {
    let url = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  func read(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: root.appendingPathComponent(path))
  }

  func replace(_ text: String, by other: String, in path: String) throws {
    let old = try read(path)
    try #require(old.contains(text))
    try write(path, old.replacing(text, with: other))
  }

  func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent(folder).path
    ).sorted()
  }

  /// Writes a stage's script into the folder of executables.
  func install(_ script: String, as stage: String) throws {
    try write("scripts/\(stage)", "#!/bin/bash\n" + Self.prologue + script)
    try copyExecutable(root.appendingPathComponent("scripts/\(stage)"), to: "bin/\(stage)")
  }

  /// Replaces the tool by a script.
  func install(tool script: String) throws {
    try write("scripts/tessera", script)
    try remove("bin/tessera")
    try copyExecutable(root.appendingPathComponent("scripts/tessera"), to: "bin/tessera")
  }

  /// Copies a file and makes it executable, in a separate process. If this process had the file
  /// open for writing while another test starts a process, it could not be executed for a moment
  /// ("text file busy").
  private func copyExecutable(_ source: URL, to path: String) throws {
    let copy = try shell(["/usr/bin/install", "-D", "-m", "755", source.path, path])
    let outcome = try copy.finish()
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// The stages that have run since the previous call, in their order.
  func takeCalls() throws -> [String] {
    guard exists("calls") else { return [] }
    defer { try? remove("calls") }
    return try read("calls").split(separator: "\n").map(String.init)
  }

  /// The calls of `swift` since the previous call of this function.
  func takeBuilds() throws -> [String] {
    guard exists("builds") else { return [] }
    defer { try? remove("builds") }
    return try read("builds").split(separator: "\n").map(String.init)
  }

  // MARK: Calls

  /// Starts `./pipeline.sh` with `arguments`, without waiting for its end.
  func start(_ arguments: [String], from folder: String = "") throws -> ShellCall {
    try shell(
      [root.appendingPathComponent("pipeline.sh").path] + arguments,
      in: root.appendingPathComponent(folder))
  }

  /// Starts any command in the project.
  func shell(_ words: [String], in folder: URL? = nil) throws -> ShellCall {
    var environment = ProcessInfo.processInfo.environment
    environment["TESSERA_BIN"] = builds ? nil : bin.path
    if builds {
      let path = environment["PATH"] ?? "/usr/bin:/bin"
      environment["PATH"] = root.appendingPathComponent("toolchain").path + ":" + path
    }
    environment["SANDBOX"] = root.path
    environment["TESSERA_CPU"] = nil
    environment.merge(variables) { $1 }
    return try ShellCall(
      words, in: folder ?? root, environment: environment,
      record: root.appendingPathComponent(UUID().uuidString))
  }

  /// Runs `./pipeline.sh` with `arguments` and waits for its end.
  @discardableResult
  func run(_ arguments: String..., from folder: String = "") throws -> ShellCall.Outcome {
    try start(arguments, from: folder).finish()
  }

  /// Runs and expects status 0.
  @discardableResult
  func succeed(
    _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try start(arguments).finish()
    #expect(
      outcome.status == 0, "\(arguments): \(outcome.output) \(outcome.errors)",
      sourceLocation: sourceLocation)
    return outcome.output
  }

  /// Waits until a file exists.
  func waitFor(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let limit = ContinuousClock.now + .seconds(30)
    while !exists(path) {
      try #require(
        ContinuousClock.now < limit, "\(path) does not appear", sourceLocation: sourceLocation)
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  // MARK: Locations

  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The tool: in the folder `TESSERA_BIN`, otherwise next to the executable of the tests.
  static func tool() throws -> URL {
    let environment = ProcessInfo.processInfo.environment
    var folders = environment["TESSERA_BIN"].map { [URL(fileURLWithPath: $0)] } ?? []
    var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    for _ in 0..<4 {
      folder.deleteLastPathComponent()
      folders.append(folder)
    }
    let tools = folders.map { $0.appendingPathComponent("tessera") }
    return try #require(
      tools.first { FileManager.default.isExecutableFile(atPath: $0.path) },
      "no executable 'tessera' in \(folders.map(\.path)); build it, or set TESSERA_BIN")
  }
}
