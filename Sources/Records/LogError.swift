import TensorFiles

/// Errors in the logs of a training run or an evaluation.
public enum LogError: PrintableError, Equatable {
  /// The file cannot be read, or is not UTF-8.
  case unreadable(file: String, problem: String)
  /// A cell begins with a quote that is not closed.
  case openQuote(file: String, line: Int, column: Int)
  /// A closing quote is followed by something other than a comma or a line break.
  case textAfterQuote(file: String, line: Int, column: Int)
  /// The last line does not end with a line break: the file was truncated.
  case endsInRecord(file: String, line: Int)
  /// The file is empty and has no header.
  case noHeader(file: String, expected: String)
  /// A column of the header has another name than the format requires.
  case header(file: String, column: Int, expected: String, found: String)
  /// A line has more or fewer cells than the header.
  case cellCount(file: String, line: Int, expected: Int, found: Int)
  /// A cell's value is not valid for its column.
  case cell(file: String, line: Int, column: String, expected: String, found: String)
  /// A JSON file does not have the expected structure.
  case structure(file: String, place: String, problem: String)

  public var message: String {
    let repair = "run the stage that wrote it again"
    switch self {
    case .unreadable(let file, let problem):
      return "\(file) cannot be read: \(PrintableText.flattened(problem))"
    case .openQuote(let file, let line, let column):
      return "\(file):\(line): cell \(column) opens a quote that is never closed; \(repair)"
    case .textAfterQuote(let file, let line, let column):
      return "\(file):\(line): cell \(column) has text after its closing quote;"
        + " expected a comma or the end of the line; \(repair)"
    case .endsInRecord(let file, let line):
      return "\(file):\(line): the file ends within a line, so it was cut off; \(repair)"
    case .noHeader(let file, let expected):
      return "\(file) is empty; expected at least the header '\(expected)'; \(repair)"
    case .header(let file, let column, let expected, let found):
      return "\(file):1: column \(column) should be '\(expected)',"
        + " found '\(PrintableText.flattened(found))'; \(repair)"
    case .cellCount(let file, let line, let expected, let found):
      return "\(file):\(line): expected \(expected) cells, as in the header, found \(found);"
        + " \(repair)"
    case .cell(let file, let line, let column, let expected, let found):
      return "\(file):\(line): column '\(PrintableText.flattened(column))': expected \(expected),"
        + " found '\(PrintableText.flattened(found))'; \(repair)"
    case .structure(let file, let place, let problem):
      return "\(file): \(place): \(PrintableText.flattened(problem)); \(repair)"
    }
  }
}
