import Terminals

/// Prints a line. It shadows Swift's own `print` in the whole tool, so that everything goes through
/// `Output`, which escapes control characters.
func print(_ line: String = "") { Output.line(line) }

func printLines(_ lines: [String]) {
  for line in lines { print(line) }
}
