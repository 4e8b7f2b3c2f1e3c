import Foundation
import Planning
import Testing

/// A step's name has the key `instance` in files, as the first versions wrote it.
@Suite struct StepNameInFilesTests {
  private let manifest = """
    {"format": 1, "stage": "train", "instance": "refit", "run": "r", "key": "k", "parts": [],
     "code_files": [], "inputs": [{"name": "training", "instance": "split", "output": "training",
     "stage": "preprocess-and-split", "key": "k", "digest": "d"}], "outputs": [],
     "content_digest": "c", "created": "2026-11-30T11:00:00Z", "seconds": 1.5, "is_resumed": false,
     "host": "h", "threads": 2, "warnings": [], "accepted": []}
    """

  @Test func manifestsKeepTheirKeys() throws {
    let read = try Manifest.decode(Data(manifest.utf8))
    #expect(read.step == "refit")
    #expect(read.inputs.map(\.step) == ["split"])

    let written = try members(of: read.encoded())
    #expect(written.keys.sorted() == (try members(of: Data(manifest.utf8)).keys.sorted()))
    #expect(written["instance"] as? String == "refit")
    let input = try #require((written["inputs"] as? [[String: Any]])?.first)
    #expect(input.keys.sorted() == ["digest", "instance", "key", "name", "output", "stage"])
    #expect(input["instance"] as? String == "split")
  }

  @Test func journalsKeepTheirKeys() throws {
    let line = #"{"instance":"refit","new":"b","old":"a","stage":"train","time":"t"}"#
    let entry = try JSONDecoder().decode(RunFolder.JournalEntry.self, from: Data(line.utf8))
    #expect(entry.step == "refit")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(entry), as: UTF8.self) == line)
  }

  private func members(of json: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
  }
}
