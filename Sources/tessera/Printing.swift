import Terminals

/// Prints a line. It hides Swift's own `print` from all of the tool, so that nothing is printed past
/// `Output`, which lets no control character through.
func print(_ line: String = "") { Output.line(line) }

func printLines(_ lines: [String]) {
  for line in lines { print(line) }
}
