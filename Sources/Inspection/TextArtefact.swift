import Foundation
import Records
import TensorFiles

/// Displays text artefacts: `.csv` as a table, `.json` indented, others line by line.
public enum TextArtefact {
  /// The header and the first `count` rows of a CSV file, and the number of all rows. Figures are
  /// rounded to five significant digits.
  ///
  /// - Parameters:
  ///   - width: The width of the terminal, or nil for no limit. Columns of the table that do not
  ///     fit are named below it.
  ///   - columns: The names of the columns to show, in this order; `*` matches any characters. If
  ///     empty, all columns are shown.
  /// - Throws: `InspectionError` if a name matches no column.
  public static func table(
    ofCSV url: URL, count: Int, width: Int?, columns: [String] = []
  ) throws -> [String] {
    let rows = try rows(ofCSV: url)
    let chosen = try ColumnChoice(columns).indices(among: rows.first ?? [], of: url)
    let cells = (rows.prefix(1) + rows.dropFirst().prefix(count)).map { row in
      chosen.map { row.indices.contains($0) ? row[$0] : "" }
    }
    let shown = cells.map { row in
      row.map { cell in
        PrintableText.cut(PrintableText.escaped(rounded(cell) ?? cell), toWidth: 40)
      }
    }
    let numeric = chosen.indices.filter { column in
      shown.dropFirst().allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
    }
    let table = TextTable(rows: shown, rightAligned: Set(numeric))
    let (total, more) = (max(rows.count - 1, 0), max(rows.count - 1 - count, 0))
    let note = cells.contains { $0.contains { rounded($0) != nil } } ? ", figures rounded" : ""
    let length = NumberText.count(total, "row", grouped: true)
    let hidden = (shown.first ?? []).dropFirst(table.columnCount(width: width))
    return [PrintableText.escaped(url.path)] + table.lines(width: width)
      + [(more > 0 ? "  … \(NumberText.grouped(more)) more of \(length)" : "  \(length)") + note]
      + ColumnChoice.remark(on: Array(hidden), width: width)
  }

  /// A number with more than five digits, rounded to five; nil for any other text.
  static func rounded(_ cell: String) -> String? {
    guard cell.utf8.count > 7, cell.utf8.count < 32, cell.contains(where: { ".e".contains($0) }),
      let value = Double(cell), value.isFinite
    else { return nil }
    return NumberText.figure(value)
  }

  /// Whether a file is text and can be shown line by line, judged by its first bytes, or by its
  /// name if there are too few bytes.
  public static func isText(_ url: URL) -> Bool {
    guard let bytes = try? bytes(of: url, limit: ForeignFormat.prefixLength) else { return false }
    switch ForeignFormat(firstBytes: bytes) {
    case .json, .xml, .svg, .html, .text: return true
    case nil: return bytes.count < 4 && endings.contains(url.pathExtension)
    default: return false
    }
  }

  private static let endings = ["yaml", "log", "txt", "gp", "svg", "jsonl", "md", "swift"]

  /// The first `count` lines of a text, each truncated to `width`, and the number of all lines.
  public static func head(of url: URL, count: Int, width: Int?) throws -> [String] {
    var lines = try lines(of: url)
    if lines.last == "" { lines.removeLast() }
    let shown = lines.prefix(count).map { line in
      let line = PrintableText.escaped(line.replacing("\t", with: "    "), limit: .max)
      return width.map { PrintableText.cut(line, toWidth: max($0, 1)) } ?? line
    }
    let length = NumberText.count(lines.count, "line", grouped: true)
    let more = lines.count - shown.count
    return [PrintableText.escaped(url.path)] + shown
      + [more > 0 ? "  … \(NumberText.grouped(more)) more of \(length)" : "  \(length)"]
  }

  /// The rows of a CSV file, its header first. A damaged file is read as far as possible.
  public static func rows(ofCSV url: URL) throws -> [[String]] {
    CommaSeparatedValues(salvaging: try text(of: url)).records.map(\.cells)
  }

  /// The lines of a text.
  public static func lines(of url: URL) throws -> [String] {
    try text(of: url).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map(String.init)
  }

  /// A JSON file, indented; order and numbers are kept.
  public static func indented(json url: URL) throws -> [String] {
    let text = try text(of: url)
    let options = JSONSerialization.ReadingOptions.fragmentsAllowed
    // A zero byte near the beginning makes Foundation assume another encoding than UTF-8.
    guard !text.utf8.contains(0),
      (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: options)) != nil
    else { throw InspectionError.notJSON(file: url.path) }
    return IndentedJSON.lines(of: text).map(PrintableText.escapedJSON)
  }

  /// The largest size of a text in bytes.
  static let largestText = 1 << 28

  private static func text(of url: URL) throws(InspectionError) -> String {
    let data = try bytes(of: url, limit: largestText + 1)
    guard data.count <= largestText else {
      throw .tooLong(file: url.path, limit: largestText)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .notText(file: url.path, format: ForeignFormat(firstBytes: data))
    }
    return text
  }

  /// The first `limit` bytes of a file, or all of a shorter one; also works for endless files.
  private static func bytes(of url: URL, limit: Int) throws(InspectionError) -> Data {
    let descriptor = open(PathText.systemPath(url.path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0,
      let data = try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        .read(upToCount: limit) ?? Data()
    else { throw .cannotRead(file: url.path, reason: accessProblem(url.path)) }
    return data
  }
}

/// The system's message on why a path cannot be read.
func accessProblem(_ path: String) -> String {
  access(PathText.systemPath(path), R_OK) == 0 ? "reading failed" : String(cString: strerror(errno))
}
