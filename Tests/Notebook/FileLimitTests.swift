import Foundation
import Notebook
import TensorFiles
import TestSupport
import Testing

/// Full disks, simulated by a limit on file sizes for one process.
@Suite struct FileLimitTests {
  @Test func whatStoodStillStandsWhereAWriteFails() async throws {
    await #expect(processExitsWith: .success) {
      reportFileSizeLimit()
      let folder = try TemporaryFolder()
      let url = try folder.file("a", holding: [1, 2, 3])
      limitFileSize(to: 4096)
      let error = #expect(throws: TensorFileError.self) {
        try AtomicFile.write(Data(count: 10_000), to: url)
      }
      let message = "\(try #require(error))"
      #expect(message.hasPrefix("\(url.path): cannot be written: write "), "\(message)")
      #expect(message.contains("5904 bytes after 4096: File too large;"), "\(message)")
      #expect(message.contains("ulimit -f"), "\(message)")
      #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
      #expect(try folder.contents() == ["a"])
    }
  }

  @Test func foundationsErrorsNameTheFileToo() async throws {
    await #expect(processExitsWith: .success) {
      reportFileSizeLimit()
      let folder = try TemporaryFolder()
      limitFileSize(to: 4096)
      let error = #expect(throws: CocoaError.self) {
        try Data(count: 10_000).write(to: folder.file("a"))
      }
      let line = try #require(error).line
      #expect(line.contains("\(folder.file("a").path): cannot be written: "), "\(line)")
      #expect(!line.contains { $0.isNewline }, "\(line)")
    }
  }

  @Test func aRecordThatCannotBeWrittenEndsTheStage() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(65), observing: [\.standardErrorContent]
    ) {
      let folder = try TemporaryFolder()
      reportFileSizeLimit()
      CellRecord.shared.open(inFolder: folder.url.path)
      limitFileSize(to: 100)
      show(String(repeating: "x", count: 200))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("cells.jsonl: cannot be written: "), "\(message)")
    #expect(message.contains("File too large"), "\(message)")
  }
}

/// Sets the largest size of files that this process may write.
private func limitFileSize(to byteCount: Int) {
  var limit = rlimit(rlim_cur: rlim_t(byteCount), rlim_max: rlim_t(byteCount))
  #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
}
