import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Runs every reader on its corpus: valid inputs and those that have revealed faults. A trap ends
/// the whole test run; the last reader in the log is then the one that failed.
@Suite struct FuzzCorpusTests {
  private static let corpus = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("corpus")

  @Test(arguments: FuzzReader.all.map(\.name))
  func everyInputKeepsThePromises(name: String) throws {
    let reader = try #require(FuzzReader.all.first { $0.name == name })
    let folder = Self.corpus.appendingPathComponent(name)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(!files.isEmpty, "no inputs in \(folder.path)")
    let scratch = try TemporaryFolder()
    for file in files {
      let bytes = try Array(Data(contentsOf: folder.appendingPathComponent(file)))
      #expect(bytes.count <= reader.longestInput, "\(file) is longer than the fuzzer's inputs")
      #expect(throws: Never.self, "\(name)/\(file)") { try reader.read(bytes, in: scratch.url) }
    }
  }

  @Test func everyFolderHasAReader() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
    #expect(Set(folders) == Set(FuzzReader.all.map(\.name)))
  }
}
