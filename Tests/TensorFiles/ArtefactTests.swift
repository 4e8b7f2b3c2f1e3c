import Foundation
import TensorFiles
import TestSupport
import Testing

@Suite struct ArtefactTests {
  @Test func equalContentIsEqualBytes() throws {
    let scratch = try TemporaryFolder()
    var first = TensorFileWriter(schema: "s", metadata: ["a": "1", "b": "2", "c": "3", "d": "4"])
    first.add("x", shape: [2], [1, 2] as [Float])
    first.add("y", shape: [1], [3] as [Double])
    var second = TensorFileWriter(schema: "s", metadata: ["d": "4", "c": "3", "b": "2", "a": "1"])
    second.add("y", shape: [1], [3] as [Double])
    second.add("x", shape: [2], [1, 2] as [Float])
    try first.write(to: scratch.file("one.safetensors"))
    try second.write(to: scratch.file("two.safetensors"))
    let bytes = try Data(contentsOf: scratch.file("one.safetensors"))
    #expect(try bytes == Data(contentsOf: scratch.file("two.safetensors")))
    let digest = try TensorFile(contentsOf: scratch.file("one.safetensors")).contentDigest
    #expect(try ContentDigest.ofFile(at: scratch.file("two.safetensors")) == digest)
  }

  /// Pins the container: if these bytes change, `formatVersion` must change.
  @Test func bytesArePinned() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "s", metadata: ["z": "\"", "a": "é"])
    writer.add("b", shape: [1], [7] as [UInt8])
    writer.add("a", shape: [], [1] as [Float])
    let url = scratch.file("pinned.safetensors")
    try writer.write(to: url)
    let digest = ContentDigest.sha256Hex(Data([0, 0, 0x80, 0x3F, 7]))
    let header =
      #"{"__metadata__":{"a":"é","format":"tessera","format_version":"1","schema":"s","#
      + #""schema_version":"1","sha256":"\#(digest)","z":"\""},"#
      + #""a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}"#
    let padding = (64 - (8 + header.utf8.count) % 64) % 64
    let expected = foreignFile(
      header + String(repeating: " ", count: padding), data: [0, 0, 0x80, 0x3F, 7])
    #expect(try Array(Data(contentsOf: url)) == expected)
  }

  @Test func contentDigestSeesEverything() throws {
    let scratch = try TemporaryFolder()
    func digest(
      schema: String = "s", version: Int = 1, metadata: [String: String] = ["k": "v"],
      name: String = "w", shape: [Int] = [2, 2], values: [Float] = [1, 2, 3, 4]
    ) throws -> String {
      var writer = TensorFileWriter(schema: schema, schemaVersion: version, metadata: metadata)
      writer.add(name, shape: shape, values)
      let url = scratch.file("digest.safetensors")
      try writer.write(to: url)
      return try ContentDigest.ofFile(at: url)
    }
    let digests = try [
      digest(), digest(schema: "t"), digest(version: 2), digest(metadata: ["k": "w"]),
      digest(metadata: ["kv": ""]), digest(metadata: [:]), digest(name: "v"),
      digest(shape: [4]), digest(values: [1, 2, 3, 5]),
    ]
    #expect(Set(digests).count == digests.count)
    #expect(try digest() == digests[0])
  }

  @Test func contentDigestOfPlainFiles() throws {
    let scratch = try TemporaryFolder()
    let header = #"{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
    let one = try scratch.file("1.safetensors", holding: foreignFile(header, data: [1, 2]))
    let same = try scratch.file("2.safetensors", holding: foreignFile(header + "  ", data: [1, 2]))
    let other = try scratch.file("3.safetensors", holding: foreignFile(header, data: [1, 3]))
    #expect(try ContentDigest.ofFile(at: one) == ContentDigest.ofFile(at: same))
    #expect(try ContentDigest.ofFile(at: one) != ContentDigest.ofFile(at: other))
    // FIPS 180-4's example for "abc".
    let text = try scratch.file("text.csv", holding: Array("abc".utf8))
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(try ContentDigest.ofFile(at: text) == expected)
    let empty = try scratch.file("empty.csv", holding: [])
    #expect(try ContentDigest.ofFile(at: empty) == ContentDigest.sha256Hex(Data()))
  }

  @Test func aDamagedByteIsFound() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("sample.safetensors")
    try sampleWriter().write(to: url)
    var bytes = try Array(Data(contentsOf: url))
    bytes[bytes.count - 1] ^= 1
    try Data(bytes).write(to: url)
    let file = try TensorFile(contentsOf: url)
    let thrown = #expect(throws: TensorFileError.self) {
      try file.requireSchema("sample", version: 1, producedBy: "train")
    }
    guard case .wrongDigest(url.path, file.statedDigest, _, "train") = thrown else {
      Issue.record("expected wrongDigest, found \(String(describing: thrown))")
      return
    }
    #expect("\(file.url.path)" == url.path)
    #expect(throws: TensorFileError.self) { try file.verifyDigest() }
    try file.requireSchema("sample", version: 1, producedBy: "train", verifyingDigest: false)
  }

  @Test func schemaAndItsVersion() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("versions.safetensors")
    try TensorFileWriter(schema: "images", schemaVersion: 3).write(to: url)
    let file = try TensorFile(contentsOf: url)
    let path = url.path
    #expect(try file.requireSchema("images", version: 3, producedBy: "s") == 3)
    #expect(try file.requireSchema("images", version: 5, oldest: 2, producedBy: "s") == 3)
    #expect(
      throws: TensorFileError.wrongSchema(
        file: path, expected: "split", found: "images", stage: "s")
    ) { try file.requireSchema("split", version: 3, producedBy: "s") }
    #expect(
      throws: TensorFileError.newerSchema(file: path, schema: "images", found: 3, supported: 2)
    ) { try file.requireSchema("images", version: 2, producedBy: "s") }
    let older = TensorFileError.olderSchema(
      file: path, schema: "images", found: 3, oldest: 4, stage: "fetch")
    #expect(throws: older) { try file.requireSchema("images", version: 4, producedBy: "fetch") }
    #expect("\(older)".hasSuffix("./pipeline.sh run RECIPE --from fetch --force"))
  }

  @Test func plainFilesAreNoArtefacts() throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file("plain.safetensors", holding: foreignFile("{}"))
    let file = try TensorFile(contentsOf: url)
    #expect(throws: TensorFileError.notArtefact(file: url.path, schema: "images", stage: "s")) {
      try file.requireSchema("images", version: 1, producedBy: "s")
    }
    #expect(throws: TensorFileError.noDigest(file: url.path)) { try file.verifyDigest() }
  }

  @Test(
    arguments: [
      ("format_version", "2"), ("format_version", "0"), ("format_version", "01"),
      ("format_version", ""), ("format_version", nil), ("schema", ""), ("schema", nil),
      ("schema_version", "x"), ("schema_version", nil), ("sha256", "00"), ("sha256", nil),
      ("sha256", String(repeating: "G", count: 64)),
    ] as [(String, String?)])
  func artefactMetadataIsChecked(key: String, value: String?) throws {
    let scratch = try TemporaryFolder()
    var metadata = [
      "format": "tessera", "format_version": "1", "schema": "s", "schema_version": "1",
      "sha256": ContentDigest.sha256Hex(Data()),
    ]
    func open() throws -> TensorFile {
      let members = metadata.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
      let bytes = foreignFile("{\"__metadata__\":{\(members)}}")
      return try TensorFile(contentsOf: scratch.file("m.safetensors", holding: bytes))
    }
    try open().verifyDigest()
    metadata[key] = value
    let thrown = #expect(throws: TensorFileError.self) { try open() }
    let path = scratch.file("m.safetensors").path
    if value == "2" {
      #expect(thrown == .newerFormat(file: path, found: 2, supported: 1))
    } else if case .unusableMetadata(path, key, value, _)? = thrown {
      #expect("\(try #require(thrown))".contains("'\(key)'"))
    } else {
      Issue.record("expected unusableMetadata of \(key), found \(String(describing: thrown))")
    }
  }
}
