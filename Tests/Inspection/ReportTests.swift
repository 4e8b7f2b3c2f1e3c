import Foundation
import Inspection
import TensorFiles
import TestSupport
import Testing

@Suite struct ReportTests {
  private let manifest = """
    {"stage": "fetch-and-parse", "key": "0123abcd", "created": "2030-01-01T00:00:00Z",
     "seconds": 1.5, "unknown": [1],
     "inputs": [{"name": "train", "instance": "first", "output": "train", "digest": "ff"}, 7, {}],
     "parts": [{"kind": "recipe", "name": "dataset.seed", "value": "42"},
               {"kind": "code", "name": "code", "value": "c0de"}]}
    """

  @Test func showsHeaderMetadataProvenanceAndTensors() throws {
    let scratch = try TemporaryFolder()
    _ = try scratch.file("manifest.json", holding: manifest)
    let file = try scratch.write(imagesWriter())
    let report = try TensorFileReport(of: file)
    let text = report.lines().joined(separator: "\n")
    #expect(report.verification == .verified)
    #expect(text.hasPrefix(file.url.path + "\n"))
    #expect(text.contains("schema   images, version 1"))
    #expect(text.contains("(verified)"))
    #expect(text.contains("\n  source       shapes\n"))
    #expect(text.contains("dataset.seed  42") && !text.contains("c0de"))
    #expect(text.contains("train  first.train  sha256 ff"))
    #expect(text.contains("took          1.5 s"))
    #expect(text.contains("\n  images  U8     2×3×2×3    0  255  46.75"))
    #expect(text.contains("\n  labels  U8     2          0    1    0.5     0.5    0"))
  }

  /// Metadata, manifest and path of a file are not trusted.
  @Test func nothingInAReportObeysATerminal() throws {
    let scratch = try TemporaryFolder()
    let hostile = "a\u{1B}[31mb\u{9B}2Jc\u{202E}d\ne"
    let manifest =
      ["stage": hostile, "host": hostile, "created": hostile, "warnings": [hostile]]
      as [String: Any]
    try JSONSerialization.data(withJSONObject: manifest).write(to: scratch.file("manifest.json"))
    var writer = TensorFileWriter(schema: "sample", metadata: [hostile: hostile])
    writer.add("w", shape: [1], [1] as [UInt8])
    let report = try TensorFileReport(of: scratch.write(writer, to: "h\u{1B}.safetensors"))
    #expect(report.lines().allSatisfy(PrintableText.isPrintable))
    #expect(report.lines().contains { $0.contains(#"a\u{1b}[31mb\u{9b}2Jc\u{202e}d\u{a}e"#) })
    let json = PrintableText.escapedJSON(try report.json())
    #expect(json.split(separator: "\n").map(String.init).allSatisfy(PrintableText.isPrintable))
    let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((read?["metadata"] as? [String: String])?[hostile] == hostile)
  }

  /// A thousand names of a hundred letters are shortened to one line, but complete in JSON.
  @Test func longListsOfNamesAreCounted() throws {
    let scratch = try TemporaryFolder()
    let names = (0..<1000).map { "\($0) " + String(repeating: "\u{202E}long", count: 20) }
    let text = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    var writer = TensorFileWriter(
      schema: "images", metadata: ["class_names": text, "few": "[\"cat\",\"dog\"]"])
    writer.add("w", shape: [1], [1] as [UInt8])
    let report = try TensorFileReport(of: scratch.write(writer))
    let lines = report.lines()
    #expect(lines.allSatisfy { $0.count <= 200 })
    #expect(lines.allSatisfy(PrintableText.isPrintable))
    let line = try #require(lines.first { $0.contains("class_names") })
    #expect(line.contains("1000 names: 0 \\u{202e}long\\u{202e}long\\u{…, 1 "))
    #expect(line.hasSuffix("…"))
    #expect(lines.contains("  few          [\"cat\",\"dog\"]"))
    #expect(report.metadata["class_names"] == text)
  }

  @Test func damageIsSaidNotHidden() throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.write(imagesWriter()).url
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: url)
    let report = try TensorFileReport(of: TensorFile(contentsOf: url))
    #expect(report.verification == .damaged)
    #expect(report.lines().contains { $0.contains("DAMAGED") })
  }

  @Test func plainFilesAndHostileText() throws {
    let scratch = try TemporaryFolder()
    let header =
      #"{"__metadata__":{"note":"a\u001b[2J\nb"},"w":{"dtype":"F32","shape":[],"#
      + #""data_offsets":[0,4]}}"#
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    let url = scratch.file("plain.safetensors")
    try (length + Data(header.utf8) + Data([0, 0, 0xC0, 0x7F])).write(to: url)
    let report = try TensorFileReport(of: TensorFile(contentsOf: url))
    #expect(report.verification == .unstated && report.schema == nil && report.provenance == nil)
    let lines = report.lines()
    #expect(lines.contains("  note  a\\u{1b}[2J\\u{a}b"))
    #expect(lines.contains("  w     F32    scalar    –    –     –    –    1"))
    #expect(lines.allSatisfy(PrintableText.isPrintable))
  }

  @Test func jsonHoldsTheSame() throws {
    let scratch = try TemporaryFolder()
    _ = try scratch.file("manifest.json", holding: manifest)
    var writer = TensorFileWriter(schema: "odd")
    writer.add("w", shape: [2], [.infinity, 1.5] as [Float])
    let json = try TensorFileReport(of: scratch.write(writer)).json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "odd")
    #expect(object["verification"] as? String == "verified")
    let tensor = try #require((object["tensors"] as? [[String: Any]])?.first)
    #expect(tensor["shape"] as? [Int] == [2])
    let statistics = try #require(tensor["statistics"] as? [String: Any])
    #expect(statistics["max"] as? String == "Infinity" && statistics["mean"] as? Double == 1.5)
    #expect((object["provenance"] as? [String: Any])?["stage"] as? String == "fetch-and-parse")
  }

  @Test(arguments: ["", "[]", "{\"stage\": 5, \"parts\": {}, \"inputs\": null}", "not JSON"])
  func anOddManifestIsNoError(text: String) throws {
    let scratch = try TemporaryFolder()
    _ = try scratch.file("manifest.json", holding: text)
    let provenance = Provenance(inFolder: scratch.url)
    #expect(provenance == nil || provenance?.lines().isEmpty == true)
    #expect(try !FolderListing.lines(of: scratch.url).isEmpty)
  }

  @Test func foldersListTheirFiles() throws {
    let scratch = try TemporaryFolder()
    _ = try scratch.write(imagesWriter(), to: "train.safetensors")
    _ = try scratch.file("broken.safetensors", holding: "x")
    _ = try scratch.file("log.txt", holding: "12345")
    let lines = try FolderListing.lines(of: scratch.url)
    #expect(lines.count == 4)
    #expect(lines[1].contains("broken.safetensors") && lines[1].contains("1 byte, but"))
    #expect(lines[2].contains("log.txt") && lines[2].hasSuffix("5 bytes"))
    #expect(lines[3].hasSuffix("images, 2 tensors"))
    let absent = scratch.file("absent")
    #expect(
      throws: InspectionError.cannotRead(file: absent.path, reason: "No such file or directory")
    ) { try FolderListing.lines(of: absent) }
  }
}
