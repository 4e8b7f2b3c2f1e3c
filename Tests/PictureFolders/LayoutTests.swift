import Datasets
import Foundation
import PictureFolders
import TestSupport
import Testing

@Suite struct LayoutTests {
  private let sample: SampleFolder

  init() throws { sample = try SampleFolder() }

  private func make(_ paths: String...) throws {
    for path in paths { try sample.write(path, "x") }
  }

  private func paths(_ folder: PictureFolder, _ part: DataPart) -> [String]? {
    folder.entries[part]?.map(\.path)
  }

  /// Classes and files are in natural order, including folders below a class; hidden files and
  /// files next to the class folders are skipped.
  @Test func classesAreFolders() throws {
    try make(
      "10/b.png", "2/a10.png", "2/a9.png", "2/more/c.png", "2/.DS_Store", "labels.csv",
      "cat/x.jpg")
    let folder = try PictureFolder(at: sample.url)
    #expect(folder.classNames == ["2", "10", "cat"])
    #expect(
      paths(folder, .training) == [
        "2/a9.png", "2/a10.png", "2/more/c.png", "10/b.png", "cat/x.jpg",
      ])
    #expect(folder.entries[.training]?.map(\.label) == [0, 0, 0, 1, 2])
    #expect(folder.entries.keys.sorted { $0.rawValue < $1.rawValue } == [.training])
  }

  @Test(arguments: ["val", "valid", "validation", "Validation"])
  func partsAreFolders(word: String) throws {
    try make("train/a/1.png", "train/b/1.png", "\(word)/b/2.png", "test/a/3.png", "README.txt")
    let folder = try PictureFolder(at: sample.url)
    #expect(folder.classNames == ["a", "b"])
    #expect(paths(folder, .training) == ["train/a/1.png", "train/b/1.png"])
    #expect(paths(folder, .validation) == ["\(word)/b/2.png"])
    #expect(folder.entries[.validation]?.map(\.label) == [1])
    #expect(paths(folder, .test) == ["test/a/3.png"])
  }

  @Test func linksAreFollowed() throws {
    try make("a/1.png", "elsewhere.nowhere/2.png")
    let other = try SampleFolder()
    try other.write("2.png", "x")
    try FileManager.default.removeItem(at: sample.url.appending(path: "elsewhere.nowhere"))
    try FileManager.default.createSymbolicLink(
      at: sample.url.appending(path: "b"), withDestinationURL: other.url)
    let folder = try PictureFolder(at: sample.url)
    #expect(paths(folder, .training) == ["a/1.png", "b/2.png"])
  }

  private func refusal() -> PictureFolderError? {
    do {
      _ = try PictureFolder(at: sample.url)
      return nil
    } catch {
      return error as? PictureFolderError
    }
  }

  @Test func layoutsThatContradictAreRefused() throws {
    let path = sample.url.relativePath
    #expect(refusal() == .classCount(folder: path, found: [], hasOnlyFiles: false))
    try make("1.png")
    #expect(refusal() == .classCount(folder: path, found: [], hasOnlyFiles: true))
    try make("a/1.png")
    #expect(refusal() == .classCount(folder: path, found: ["a"], hasOnlyFiles: false))
    try make("test/a/1.png", "valid/a/1.png")
    #expect(refusal() == .noTraining(folder: path, found: ["test", "valid"]))
    try make("train/a/1.png", "train/b/1.png")
    #expect(
      refusal() == .mixedLayout(folder: path, parts: ["test", "train", "valid"], other: "a"))
    try FileManager.default.removeItem(at: sample.url.appending(path: "a"))
    #expect(refusal() == nil)
    try make("val/a/1.png")
    #expect(refusal() == .twoFolders(folder: path, part: .validation, names: ["val", "valid"]))
    try FileManager.default.removeItem(at: sample.url.appending(path: "val"))
    try make("test/c/1.png")
    #expect(
      refusal() == .unknownClass(folder: path, part: .test, name: "c", classes: ["a", "b"]))
    let nowhere = sample.url.appending(path: "nowhere")
    #expect(throws: PictureFolderError.unreadable(folder: nowhere.relativePath)) {
      try PictureFolder(at: nowhere)
    }
  }

  @Test func classNamesArePrintable() throws {
    try make("a/1.png", "b\u{202E}c/1.png")
    #expect(
      refusal() == .className(folder: sample.url.relativePath, name: "b\u{202E}c"))
    #expect("\(try #require(refusal()))".contains(#"b\u{202e}c"#))
  }

  @Test func errorsAreOneLine() throws {
    let errors: [PictureFolderError] = [
      .unreadable(folder: "f"), .twoFolders(folder: "f", part: .test, names: ["test", "Test"]),
      .noTraining(folder: "f", found: ["test"]),
      .mixedLayout(folder: "f", parts: ["train"], other: "x"),
      .classCount(folder: "f", found: ["a"], hasOnlyFiles: false),
      .classCount(folder: "f", found: [String](repeating: "a", count: 1_001), hasOnlyFiles: false),
      .noPictures(folder: "f", part: .test, files: 3, first: nil),
      .emptyClass(folder: "f", name: "a", files: 2), .problems(folder: "f", count: 2, first: "x"),
      .noMemory(folder: "f", files: 9, side: 64),
    ]
    for error in errors {
      #expect("\(error)".hasPrefix("f: ") && !"\(error)".contains("\n"), "\(error)")
    }
  }
}
