import Datasets
import Foundation
import TensorFiles
import TestSupport
import Testing

/// `count` images `[count, side, side, channels]` as `.npy`; every byte differs from its
/// neighbours.
private func images(_ count: Int, side: Int = 16, channels: Int = 3, salt: Int = 0) -> [UInt8] {
  let bytes = count * side * side * max(channels, 1)
  let pixels = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 * 7 + salt) }
  return NumPyWriter.npy("|u1", [count, side, side] + (channels == 0 ? [] : [channels]), pixels)
}

private func labels(_ numbers: [Int], isColumn: Bool = true) -> [UInt8] {
  NumPyWriter.npy(
    "<i4", isColumn ? [numbers.count, 1] : [numbers.count],
    numbers.flatMap { ZipWriter.number($0, 4) })
}

/// The planes of an image whose three bytes of each pixel are contiguous.
private func planes(_ pixels: ArraySlice<UInt8>) -> [UInt8] {
  let pixels = Array(pixels)
  return (0..<3).flatMap { channel in
    stride(from: channel, to: pixels.count, by: 3).map { pixels[$0] }
  }
}

private func inFolder<Result>(
  _ files: [String: [UInt8]], _ body: (URL) throws -> Result
) throws -> Result {
  try withTemporaryFolder { folder in
    for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
    return try body(folder)
  }
}

@Suite struct ArrayDatasetTests {
  /// The arrays as in MedMNIST.
  static let parts: [(String, [UInt8])] = [
    ("train_images", images(3)), ("train_labels", labels([2, 0, 1])),
    ("val_images", images(2, salt: 50)), ("val_labels", labels([1, 1])),
    ("test_images", images(1, salt: 90)), ("test_labels", labels([0])),
  ]

