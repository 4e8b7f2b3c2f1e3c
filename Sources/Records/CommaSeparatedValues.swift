import Foundation
import TensorFiles

/// A file of comma-separated values as in RFC 4180: cells with a comma, a quote or a line break are
/// enclosed in double quotes, and a quote within them is doubled.
///
/// Every record ends with a line break, including the last one, so that a truncated file can be
/// distinguished from a complete one.
public struct CommaSeparatedValues: Sendable, Equatable {
  /// One record, and the line of the file on which it starts, counted from 1.
  public struct Record: Sendable, Equatable {
    public let line: Int
    public let cells: [String]
  }

  public let records: [Record]

  /// Reads `text`.
  ///
  /// - Parameter file: The file's name, for the errors.
  /// - Throws: `LogError` if a quote is not closed, a closing quote is followed by something else,
  ///   or the last record does not end with a line break.
  public init(parsing text: String, file: String) throws(LogError) {
    var parser = RecordParser(bytes: Array(text.utf8), file: file, isLenient: false)
    var records: [Record] = []
    while let record = try parser.next() { records.append(record) }
    self.records = records
  }

  /// Reads as much of a damaged text as possible: where the other initialiser would throw,
  /// characters are taken literally.
  public init(salvaging text: String) {
    var parser = RecordParser(bytes: Array(text.utf8), file: "", isLenient: true)
    var records: [Record] = []
    while let record = try? parser.next() { records.append(record) }
    self.records = records
  }

  /// The names of the columns, which must begin with `expected`.
  ///
  /// - Throws: `LogError.noHeader` or `LogError.header`.
  func header(beginningWith expected: [String], file: String) throws(LogError) -> [String] {
    guard let header = records.first?.cells else {
      throw .noHeader(file: file, expected: expected.joined(separator: ","))
    }
    for (index, name) in expected.enumerated() {
      let found = index < header.count ? header[index] : "the end of the line"
      guard found == name else {
        throw .header(file: file, column: index + 1, expected: name, found: found)
      }
    }
    return header
  }

  /// The cells below the header of the column with this name; nil if there is none. Records that
  /// are too short for it are skipped.
  public func column(_ name: String) -> [String]? {
    guard let index = records.first?.cells.firstIndex(of: name) else { return nil }
    return records.dropFirst().compactMap { index < $0.cells.count ? $0.cells[index] : nil }
  }

  /// Writes `rows` as one text.
  public static func text(of rows: some Sequence<[String]>) -> String {
    rows.reduce(into: "") { $0 += line($1) + "\n" }
  }

  /// The cells of one record, without the line break.
  public static func line(_ cells: [String]) -> String {
    cells.map(escaped).joined(separator: ",")
  }

  private static func escaped(_ cell: String) -> String {
    let special: [UInt8] = [0x0A, 0x0D, 0x22, 0x2C]
    guard cell.utf8.contains(where: special.contains) else { return cell }
    return "\"" + cell.replacingScalar("\"", by: "\"\"") + "\""
  }
}

/// Reads one record after another. It reads bytes, not characters: all separators are ASCII, and
/// Swift combines a carriage return and a line feed into one character.
private struct RecordParser {
  let bytes: [UInt8]
  let file: String
  /// Whether damaged text is taken literally instead of causing an error.
  let isLenient: Bool
  var position = 0
  var line = 1

  private enum Ending { case cell, record }

  mutating func next() throws(LogError) -> CommaSeparatedValues.Record? {
    guard position < bytes.count else { return nil }
    let start = line
    var cells: [String] = []
    while true {
      let (cell, ending) = try nextCell(column: cells.count + 1)
      cells.append(cell)
      if ending == .record { return CommaSeparatedValues.Record(line: start, cells: cells) }
    }
  }

  private mutating func nextCell(column: Int) throws(LogError) -> (String, Ending) {
    var cell: [UInt8] = []
    var quoted = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
    if quoted { cell = try quotedBytes(column: column) }
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: ","):
        return (String(decoding: cell, as: UTF8.self), .cell)
      case UInt8(ascii: "\n"):
        line += 1
        if !quoted, cell.last == UInt8(ascii: "\r") { cell.removeLast() }
        return (String(decoding: cell, as: UTF8.self), .record)
      case UInt8(ascii: "\r") where quoted:
        continue
      default:
        guard !quoted || isLenient else {
          throw .textAfterQuote(file: file, line: line, column: column)
        }
        quoted = false
        cell.append(byte)
      }
    }
    guard isLenient else { throw .endsInRecord(file: file, line: line) }
    return (String(decoding: cell, as: UTF8.self), .record)
  }

  /// The bytes between the quote at `position` and the closing quote.
  private mutating func quotedBytes(column: Int) throws(LogError) -> [UInt8] {
    let start = line
    var cell: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.count, bytes[position] == byte else { return cell }
        position += 1
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      cell.append(byte)
    }
    guard isLenient else { throw .openQuote(file: file, line: start, column: column) }
    return cell
  }
}
