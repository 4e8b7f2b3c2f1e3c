import Datasets
import Foundation
import TensorFiles
import TestSupport
import Testing

private let hasServer = isInstalled("python3") && isInstalled("curl")

/// A file with several addresses: a failure of one does no harm if another one works.
@Suite(.enabled(if: hasServer, "python3 and curl are needed, and one is not installed"))
struct AddressListTests {
  private struct Outcome {
    let file: URL?
    let error: DownloadError?
    let events: [Download.Event]
    let requests: [String]
    let kept: [String]
  }

  /// Downloads `DownloadTests.content` from several addresses, which are paths of one server. An
  /// address that delivers less than 100 kB/s for a second is abandoned.
  private func fetch(_ paths: [String], into folder: URL) throws -> Outcome {
    let content = DownloadTests.content
    return try LoopbackServer.with(content) { server in
      var events: [Download.Event] = []
      let download = Download(
        from: try paths.map { path in
          try WebAddress("http://127.0.0.1:\(path == "closed" ? 1 : server.port)/\(path)/a")
        }, into: folder, called: "a.tar.gz",
        expected: Download.Expected(size: content.count, digest: ContentDigest.sha256Hex(content)),
        delays: [.milliseconds(1), .milliseconds(1)], leastRate: 100_000, seconds: 1)
      var (file, failure): (URL?, DownloadError?)
      do {
        file = try download.run { event in
          if case .progress = event { return }
          events.append(event)
        }
        #expect(try file.map { try Data(contentsOf: $0) } == content)
      } catch let error as DownloadError {
        failure = error
      }
      return Outcome(
        file: file, error: failure, events: events, requests: try server.requests(),
        kept: try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }
  }

  private func left(_ outcome: Outcome) -> [String] {
    outcome.events.compactMap { event in
      guard case .leaving(let address, let problem) = event else { return nil }
      return "\(address.split(separator: "/")[2]): \(problem)"
    }
  }

  @Test func theFirstThatWorksIsEnough() throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch(["whole", "missing"], into: folder)
      #expect(outcome.requests == ["/whole/a - -"] && outcome.events.isEmpty)
      #expect(outcome.kept == ["a.tar.gz"])
    }
  }

  /// The next address continues after the last byte of the first.
  @Test(arguments: ["hanging", "slow"]) func oneThatStallsIsLeft(kind: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch([kind, "whole"], into: folder)
      #expect(outcome.file != nil && outcome.kept == ["a.tar.gz"])
      let left = left(outcome)
      #expect(left.count == 1 && left[0].hasPrefix("\(kind): curl: (28)"), "\(left)")
      #expect(outcome.requests.count == 2)
      #expect(outcome.requests.last?.hasPrefix("/whole/a bytes=") == true, "\(outcome.requests)")
      #expect(outcome.requests.last?.hasSuffix("- -") == true, "\(outcome.requests)")
    }
  }

  @Test(arguments: ["missing", "busy", "dead", "closed", "elsewhere"])
  func oneThatRefusesIsLeft(kind: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch([kind, "whole"], into: folder)
      #expect(outcome.file != nil && left(outcome).count == 1)
      #expect(outcome.requests.last == "/whole/a - -")
    }
  }

  @Test func oneThatSendsOtherBytesIsLeft() throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch(["lying", "whole"], into: folder)
      #expect(outcome.file != nil && outcome.requests == ["/lying/a - -", "/whole/a - -"])
      let left = left(outcome)
      #expect(left.count == 1 && left[0].hasPrefix("lying: it sends another file, a file that"))
    }
  }

  /// If a wrong beginning is detected by the digest of the whole file, it is discarded, and the
  /// address that delivered the end is tried again.
  @Test func aPartOfOtherBytesIsDropped() throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch(["half-lying", "whole"], into: folder)
      #expect(outcome.file != nil && outcome.events.contains(.partDropped))
      #expect(
        outcome.requests == ["/half-lying/a - -", "/whole/a bytes=4000- -", "/whole/a - -"])
    }
  }

  /// Slow addresses are not an error: the fastest one is used.
  @Test func whereAllAreSlowTheFastestIsKept() throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch(["hanging", "slow", "missing"], into: folder)
      #expect(outcome.file != nil && outcome.kept == ["a.tar.gz"])
      let paths = outcome.requests.map { $0.split(separator: "/")[0] }
      #expect(paths == ["hanging", "slow", "missing", "slow"], "\(outcome.requests)")
    }
  }

  @Test func whereNoneHasItTheLastIsTold() throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch(["closed", "lying", "missing"], into: folder)
      guard case .refused(let address, _, kept: 0)? = outcome.error else {
        Issue.record("\(String(describing: outcome.error))")
        return
      }
      #expect(address.hasSuffix("/missing/a") && outcome.kept.isEmpty)
      #expect(outcome.requests == ["/lying/a - -", "/missing/a - -"])
    }
  }

  @Test func whereNoneAnswersTheLastIsAskedAgain() throws {
    try withTemporaryFolder { folder in
      let outcome = try fetch(["closed", "dead"], into: folder)
      guard case .failed? = outcome.error else {
        Issue.record("\(String(describing: outcome.error))")
        return
      }
      #expect(outcome.requests.count == 4 && outcome.kept.isEmpty)
    }
  }
}