  private func check(_ parsed: ParsedDataset) {
    #expect(parsed.train.labels == [2, 0, 1] && parsed.train.side == 16)
    #expect(parsed.validation?.labels == [1, 1] && parsed.test?.labels == [0])
    #expect(parsed.train.classNames == ["0", "1", "2"])
    #expect(parsed.train.source == .arrays && parsed.train.dataStatus == .own)
    let pixels = images(3).suffix(3 * 768)
    #expect(
      parsed.train.images == (0..<3).flatMap { planes(pixels.dropFirst($0 * 768).prefix(768)) })
    #expect(parsed.test?.images == planes(images(1, salt: 90).suffix(768)))
  }

  @Test(arguments: [false, true]) func anArchiveIsRead(isDeflated: Bool) throws {
    try inFolder(["pathmnist": NumPyWriter.npz(Self.parts, isDeflated: isDeflated)]) { folder in
      check(try ArrayDataset.read(at: folder.appending(path: "pathmnist")))
      // An evaluation uses the test images.
      let set = try ArrayDataset.readSet(
        at: folder.appending(path: "pathmnist"), classNames: ["0", "1", "2"])
      #expect(set.labels == [0])
    }
  }

  @Test func aFolderIsRead() throws {
    let files = Dictionary(uniqueKeysWithValues: Self.parts.map { ("\($0).npy", $1) })
    try inFolder(files) { folder in check(try ArrayDataset.read(at: folder)) }
  }

  @Test func kerasNamesAreRead() throws {
    let arrays = [
      ("x_train", images(2)), ("y_train", labels([0, 1])), ("x_test", images(1)),
      ("y_test", labels([1])),
    ]
    try inFolder(["a": NumPyWriter.npz(arrays)]) { folder in
      let parsed = try ArrayDataset.read(at: folder.appending(path: "a"))
      #expect(parsed.train.count == 2 && parsed.test?.labels == [1] && parsed.validation == nil)
    }
  }

  /// The planes do not depend on the order of the dimensions or bytes.
  @Test func everyLayoutGivesTheSamePlanes() throws {
    let side = 16
    func pixel(_ image: Int, _ row: Int, _ column: Int, _ channel: Int) -> UInt8 {
      UInt8(truncatingIfNeeded: image * 91 + row * 37 + column * 5 + channel * 67)
    }
    let (all, channels) = (0..<side, 0..<3)
    let expected = (0..<2).flatMap { n in
      channels.flatMap { c in all.flatMap { y in all.map { x in pixel(n, y, x, c) } } }
    }
    let last = (0..<2).flatMap { n in
      all.flatMap { y in all.flatMap { x in channels.map { c in pixel(n, y, x, c) } } }
    }
    let columns = channels.flatMap { c in
      all.flatMap { x in all.flatMap { y in (0..<2).map { n in pixel(n, y, x, c) } } }
    }
    let files = [
      NumPyWriter.npy("|u1", [2, side, side, 3], last),
      NumPyWriter.npy("|u1", [2, 3, side, side], expected),
      NumPyWriter.npy("|u1", [2, side, side, 3], columns, isFortranOrder: true),
    ]
    for file in files {
      try inFolder(["images.npy": file, "labels.npy": labels([0, 1])]) { folder in
        let train = try ArrayDataset.read(at: folder).train
        #expect(train.images == expected)
      }
    }
  }

  @Test(arguments: [0, 1]) func greyIsThreeChannels(channels: Int) throws {
    let file = images(1, channels: channels)
    let pixels = Array(file.suffix(256))
    try inFolder(["images.npy": file, "labels.npy": labels([0]), "x.npy": file]) { folder in
      let set = try ArrayDataset.readSet(at: folder, classNames: ["a", "b"])
      #expect(set.images == pixels + pixels + pixels && set.classNames == ["a", "b"])
    }
  }

  /// The names of CIFAR-10.1 and of CIFAR-10-C, which has many files and one `labels.npy`.
  @Test func labelsLieBesideTheImages() throws {
    let files = [
      "cifar10.1_v6_data.npy": images(2, side: 32),
      "cifar10.1_v6_labels.npy": labels([1, 9], isColumn: false),
      "fog.npy": images(2, side: 32, salt: 5), "snow.npy": images(2, side: 32, salt: 6),
      "labels.npy": labels([3, 4], isColumn: false),
    ]
    try inFolder(files) { folder in
      func read(_ name: String) throws -> ImageSet {
        try ArrayDataset.readSet(
          at: folder.appending(path: name), classNames: ClassNames.cifar10)
      }
      #expect(try read("cifar10.1_v6_data.npy").labels == [1, 9])
      let (fog, snow) = (try read("fog.npy"), try read("snow.npy"))
      #expect(fog.labels == [3, 4] && fog.side == 32 && snow.images != fog.images)
      #expect(throws: ArrayDatasetError.self) { try read("labels.npy") }
      let names = ArrayDataset.filesWithSharedLabels(in: folder).map(\.lastPathComponent)
      #expect(
        names.contains("fog.npy") && names.contains("snow.npy") && !names.contains("labels.npy"))
    }
  }

  @Test(arguments: [true, false]) func safetensorsAreRead(hasNames: Bool) throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "data")
      let metadata = hasNames ? ["class_names": "[\"cat\", \"dog\", \"eel\"]"] : [:]
      var writer = TensorFileWriter(schema: "images", metadata: metadata)
      let pixels = (0..<2 * 3 * 256).map { UInt8(truncatingIfNeeded: $0 * 3) }
      writer.add("images", shape: [2, 3, 16, 16], pixels)
      writer.add("labels", shape: [2], [0, 1] as [Int64])
      try writer.write(to: url)
      let train = try ArrayDataset.read(at: url).train
      #expect(train.images == pixels && train.labels == [0, 1])
      #expect(train.classNames == (hasNames ? ["cat", "dog", "eel"] : ["0", "1"]))
      let names = ["cat", "dog", "eel", "fox"]
      if hasNames {
        #expect(throws: ArrayDatasetError.self) {
          try ArrayDataset.readSet(at: url, classNames: names)
        }
      } else {
        #expect(try ArrayDataset.readSet(at: url, classNames: names).classNames == names)
      }
    }
  }

  /// An artefact of another part of the project can be read.
  @Test func anArtefactIsRead() throws {
    try withTemporaryFolder { folder in
      let set = imageSet(labels: [0, 9, 3])
      try set.write(to: folder.appending(path: "test.safetensors"))
      let read = try ArrayDataset.readSet(
        at: folder.appending(path: "test.safetensors"), classNames: set.classNames)
      #expect(read.images == set.images && read.labels == set.labels)
    }
  }
}

@Suite struct ArrayRefusalTests {
  private func refusal(_ files: [String: [UInt8]], _ name: String? = nil, set: Bool = false) throws
    -> String
  {
    try inFolder(files) { folder in
      let url = name.map { folder.appending(path: $0) } ?? folder
      do {
        if set {
          _ = try ArrayDataset.readSet(at: url, classNames: ClassNames.cifar10)
        } else {
          _ = try ArrayDataset.read(at: url)
        }
        return "accepted"
      } catch {
        #expect(!"\(error)".contains("\n"))
        #expect("\(error)".hasPrefix(folder.relativePath), "\(error)")
        return "\(error)"
      }
    }
  }

  private func pair(_ images: [UInt8], _ labels: [UInt8]) throws -> String {
    try refusal(["images.npy": images, "labels.npy": labels])
  }

