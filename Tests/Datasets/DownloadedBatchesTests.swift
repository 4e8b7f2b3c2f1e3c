import Datasets
import Foundation
import TestSupport
import Testing

private let hasServer = isInstalled("python3") && isInstalled("curl")

/// Archives from addresses whose content is not known in advance: a file gets its final name only
/// if it can be parsed.
@Suite(.enabled(if: hasServer, "python3 and curl are needed, and one is not installed"))
struct DownloadedBatchesTests {
  private static let tar = archive(records: 2).ended

  /// The batches from a server that sends `content`, and the messages.
  private func batches(
    _ content: Data, into folder: URL
  ) throws -> (batches: CIFAREdition, events: [Download.Event]) {
    try LoopbackServer.with(content) { server in
      var events: [Download.Event] = []
      let address = "http://127.0.0.1:\(server.port)/whole/a.tar"
      let download = Download(from: try WebAddress(address), into: folder, delays: [])
      let batches = try download.edition(recordCount: 2) { event in
        if case .progress = event { return }
        events.append(event)
      }
      return (batches, events)
    }
  }

  private func message(_ content: Data, into folder: URL) -> String {
    do {
      _ = try batches(content, into: folder)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  @Test func anArchiveIsKept() throws {
    try withTemporaryFolder { folder in
      let (batches, events) = try batches(Self.tar, into: folder)
      #expect(try batches.parse().test?.count == 2 && events.isEmpty)
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(kept.count == 1 && kept[0].hasSuffix("-a.tar"))
    }
  }

  private static let page =
    Data(
      "\n<!DOCTYPE html>\n<html><title>Moved</title>\u{1B}[2J</html>".utf8)
    + Data(repeating: 0x20, count: 600)
  private static let wrongLabel = {
    var tar = TarBuilder()
    for (file, content) in batchFiles(records: 2) {
      tar.add(
        "cifar-10-batches-bin/" + file,
        file == "test_batch.bin" ? batch(records: 2, label: { _ in 77 }) : content)
    }
    return tar.ended
  }()

  @Test(arguments: [
    (
      page,
      "not a tar archive",
      "what came is an HTML page (<!DOCTYPE html> <html><title>Moved</title>\\u{1b}[2J"
    ),
    (Data("not here".utf8), "ends too early", "what came is a text (not here)"),
    (tar.prefix(9_000), "ends too early", "what came is a file that begins with the bytes 63 69"),
    (wrongLabel, "record 0 has label 77", "nothing is kept"),
    (
      Data([0x50, 0x4B, 3, 4] + [UInt8](repeating: 1, count: 600)),
      "a zip archive, expected a tar archive",
      "a zip file"
    ),
  ])
  func anythingElseIsNot(content: Data, problem: String, beginning: String) throws {
    try withTemporaryFolder { folder in
      let message = message(content, into: folder)
      #expect(message.contains(problem) && message.contains(beginning), "\(message)")
      #expect(message.hasPrefix("http://127.0.0.1:"), "\(message)")
      #expect(!message.contains { $0.isNewline || $0 == "\u{1B}" }, "\(message)")
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(kept.isEmpty)
    }
  }

  @Test(.enabled(if: isInstalled("gzip"))) func halfAGzipIsNot() throws {
    try withTemporaryFolder { folder in
      let gzip = try run("gzip", ["-c"], input: Self.tar)
      let message = message(gzip.prefix(gzip.count / 2), into: folder)
      #expect(message.contains("what came is a gzip file"), "\(message)")
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(kept.isEmpty)
    }
  }

  /// A bad file with the final name, as left by earlier versions, is downloaded again.
  @Test func aKeptFileThatCannotBeReadIsFetchedAgain() throws {
    try withTemporaryFolder { folder in
      try LoopbackServer.with(Self.tar) { server in
        let address = try WebAddress("http://127.0.0.1:\(server.port)/whole/a.tar")
        let download = Download(from: address, into: folder, delays: [])
        let file = try download.run { _ in }
        try Self.page.write(to: file)
        var events: [Download.Event] = []
        let batches = try download.edition(recordCount: 2) { event in
          if case .progress = event { return }
          events.append(event)
        }
        #expect(try batches.parse().test?.count == 2)
        guard case .unusable(file.lastPathComponent, _)? = events.first, events.count == 1 else {
          Issue.record("\(events)")
          return
        }
        #expect(try Data(contentsOf: file) == Self.tar)
        #expect(try server.requests().count == 2)
      }
    }
  }

  /// A file is not discarded because of an error that another download would not repair.
  @Test func aFileIsKeptWhereReadingFailsForAnotherReason() throws {
    struct OtherFault: Error {}
    try withTemporaryFolder { folder in
      try LoopbackServer.with(Self.tar) { server in
        let address = try WebAddress("http://127.0.0.1:\(server.port)/whole/a.tar")
        let download = Download(from: address, into: folder, delays: [])
        let file = try download.run { _ in }
        #expect(throws: OtherFault.self) {
          try download.run(reading: { _ in throw OtherFault() }, report: { _ in })
        }
        #expect(try Data(contentsOf: file) == Self.tar)
      }
    }
  }
}
