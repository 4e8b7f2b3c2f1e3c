import ArgumentParser
import Foundation
import Terminals

extension ParsableArguments {
  /// Ends the process like `exit(withError:)`, but prints each line of the message by `Output`,
  /// since arguments may be file names with any characters.
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
