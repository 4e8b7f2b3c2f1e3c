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
    var parser = RecordParser(bytes: Array(text.utf8), file: file)
    var records: [Record] = []
    while let record = try parser.next() { records.append(record) }
    self.records = records
  }

  /// Writes `rows` as one text.
  public static func text(of rows: some Sequence<[String]>) -> String {
    var text = ""
    for row in rows {
      text += row.map(escaped).joined(separator: ",")
      text += "\n"
    }
    return text
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
    let quoted = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
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
        guard !quoted else {
          throw .textAfterQuote(file: file, line: line, column: column)
        }
        cell.append(byte)
      }
    }
    throw .endsInRecord(file: file, line: line)
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
    throw .openQuote(file: file, line: start, column: column)
  }
}
