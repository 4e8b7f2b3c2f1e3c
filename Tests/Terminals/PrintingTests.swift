import Foundation
import Testing

/// All programs print through `Output`, which escapes unprintable characters. These tests find code
/// that prints otherwise.
@Suite struct PrintingTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Files that may write bytes to a standard stream, with the reason.
  private static let exceptions: Set = [
    "Sources/Terminals/Output.swift",  // this is the way
    "Sources/tessera/StageCommands.swift",  // words for pipeline.sh, a log's copy
    "Sources/numerics/main.swift",  // facts of this machine, read by programs
  ]

  private func sources() throws -> [(path: String, text: String)] {
    try ["Sources", "stages"].flatMap { folder in
      let files = try #require(
        FileManager.default.enumerator(atPath: Self.root.appendingPathComponent(folder).path))
      return try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map { name in
        let path = "\(folder)/\(name)"
        let url = Self.root.appendingPathComponent(path)
        return (path, try String(contentsOf: url, encoding: .utf8))
      }
    }
  }

  @Test func nothingIsPrintedPastOutput() throws {
    let sources = try sources()
    #expect(sources.count > 300)
    let ways =
      /FileHandle\.standard(Output|Error)|\bwrite\(STD|\bf?puts\(|\bfwrite\(|Swift\.print/
    // The tool has its own `print`, which hides Swift's.
    let prints = /(^|[^.A-Za-z])(debugPrint|print|dump)\(/
    for (path, text) in sources where !Self.exceptions.contains(path) {
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        let goesPast =
          line.contains(ways) || !path.hasPrefix("Sources/tessera/") && line.contains(prints)
        #expect(!goesPast, "\(path):\(index + 1): \(line)")
      }
    }
  }
}
