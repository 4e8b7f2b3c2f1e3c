import Foundation
import Terminals

/// The record of what a stage shows: one line of JSON for each `show`, with the source line that
/// called it, in `cells.jsonl` in the output folder.
package final class CellRecord: @unchecked Sendable {
  package static let shared = CellRecord()

  enum Kind: String, Encodable { case text, table, figure, drawing, warning }

  enum Body: Encodable {
    case text(String)
    case table(Table)
    case figure(file: String, caption: String)
    case drawing(name: String, output: String)

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .text(let text):
        var container = encoder.singleValueContainer()
        try container.encode(text)
      case .table(let table):
        try table.encode(to: encoder)
      case .figure(let file, let caption):
        var container = encoder.singleValueContainer()
        try container.encode(["file": file, "caption": caption])
      case .drawing(let name, let output):
        var container = encoder.singleValueContainer()
        try container.encode(["name": name, "output": output])
      }
    }
  }

  private struct Record: Encodable {
    let line: Int
    let kind: Kind
    let body: Body
  }

  private let lock = NSLock()
  private var handle: FileHandle?
  private var path = ""

  /// Starts the record of this process in `folder`. If the folder can't be written, nothing is
  /// recorded; the stage's first output will report the problem.
  package func open(inFolder folder: String) {
    let path = URL(fileURLWithPath: folder).appendingPathComponent("cells.jsonl").path
    guard FileManager.default.createFile(atPath: path, contents: nil) else { return }
    handle = FileHandle(forWritingAtPath: path)
    self.path = path
  }

  func append(kind: Kind, body: Body, line: Int) {
    lock.withLock {
      guard let handle else { return }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      guard let data = try? encoder.encode(Record(line: line, kind: kind, body: body)) else {
        return
      }
      let code = DescriptorWriting.write(data + Data("\n".utf8), to: handle.fileDescriptor)
      guard code == 0 else {
        let reason = String(cString: strerror(code))
        exitWithError(
          "\(path): cannot be written: \(data.count + 1) bytes: \(reason); check the free space")
      }
    }
  }
}
