import Foundation
import TensorFiles
import Terminals

/// Runs `body`; if it throws, prints the error as one line and ends the process with status 65
/// (`EX_DATAERR`). An uncaught error at the top level would end with a trap and a backtrace.
public func orExit<Result>(_ body: () throws -> Result) -> Result {
  do {
    return try body()
  } catch {
    exitWithError((error as? CocoaError)?.line ?? "\(error)")
  }
}

/// Prints one line on standard error and ends the process with status 65.
public func exitWithError(_ message: String) -> Never {
  let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "stage").lastPathComponent
  Output.error("\(program): error: \(PrintableText.line(message))")
  exit(65)
}

/// Prints a warning on standard error and keeps it for the artefact's manifest.
public func warn(_ message: String) {
  Output.error("warning: \(PrintableText.line(message))")
  CellRecord.shared.append(kind: .warning, body: .text(message), line: 0)
}
