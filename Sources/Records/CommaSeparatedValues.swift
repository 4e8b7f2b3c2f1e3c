import Foundation
import TensorFiles

/// A file of comma-separated values as RFC 4180 has it: cells with a comma, a quote or a line break
/// stand in double quotes, a quote within them is written twice.
///
/// Every record ends in a line break, the last one too: a file cut off in the middle is told from a
/// whole one by that.
public struct CommaSeparatedValues: Sendable, Equatable {
  /// One record and the line of the file it starts on, counted from 1.
  public struct Record: Sendable, Equatable {
    public let line: Int
    public let cells: [String]
  }

  public let records: [Record]

  /// Reads `text`.
  ///
  /// - Parameter file: The file's name, for the errors.
  /// - Throws: `LogError` where a quote stays open, something follows a closing quote, or the last
  ///   record does not end in a line break.
  public init(parsing text: String, file: String) throws(LogError) {
    var parser = RecordParser(bytes: Array(text.utf8), file: file, isLenient: false)
    var records: [Record] = []
    while let record = try parser.next() { records.append(record) }
    self.records = records
  }

  /// Reads all that can be read of a text, whatever it is: what the other initialiser refuses is taken
  /// as the text that stands there.
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

  /// The cells of the column with this name, below the header; nil if there is none. Records that end
  /// before it are passed over.
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

/// Reads one record after the other. Bytes, not characters: all that matters here is ASCII, and
/// Swift takes a carriage return with its line feed for one character.
private struct RecordParser {
  let bytes: [UInt8]
  let file: String
  /// Whether damage is taken as text instead of refused.
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

  /// The bytes between the quote at `position` and the one that closes it.
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
