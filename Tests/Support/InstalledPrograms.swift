import Foundation

/// Whether a folder of `PATH` holds the program. Tests that need it are skipped without it, and must not ask
/// the code under test.
public func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}