  @Test func shapesAreChecked() throws {
    #expect(try pair(images(2), labels([0, 1])) == "accepted")
    let two = labels([0, 1])
    #expect(
      try pair(NumPyWriter.npy("|u1", [2, 768], [UInt8](repeating: 0, count: 1_536)), two)
        .contains("images.npy: an array [2, 768], expected images [N, H, W, 3]"))
    #expect(
      try pair(NumPyWriter.npy("|u1", [2, 16, 16, 4], [UInt8](repeating: 0, count: 2_048)), two)
        .contains("an array [2, 16, 16, 4]"))
    #expect(
      try pair(NumPyWriter.npy("|u1", [2, 16, 17], [UInt8](repeating: 0, count: 544)), two)
        .contains("images of 16×17, expected squares of side 16 to 256"))
    for side in [8, 15, 257] {
      #expect(
        try pair(images(2, side: side, channels: 0), two).contains("images of \(side)×\(side)"))
    }
    #expect(try pair(images(0), labels([])).contains("no images"))
    #expect(
      try pair(NumPyWriter.npy("<i2", [1, 16, 16], [UInt8](repeating: 0, count: 512)), labels([0]))
        .contains("pixels of type <i2, expected |u1"))
  }

  @Test func labelsAreChecked() throws {
    let two = images(2)
    #expect(try pair(two, labels([0])).contains("labels [1, 1], expected [2] or [2, 1]"))
    let several = NumPyWriter.npy("|u1", [2, 14], [UInt8](repeating: 0, count: 28))
    #expect(try pair(two, several).contains("labels [2, 14], expected [2] or [2, 1]: one class"))
    for label in [-1, 1_000] {
      #expect(
        try pair(two, labels([0, label]))
          .contains("labels.npy: image 1 has label \(label), expected 0 to 999"))
    }
    #expect(try pair(two, labels([0, 999])) == "accepted")
    #expect(try pair(two, labels([0, 0])).contains("labels of 1 class, expected 2 to 1000"))
    #expect(try pair(two, labels([1, 2])).contains("the least label is 1, expected 0: subtract 1"))
    #expect(
      try refusal(["images.npy": two, "labels.npy": labels([0, 10])], set: true)
        .contains("image 1 has label 10, expected 0 to 9"))
  }

  @Test func whatIsMissingIsNamed() throws {
    #expect(
      try refusal(["train_images.npy": images(1)])
        .contains("train_images.npy: no labels for it, expected train_labels"))
    #expect(
      try refusal(["a_images.npy": images(1)], "a_images.npy")
        .contains("no labels for it, expected a_labels.npy beside it or labels.npy beside it"))
    #expect(
      try refusal(["a.npz": NumPyWriter.npz([("x", images(1)), ("y", labels([0]))])], "a.npz")
        .contains("no arrays train_images and train_labels (or images and labels); it has x, y"))
    #expect(try refusal([:]).contains("(or images and labels); it has none"))
  }

  @Test func partsHaveOneSide() throws {
    #expect(
      try refusal([
        "train_images.npy": images(2), "train_labels.npy": labels([0, 1]),
        "test_images.npy": images(1, side: 20), "test_labels.npy": labels([1]),
      ]).contains("test_images.npy: images of side 20, expected 16 as those to train on"))
  }

  @Test func otherFilesAreNamed() throws {
    let zip = ZipWriter.archive([.init("a.png", [1])])
    #expect(try refusal(["a": zip], "a").contains("a zip archive without arrays, expected NumPy"))
    #expect(try refusal(["a": Array("PAR1".utf8)], "a").contains("a Parquet file"))
    #expect(try refusal(["a": [0x1F, 0x8B, 8]], "a").contains("set dataset.source: cifar-10"))
    #expect(
      try refusal(["a": Array("hello world".utf8)], "a").contains("a text, expected NumPy arrays"))
    #expect(try refusal(["train-0.parquet": [1]]).contains("a folder of Parquet or Arrow files"))
    #expect(try refusal([:], "none").contains("no such file"))
  }

  @Test func statedNamesAreChecked() throws {
    for (names, problem) in [
      ("[\"a\"]", "expected a JSON array"), ("{}", "expected a JSON array"),
      ("[\"a\", \"a\"]", "expected a JSON array"),
      ("[\"a\", \"\\u001b\"]", "expected a JSON array"),
      ("[\"a\", \"b\"]", "image 1 has label 2, expected 0 to 1"),
    ] {
      try withTemporaryFolder { folder in
        let url = folder.appending(path: "data")
        var writer = TensorFileWriter(schema: "images", metadata: ["class_names": names])
        writer.add("images", shape: [2, 3, 16, 16], [UInt8](repeating: 0, count: 1_536))
        writer.add("labels", shape: [2], [0, 2] as [UInt8])
        try writer.write(to: url)
        #expect {
          try ArrayDataset.read(at: url)
        } throws: { error in
          "\(error)".contains(problem)
        }
      }
    }
  }
}
