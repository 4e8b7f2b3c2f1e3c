import ArgumentParser
import Foundation
import Terminals

extension ParsableArguments {
  /// Ends the process as `exit(withError:)` does, with each line of the message printed by `Output`: the
  /// words of a command line may be names of files.
  public static func exitPrintably(withError error: any Error) -> Never {
    let isAnswer = exitCode(for: error) == .success
    let message = fullMessage(for: error)
    for line in message.isEmpty
      ? [] : message.split(separator: "\n", omittingEmptySubsequences: false)
    {
      if isAnswer { Output.line(String(line)) } else { Output.error(String(line)) }
    }
    fflush(nil)
    Foundation.exit(exitCode(for: error).rawValue)
  }
}
