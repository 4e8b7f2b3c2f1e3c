import Foundation
import Testing

/// A path in a recipe is represented in the cache key by its contents, and so are the folders of
/// modules.
@Suite struct PathKeyTests {
  /// A sandbox whose `make` reads all regular files of a folder, as the tool does.
  private func sandboxReadingAFolder() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.install(
      #"cat "$(value file | tr -d '"')"/[a-z]*.txt >"$output/numbers.txt""#, as: "make")
    try sandbox.write("a/one.txt", "1\n")
    try sandbox.write("b/one.txt", "2\n")
    return sandbox
  }

  private func link(_ path: String, to target: String, in sandbox: Sandbox) throws {
    let file = sandbox.root.appendingPathComponent(path)
    unlink(file.path)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: target)
  }

  @Test func aLinkCountsAsWhatItPointsTo() throws {
    let sandbox = try sandboxReadingAFolder()
    try link("photos", to: "a", in: sandbox)
    try sandbox.succeed("--set", "data.file=photos")
    #expect(try sandbox.read("data/runs/quickstart/make/numbers.txt") == "1\n")
    _ = try sandbox.takeCalls()
    try link("photos", to: "b", in: sandbox)
    try sandbox.succeed("--set", "data.file=photos")
    #expect(try sandbox.takeCalls() == ["make", "train", "score"])
    #expect(try sandbox.read("data/runs/quickstart/make/numbers.txt") == "2\n")
    // The folder itself, another link to it, and the first link again are cache hits.
    try link("other", to: "photos", in: sandbox)
    for path in ["b", "other", "photos"] { try sandbox.succeed("--set", "data.file=\(path)") }
    #expect(try sandbox.takeCalls() == [])
    try sandbox.write("b/one.txt", "3\n")
    try sandbox.succeed("--set", "data.file=other")
    #expect(try sandbox.takeCalls() == ["make", "train", "score"])
  }

  @Test func linksInAFolderCount() throws {
    let sandbox = try sandboxReadingAFolder()
    try link("a/two.txt", to: "../b/one.txt", in: sandbox)
    try sandbox.succeed("--set", "data.file=a")
    #expect(try sandbox.read("data/runs/quickstart/make/numbers.txt") == "1\n2\n")
    try sandbox.write("b/one.txt", "5\n")
    try sandbox.succeed("--set", "data.file=a")
    #expect(try sandbox.read("data/runs/quickstart/make/numbers.txt") == "1\n5\n")
  }

  @Test func whatIsNoFileNeitherEntersNorStopsARun() throws {
    let sandbox = try sandboxReadingAFolder()
    try sandbox.succeed("--set", "data.file=a")
    _ = try sandbox.takeCalls()
    try sandbox.write("a/.DS_Store", "x")
    try sandbox.write("a/._one.txt", "x")
    try link("a/gone.bin", to: "nowhere", in: sandbox)
    try link("a/itself", to: ".", in: sandbox)
    #expect(mkfifo(sandbox.root.appendingPathComponent("a/pipe.bin").path, 0o600) == 0)
    try sandbox.succeed("--set", "data.file=a")
    #expect(try sandbox.takeCalls() == [])
  }

  @Test func aModuleBehindALinkIsPartOfTheCode() throws {
    let sandbox = try Sandbox()
    try sandbox.succeed()
    _ = try sandbox.takeCalls()
    let files = FileManager.default
    try files.moveItem(
      at: sandbox.root.appendingPathComponent("Sources/Deep"),
      to: sandbox.root.appendingPathComponent("deep"))
    try link("Sources/Deep", to: "../deep", in: sandbox)
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == [], "the same sources")
    try sandbox.replace("a // b", by: "a // c", in: "deep/Deep.swift")
    try sandbox.succeed()
    #expect(try sandbox.takeCalls() == ["make", "train", "score", "draw"])
  }
}
