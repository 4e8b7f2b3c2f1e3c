import Foundation

/// One output of a stage, as recorded in `cells.jsonl`.
public struct StageOutput: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    case text(String)
    case table(header: [String], rows: [[String]])
    /// A file among the stage's outputs.
    case figure(file: String, caption: String)
    /// The place of a figure that another stage draws from one of this stage's outputs.
    case drawing(name: String, output: String)
    case warning(String)
  }

  /// The source line that produced it, from 1; 0 for none.
  public let line: Int
  public let content: Content

  public init(line: Int, content: Content) {
    self.line = line
    self.content = content
  }

  /// The records of a file `cells.jsonl`, in order. A line that can't be
  /// read, such as half a line after a power cut, is skipped.
  public static func records(inFile url: URL) -> [StageOutput] {
    guard let data = try? Data(contentsOf: url) else { return [] }
    return records(parsing: data)
  }

  static func records(parsing data: Data) -> [StageOutput] {
    data.split(separator: UInt8(ascii: "\n")).compactMap { line in
      (try? JSONDecoder().decode(Record.self, from: Data(line)))?.output
    }
  }
}

/// A line of the file.
private struct Record: Decodable {
  let output: StageOutput

  private enum Key: String, CodingKey { case line, kind, body }
  private struct Table: Decodable { let header: [String], rows: [[String]] }
  private struct Figure: Decodable { let file: String, caption: String }
  private struct Drawing: Decodable { let name: String, output: String }

  init(from decoder: any Decoder) throws {
    let record = try decoder.container(keyedBy: Key.self)
    func body<Body: Decodable>(_ type: Body.Type) throws -> Body {
      try record.decode(type, forKey: .body)
    }
    let content: StageOutput.Content
    switch try record.decode(String.self, forKey: .kind) {
    case "text": content = .text(try body(String.self))
    case "warning": content = .warning(try body(String.self))
    case "table":
      let table = try body(Table.self)
      content = .table(header: table.header, rows: table.rows)
    case "figure":
      let figure = try body(Figure.self)
      content = .figure(file: figure.file, caption: figure.caption)
    case "drawing":
      let drawing = try body(Drawing.self)
      content = .drawing(name: drawing.name, output: drawing.output)
    case let kind:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: record, debugDescription: "a record of kind '\(kind)'")
    }
    output = StageOutput(line: try record.decode(Int.self, forKey: .line), content: content)
  }
}
