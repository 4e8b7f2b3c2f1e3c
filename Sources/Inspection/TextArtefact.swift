import Foundation
import TensorFiles

/// Views of the artefacts that are text: `.csv` as a table, `.json` indented.
public enum TextArtefact {
  /// The first `count` rows of a CSV file under its header, and how many there are.
  ///
  /// - Parameter width: Columns of the terminal, or nil for no limit.
  public static func table(ofCSV url: URL, count: Int, width: Int?) throws -> [String] {
    let rows = try rows(ofCSV: url)
    let head = rows.prefix(1) + rows.dropFirst().prefix(count)
    let shown = head.map { row in
      row.map { PrintableText.cut(PrintableText.escaped($0), toWidth: 40) }
    }
    let columnCount = shown.map(\.count).max() ?? 0
    let numeric = (0..<columnCount).filter { column in
      shown.dropFirst().allSatisfy { $0.count <= column || Double($0[column]) != nil }
    }
    var lines = [PrintableText.escaped(url.path)]
    lines += TextTable(rows: shown, rightAligned: Set(numeric)).lines(width: width)
    let (total, more) = (max(rows.count - 1, 0), max(rows.count - 1 - count, 0))
    lines.append(more > 0 ? "  … \(more) more of \(total) rows" : "  \(total) rows")
    return lines
  }

  /// The rows of a CSV file, its header first, quoted fields resolved.
  public static func rows(ofCSV url: URL) throws -> [[String]] {
    CommaSeparatedRows(try text(of: url)).rows
  }

  /// The lines of a text.
  public static func lines(of url: URL) throws -> [String] {
    try text(of: url).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map(String.init)
  }

  /// A JSON file, indented; order and numbers are the file's own.
  public static func indented(json url: URL) throws -> [String] {
    let text = try text(of: url)
    let options = JSONSerialization.ReadingOptions.fragmentsAllowed
    // A zero byte among the first makes Foundation read another encoding than ours, and another text.
    guard !text.utf8.contains(0),
      (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: options)) != nil
    else { throw InspectionError.notJSON(file: url.path) }
    return IndentedJSON.lines(of: text).map(PrintableText.escapedJSON)
  }

  private static func text(of url: URL) throws(InspectionError) -> String {
    let descriptor = open(PathText.systemPath(url.path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0,
      let data = try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).readToEnd()
        ?? Data()
    else { throw .cannotRead(file: url.path, reason: accessProblem(url.path)) }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .notText(file: url.path, format: ForeignFormat(firstBytes: data))
    }
    return text
  }
}

/// Why a path cannot be read, in the system's words.
func accessProblem(_ path: String) -> String {
  access(PathText.systemPath(path), R_OK) == 0 ? "reading failed" : String(cString: strerror(errno))
}

/// The rows of comma-separated values, quoted fields resolved (RFC 4180). Scalars, not characters: a
/// letter's mark at the start of a cell belongs to no comma.
struct CommaSeparatedRows {
  private(set) var rows: [[String]] = []

  init(_ text: String) {
    var row: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var wasQuote = false
    for character in text.unicodeScalars {
      if isQuoted {
        if character == "\"" { isQuoted = false } else { field.append(character) }
        wasQuote = character == "\""
        continue
      }
      switch character {
      case "\"":
        // A second quotation mark inside a quoted field stands for itself.
        if wasQuote { field.append("\"") }
        isQuoted = true
      case ",":
        row.append(String(field))
        field = String.UnicodeScalarView()
      case "\n":
        if !wasQuote, field.last == "\r" { field.removeLast() }
        rows.append(row + [String(field)])
        (row, field) = ([], String.UnicodeScalarView())
      default: field.append(character)
      }
      wasQuote = false
    }
    if !row.isEmpty || !field.isEmpty { rows.append(row + [String(field)]) }
  }
}