/// Archives that were downloaded by other programs.
@Suite struct LocalArchiveTests {
  private static let content = Data((0..<5_000).map { UInt8(truncatingIfNeeded: $0 * $0) })
  private static let archives = [
    OfficialArchive(
      .cifar10, .python, "cifar-10-python.tar.gz", size: content.count,
      digest: ContentDigest.sha256Hex(content))
  ]

  private func found(_ path: String, holding content: Data, environment: [String: String] = [:])
    throws -> String?
  {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try content.write(to: file)
      let variables = ["HOME": folder.appending(path: "home").path].merging(
        environment.mapValues { folder.appending(path: $0).path }
      ) { _, new in new }
      let local = LocalArchives(
        rawFolder: folder.appending(path: "data/raw"), environment: variables,
        workingFolder: folder)
      return local.first(of: Self.archives).map { $0.path == file.path ? path : $0.path }
    }
  }

  @Test(arguments: [
    "data/raw/cifar-10-python.tar.gz", "data/cifar-10-python.tar.gz",
    "home/.keras/datasets/cifar-10-batches-py.tar.gz",
    "home/.keras/datasets/cifar-10-batches-py-target_archive",
    "home/.cache/huggingface/datasets/downloads/0a1b2c3d4e5f",
  ])
  func theUsualFoldersAreLookedInto(path: String) throws {
    #expect(try found(path, holding: Self.content) == path)
    // The right size is not enough, nor is a part of the file.
    #expect(try found(path, holding: Data(Self.content.reversed())) == nil)
    #expect(try found(path, holding: Self.content.dropLast()) == nil)
  }

  @Test(arguments: [
    ("KERAS_HOME", "k", "k/datasets/a"), ("HF_HOME", "h", "h/datasets/downloads/a"),
    ("HF_DATASETS_CACHE", "d", "d/downloads/a"),
    ("HF_DATASETS_DOWNLOADED_DATASETS_PATH", "p", "p/a"),
    ("XDG_CACHE_HOME", "x", "x/huggingface/datasets/downloads/a"),
  ])
  func theirVariablesCount(variable: String, value: String, path: String) throws {
    #expect(try found(path, holding: Self.content, environment: [variable: value]) == path)
    #expect(try found(path, holding: Self.content) == nil)
  }

  @Test func theTableIsThatOfTheMakers() {
    for archive in OfficialArchive.all {
      #expect(archive.digest.count == 64 && archive.size > 168_000_000)
      #expect(archive.addresses.last == "https://www.cs.toronto.edu/~kriz/\(archive.fileName)")
      for address in archive.addresses { #expect(throws: Never.self) { try WebAddress(address) } }
    }
    #expect(OfficialArchive.all(of: .cifar10)[0].form == .python)
    #expect(Set(OfficialArchive.all.map(\.digest)).count == 4)
  }
}
