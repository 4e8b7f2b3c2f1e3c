import Datasets
import Foundation
import PictureFolders
import Pictures
import TensorFiles
import TestSupport
import Testing

@Suite struct ReadingTests {
  private let sample: SampleFolder

  init() throws { sample = try SampleFolder() }

  /// Two classes of pictures of several sizes, a text file and a truncated picture.
  private func fill() throws {
    for number in 0..<8 {
      try sample.picture(
        "\(number % 2 == 0 ? "even" : "odd")/\(number).png", number: number,
        width: 20 + 7 * number, height: 60 - 5 * number)
    }
    try sample.write("even/notes.txt", "no picture\n")
    let whole = try Data(contentsOf: sample.url.appending(path: "odd/3.png"))
    try sample.write("odd/31.png", whole.prefix(whole.count / 2))
  }

  @Test(arguments: [1, 3]) func picturesBecomeCentredSquares(threads: Int) throws {
    try fill()
    var reports: [Int] = []
    let images = try PictureFolder(at: sample.url).images(side: 24, threads: threads) {
      #expect($1 == 10)
      reports.append($0)
    }
    let set = images.dataset.train
    #expect(reports == [10] && set.side == 24 && set.classNames == ["even", "odd"])
    #expect(set.labels == [0, 0, 0, 0, 1, 1, 1, 1])
    #expect(set.dataStatus == .own && set.source == .folder)
    let files = try #require(images.files[.training])
    #expect(files == [0, 2, 4, 6].map { "even/\($0).png" } + [1, 3, 5, 7].map { "odd/\($0).png" })
    for (index, file) in files.enumerated() {
      let picture = try Picture(contentsOf: sample.url.appending(path: file))
      let pixels = set.images[index * set.pixelsPerImage..<(index + 1) * set.pixelsPerImage]
      #expect(Array(pixels) == CentredSquare.pixels(of: picture, side: 24), "\(file)")
    }
    #expect(images.unreadable.map(\.path) == ["even/notes.txt", "odd/31.png"])
    #expect(images.unreadable[0].reason.hasPrefix("a text, expected a PNG or JPEG"))
    #expect(images.unreadable[1].reason.hasPrefix("a damaged PNG"))
  }

  @Test func partsKeepApart() throws {
    for (path, number) in [
      ("train/a/1.png", 1), ("train/b/2.png", 2), ("val/b/3.png", 3), ("test/a/4.png", 4),
    ] {
      try sample.picture(path, number: number)
    }
    let images = try PictureFolder(at: sample.url).images(side: 16, threads: 2)
    #expect(images.dataset.train.labels == [0, 1])
    #expect(images.dataset.validation?.labels == [1])
    #expect(images.dataset.test?.labels == [0])
    #expect(images.files[.validation] == ["val/b/3.png"])
  }

  @Test func classesAndPartsWithoutPicturesAreRefused() throws {
    try sample.picture("a/1.png", number: 1)
    try sample.write("b/1.png", "GIF89a")
    let path = sample.url.relativePath
    #expect(throws: PictureFolderError.emptyClass(folder: path, name: "b", files: 1)) {
      try PictureFolder(at: sample.url).images(side: 16, threads: 1)
    }
    try FileManager.default.removeItem(at: sample.url.appending(path: "a/1.png"))
    try sample.write("a/1.png", "")
    let empty = try PictureFolder(at: sample.url)
    let error = #expect(throws: PictureFolderError.self) {
      _ = try empty.images(side: 16, threads: 1)
    }
    #expect("\(try #require(error))".contains("none of 2 training files"))
    #expect("\(try #require(error))".contains("b/1.png: a GIF"))
  }

  @Test func moreThanMemoryIsRefused() throws {
    try sample.picture("a/1.png", number: 1)
    try sample.picture("b/2.png", number: 2)
    let side = 1 << 28
    #expect(
      throws: PictureFolderError.noMemory(
        folder: sample.url.relativePath, files: 2, side: side)
    ) { try PictureFolder(at: sample.url).images(side: side, threads: 1) }
  }

  /// With two pictures of a class, none is left for the test.
  @Test func classesWithTooFewPicturesAreListed() throws {
    for number in 0..<12 {
      try sample.picture("\(number < 10 ? "many" : "few")/\(number).png", number: number)
    }
    let images = try PictureFolder(at: sample.url).images(side: 16, threads: 2)
    let (set, parts) = images.dataset.completed(validation: 0.1, test: 0.1, seed: 1)
    let table = PictureTable(
      of: images, completed: set, parts: parts, repeated: set.repeatedImages())
    #expect(
      table.problems == ["class 'few' has too few pictures: 2 training, 0 validation, 0 test"])
  }

  /// The table lists every file with its index among the images, or with the reason why it has
  /// none.
  @Test func theTableSaysWhatBecameOfEachFile() throws {
    try fill()
    try sample.picture("odd/same as 0.png", number: 0, width: 20, height: 60)
    let images = try PictureFolder(at: sample.url).images(side: 24, threads: 2)
    let (set, parts) = images.dataset.completed(validation: 0.2, test: 0.2, seed: 1)
    let table = PictureTable(
      of: images, completed: set, parts: parts, repeated: set.repeatedImages())
    let lines = table.csv.split(separator: "\n").map(String.init)
    #expect(lines.count == 1 + 11 && lines[0] == "file,class,part,image,problem")
    #expect(
      lines.contains { $0.hasPrefix("even/notes.txt,even,,,\"a text, expected a PNG or JPEG") })
    let again = try #require(lines.first { $0.contains("the same pixels as") })
    #expect(again.hasSuffix(#"which has another class""#), "\(again)")
    #expect(table.problems.count == 3)
    try expectImages(of: table, in: set)
    // Three of four training images are used: the following indices decrease, and one file has
    // none.
    let settings = DatasetSettings(source: .folder, trainingImages: set.train.count - 1)
    let indices = try settings.chosenIndices(among: set)
    let fewer = set.taking(indices)
    let shorter = table.taking(indices)
    try expectImages(of: shorter, in: fewer)
    let places = { (table: PictureTable) in
      table.csv.split(separator: "\n").count {
        $0.contains(",training,") && !$0.contains(",training,,")
      }
    }
    #expect(places(table) == set.train.count && places(shorter) == set.train.count - 1)
  }

  /// Expects that the index in each row refers to the pixels of its file.
  private func expectImages(of table: PictureTable, in set: ParsedDataset) throws {
    let lines = table.csv.split(separator: "\n").map(String.init)
    let trainingFile = set.trainingFile
    var placed = 0
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let index = Int(cells[3]) else {
        #expect(cells[3].isEmpty, "\(line)")
        continue
      }
      placed += 1
      let file = sample.url.appending(path: String(cells[0]))
      let expected = CentredSquare.pixels(of: try Picture(contentsOf: file), side: 24)
      let holder = cells[2] == "test" ? try #require(set.test) : trainingFile
      let size = holder.pixelsPerImage
      #expect(Array(holder.images[index * size..<(index + 1) * size]) == expected, "\(line)")
      #expect(holder.classNames[Int(holder.labels[index])] == cells[1], "\(line)")
    }
    #expect(placed == trainingFile.count + (set.test?.count ?? 0))
  }
}
