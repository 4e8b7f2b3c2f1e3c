import Foundation
import TensorFiles
import TestSupport
import Testing

@Suite struct FolderWalkTests {
  private func link(_ name: String, to target: String, in scratch: TemporaryFolder) throws {
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file(name).path, withDestinationPath: target)
  }

  /// What links point to counts as if it lay there, hidden names and dead ends do not, and a link back to
  /// a folder around it does not go on for ever.
  @Test func linksAreFollowed() throws {
    let (scratch, outside) = (try TemporaryFolder(), try TemporaryFolder())
    _ = try outside.file("far", holding: [1])
    for folder in ["b", "b/inner"] {
      try FileManager.default.createDirectory(
        at: scratch.file(folder), withIntermediateDirectories: true)
    }
    for file in ["a.txt", "b/c.txt", "b/inner/d.txt", ".hidden"] {
      _ = try scratch.file(file, holding: [2])
    }
    try link("b/elsewhere", to: outside.url.path, in: scratch)
    try link("e.txt", to: "b/c.txt", in: scratch)
    try link("nowhere", to: "absent", in: scratch)
    try link("b/inner/back", to: "../..", in: scratch)
    let files = try FolderWalk.files(below: scratch.url)
    #expect(files.map(\.path) == ["a.txt", "b/c.txt", "b/elsewhere/far", "b/inner/d.txt", "e.txt"])
    // The place is where the bytes are.
    let root = scratch.url.resolvingSymlinksInPath().path
    #expect(files[2].url.path == outside.url.resolvingSymlinksInPath().path + "/far")
    #expect(files[4].url.path == root + "/b/c.txt")
    #expect(
      try files.map { try Data(contentsOf: $0.url) }.map { [UInt8]($0) } == [
        [2], [2], [1], [2], [2],
      ])
    try link("all", to: scratch.url.path, in: outside)
    #expect(try FolderWalk.files(below: outside.file("all")).first?.url.path == root + "/a.txt")
  }
}
