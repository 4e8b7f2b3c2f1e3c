import Dispatch
import Foundation
import TensorFiles
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private struct DiskFull: Error {}

  @Test func replacesAndLeavesNothingBeside() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("note.json")
    try AtomicFile.write(Data("old, and longer".utf8), to: url)
    try AtomicFile.write(Data("new".utf8), to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == "new")
    #expect(try scratch.contents() == ["note.json"])
  }

  @Test func oldContentSurvivesAFailureHalfway() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("weights.safetensors")
    try sampleWriter().write(to: url)
    let before = try Data(contentsOf: url)
    #expect(throws: DiskFull.self) {
      try AtomicFile.write(to: url) { sink in
        try [UInt8](repeating: 1, count: 5000).withUnsafeBytes { try sink.write($0) }
        #expect(try scratch.contents().count == 2, "written beside the file, not into it")
        throw DiskFull()
      }
    }
    #expect(try Data(contentsOf: url) == before)
    #expect(try scratch.contents() == ["weights.safetensors"])
  }

  /// A name of 255 bytes is valid, but the longer temporary name is not. This also fails for root,
  /// who is not restricted by permissions.
  @Test func oldContentSurvivesWhereNothingCanBeCreated() throws {
    let scratch = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    let url = scratch.file(name)
    #expect(FileManager.default.createFile(atPath: url.path, contents: Data("old".utf8)))
    let expected = TensorFileError.cannotWrite(
      file: url.path, step: "create a temporary file", reason: "File name too long")
    #expect(throws: expected) { try sampleWriter().write(to: url) }
    #expect(try String(contentsOf: url, encoding: .utf8) == "old")
    #expect(try scratch.contents() == [name])
  }

  @Test func aFolderInTheWayStays() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("folder")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let expected = TensorFileError.cannotWrite(
      file: url.path, step: "rename", reason: "Is a directory")
    #expect(throws: expected) { try AtomicFile.write(Data("x".utf8), to: url) }
    #expect(try scratch.contents() == ["folder"])
  }

  @Test func missingFolderIsNamed() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("absent").appendingPathComponent("x.safetensors")
    #expect(
      throws: TensorFileError.cannotWrite(
        file: url.path, step: "create a temporary file", reason: "No such file or directory")
    ) { try sampleWriter().write(to: url) }
  }

  @Test func headerOverTheLimitIsNotWritten() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("long.safetensors")
    let writer = TensorFileWriter(
      schema: "s", metadata: ["long": String(repeating: "x", count: 1 << 20)])
    let thrown = #expect(throws: TensorFileError.self) { try writer.write(to: url) }
    guard case .headerTooLong(url.path, _, 1 << 20)? = thrown else {
      Issue.record("expected headerTooLong, found \(String(describing: thrown))")
      return
    }
    #expect(try scratch.contents().isEmpty)
  }

  @Test func manyWritersLeaveOneWholeFile() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("shared.safetensors")
    DispatchQueue.concurrentPerform(iterations: 16) { index in
      var writer = TensorFileWriter(schema: "s")
      writer.add("w", shape: [1000], [Float](repeating: Float(index), count: 1000))
      #expect(throws: Never.self) { try writer.write(to: url) }
    }
    let file = try TensorFile(contentsOf: url)
    try file.verifyDigest()
    #expect(try Set(file.scalars(of: "w", as: Float.self)).count == 1)
    #expect(try scratch.contents() == ["shared.safetensors"])
  }

  @Test func anOpenFileOutlivesItsReplacement() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("sample.safetensors")
    try sampleWriter().write(to: url)
    let file = try TensorFile(contentsOf: url)
    try TensorFileWriter(schema: "other").write(to: url)
    try file.verifyDigest()
    #expect(try file.scalars(of: "bytes", as: UInt8.self) == [1, 2, 255])
  }
}
