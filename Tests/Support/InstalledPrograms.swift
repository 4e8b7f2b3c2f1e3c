import Foundation

/// Whether a folder of `PATH` contains the program. Tests that need it are skipped without it; this
/// must not depend on the code under test.
public func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}
