import Datasets
import Foundation
import TensorFiles
import TestSupport
import Testing

private let hasServer = isInstalled("python3") && isInstalled("curl")

@Suite(.enabled(if: hasServer, "python3 and curl are needed, and one is not installed"))
struct DownloadTests {
  /// 10,000 bytes without a period, so that every wrong offset is detected.
  static let content = Data((0..<10_000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 + $0) })

  /// Downloads the path from a local server, and returns the file and the messages.
  private func fetch(
    _ path: String, into folder: URL, digest: String? = nil, size: Int = content.count
  ) throws -> (file: URL, events: [Download.Event], requests: [String]) {
    try LoopbackServer.with(Self.content) { server in
      var events: [Download.Event] = []
      let download = Download(
        from: try WebAddress("http://127.0.0.1:\(server.port)/\(path)"), into: folder,
        expected: digest.map { Download.Expected(size: size, digest: $0) },
        delays: [.milliseconds(1), .milliseconds(1)])
      let file = try download.run { event in
        if case .progress = event { return }
        events.append(event)
      }
      return (file, events, try server.requests())
    }
  }

  private static let digest = ContentDigest.sha256Hex(content)

  @Test func aFileIsFetchedOnce() throws {
    try withTemporaryFolder { folder in
      let raw = folder.appending(path: "data/raw")
      let (file, events, _) = try fetch("whole/a.tar.gz", into: raw, digest: Self.digest)
      #expect(try Data(contentsOf: file) == Self.content)
      #expect(events.isEmpty && file.lastPathComponent == "a.tar.gz")
      #expect(try FileManager.default.contentsOfDirectory(atPath: raw.path) == ["a.tar.gz"])
      // The server no longer has the file, and no request is sent.
      let again = try fetch("missing/a.tar.gz", into: raw, digest: Self.digest)
      #expect(again.requests.isEmpty && again.file == file)
    }
  }

  @Test func addressesHaveNamesOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      let first = try fetch("whole/a.tar", into: folder).file
      let second = try fetch("whole/a.tar?v=2", into: folder).file
      #expect(first != second)
      #expect(first.lastPathComponent.hasSuffix("-a.tar"))
      #expect(second.lastPathComponent.hasSuffix("-a.tar"))
    }
  }

  @Test func aBrokenDownloadGoesOn() throws {
    try withTemporaryFolder { folder in
      let (file, events, requests) = try fetch("cut/a", into: folder, digest: Self.digest)
      #expect(try Data(contentsOf: file) == Self.content)
      #expect(events.contains(.resumed(at: 4_000)) && events.contains(.resumed(at: 8_000)))
      #expect(requests == ["/cut/a - -", "/cut/a bytes=4000- \"1\"", "/cut/a bytes=8000- \"1\""])
    }
  }

  @Test func aLaterRunGoesOn() throws {
    try withTemporaryFolder { folder in
      try Self.content.prefix(1_234).write(to: folder.appending(path: "a.part"))
      let (file, events, requests) = try fetch("whole/a", into: folder, digest: Self.digest)
      #expect(try Data(contentsOf: file) == Self.content)
      #expect(events == [.resumed(at: 1_234)] && requests == ["/whole/a bytes=1234- -"])
    }
  }

  @Test(arguments: ["deaf/a", "changing/a"])
  func aServerThatCannotResumeStartsAfresh(path: String) throws {
    try withTemporaryFolder { folder in
      let (file, events, _) = try fetch(path, into: folder)
      let expected = path == "deaf/a" ? Self.content : Data(Self.content.reversed())
      #expect(try Data(contentsOf: file) == expected)
      #expect(events.contains(.restarted))
    }
  }

  @Test func aPartThatIsLongerThanTheFileStartsAfresh() throws {
    try withTemporaryFolder { folder in
      try Data(count: 10_500).write(to: folder.appending(path: "a.part"))
      let (file, events, _) = try fetch(
        "whole/a", into: folder, digest: Self.digest)
      #expect(try Data(contentsOf: file) == Self.content)
      #expect(events == [.resumed(at: 10_500), .restarted])
    }
  }

  /// A partial download of another file, up to the full length, does not affect later runs.
  @Test(arguments: [4_000, 10_000]) func aPartOfAnotherFileIsDropped(length: Int) throws {
    try withTemporaryFolder { folder in
      try Data(count: length).write(to: folder.appending(path: "a.part"))
      let (file, events, _) = try fetch("whole/a", into: folder, digest: Self.digest)
      #expect(try Data(contentsOf: file) == Self.content)
      #expect(events.last == .partDropped)
    }
  }

  @Test func aBusyServerIsTriedAgain() throws {
    try withTemporaryFolder { folder in
      let (file, events, _) = try fetch("busy/a", into: folder)
      #expect(try Data(contentsOf: file) == Self.content && events.count == 2)
    }
  }

  @Test(arguments: ["missing/a", "dead/a", "elsewhere/a", "useless/a"])
  func whatCannotBeFetchedIsTold(path: String) throws {
    try withTemporaryFolder { folder in
      #expect {
        try fetch(path, into: folder)
      } throws: { error in
        switch error as? DownloadError {
        case .failed, .refused: return !"\(error)".contains("\n")
        default: return false
        }
      }
    }
  }

  @Test func aWrongDigestKeepsNothing() throws {
    try withTemporaryFolder { folder in
      let digest = String(repeating: "0", count: 64)
      #expect {
        try fetch("whole/a", into: folder, digest: digest)
      } throws: { error in
        if case .wrongDigest? = error as? DownloadError { true } else { false }
      }
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(kept.isEmpty)
    }
  }

  @Test func aFileThatIsTooLongKeepsNothing() throws {
    try withTemporaryFolder { folder in
      #expect {
        try fetch("whole/a", into: folder, digest: Self.digest, size: 9_999)
      } throws: { error in
        if case .tooLong(_, limit: 9_999)? = error as? DownloadError { true } else { false }
      }
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(kept.isEmpty)
    }
  }

  @Test func aKeptFileThatHasChangedIsFetchedAgain() throws {
    try withTemporaryFolder { folder in
      try Data(count: 10_000).write(to: folder.appending(path: "a"))
      let (file, events, _) = try fetch("whole/a", into: folder, digest: Self.digest)
      #expect(try Data(contentsOf: file) == Self.content && events == [.discarded])
    }
  }

  @Test func twoRunsDoNotWriteOneFile() throws {
    try withTemporaryFolder { folder in
      let part = folder.appending(path: "a.part")
      try Data().write(to: part)
      let descriptor = open(part.path, O_RDWR | O_CLOEXEC)
      defer { close(descriptor) }
      #expect(flock(descriptor, LOCK_EX) == 0)
      #expect(throws: DownloadError.self) {
        try fetch("whole/a", into: folder, digest: Self.digest)
      }
    }
  }
}
