import Datasets
import Foundation
import Pickles
import TestSupport
import Testing

private func write(_ files: [String: [UInt8]], to folder: URL) throws {
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for (file, content) in files { try Data(content).write(to: folder.appending(path: file)) }
}

private func parsed(
  _ files: [String: [UInt8]], of kind: CIFARKind = .cifar10, labels: CIFARLabels = .fine
) throws -> ParsedDataset {
  try withTemporaryFolder { folder in
    try write(files, to: folder)
    return try CIFAREdition.read(at: folder, of: kind, labels: labels)
  }
}

private func parsed(
  _ tar: TarBuilder, of kind: CIFARKind = .cifar10, labels: CIFARLabels = .fine
) throws -> ParsedDataset {
  try withTemporaryFolder { folder in
    let file = folder.appending(path: "archive")
    try tar.ended.write(to: file)
    return try CIFAREdition(archive: file, of: kind, recordCount: 3).parse(labels: labels)
  }
}

@Suite struct CIFAREditionTests {
  /// All editions must equal the binary one: images, labels, order and names.
  @Test(arguments: PickleWriter.Dialect.allCases)
  func bothEditionsOfCIFAR10AreOneDataSet(dialect: PickleWriter.Dialect) throws {
    let python = pythonFiles(records: 3, dialect)
    let expected = try parsed(batchFiles(records: 3))
    #expect(expected.train.labels == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
    #expect(expected.train.classNames == "abcdefghij".map(String.init))
    #expect(try parsed(python) == expected)
    #expect(try parsed(archive(of: python, in: "cifar-10-batches-py")) == expected)
    #expect(try parsed(archive(records: 3)) == expected)
  }

  @Test(arguments: CIFARLabels.allCases, PickleWriter.Dialect.allCases)
  func bothEditionsOfCIFAR100AreOneDataSet(
    labels: CIFARLabels, dialect: PickleWriter.Dialect
  ) throws {
    let (binary, python) = (binaryFiles100(records: 3), pythonFiles100(records: 3, dialect))
    let expected = try parsed(binary, of: .cifar100, labels: labels)
    #expect(expected.train.labels == (labels == .fine ? [0, 7, 14] : [0, 1, 2]))
    #expect(expected.test?.labels == (labels == .fine ? [3, 10, 17] : [0, 1, 2]))
    #expect(expected.train.images[3_072] == 29 && expected.train.source == .cifar100)
    let names = labels == .fine ? ClassNames.cifar100 : ClassNames.cifar100Coarse
    #expect(expected.train.classNames == names)
    let archives = [
      archive(of: binary, in: "cifar-100-binary"), archive(of: python, in: "cifar-100-python"),
    ]
    for tar in archives { #expect(try parsed(tar, of: .cifar100, labels: labels) == expected) }
    #expect(try parsed(python, of: .cifar100, labels: labels) == expected)
  }

  /// The format is determined by the contents of the files, not by their names.
  @Test func namesDoNotTellTheForm() throws {
    let expected = try parsed(batchFiles(records: 2))
    let python = pythonFiles(records: 2, .python2)
    var renamed = batchFiles(records: 2)
    for part in cifar10Parts { renamed["\(part).bin"] = python[part] }
    #expect(try parsed(renamed) == expected)
    renamed = batchFiles(records: 2)
    renamed["data_batch_3.bin"] = python["data_batch_3"]
    renamed["batches.meta.txt"] = python["batches.meta"]
    #expect(try parsed(renamed) == expected)
  }

  @Test func withoutNamesTheClassesAreTheOfficialOnes() throws {
    var files = pythonFiles100(records: 1, .protocol4)
    files["meta"] = nil
    for labels in CIFARLabels.allCases {
      let names = labels == .fine ? ClassNames.cifar100 : ClassNames.cifar100Coarse
      #expect(try parsed(files, of: .cifar100, labels: labels).train.classNames == names)
    }
    #expect(ClassNames.cifar100.count == 100 && Set(ClassNames.cifar100).count == 100)
    #expect(ClassNames.cifar100Coarse.count == 20)
  }

  /// The folder as created by torchvision and `tar`.
  @Test func theFolderAboveWillDo() throws {
    try withTemporaryFolder { folder in
      let below = folder.appending(path: "cifar-10-batches-py")
      try write(pythonFiles(records: 2, .python2), to: below)
      #expect(
        try CIFAREdition.read(at: folder, of: .cifar10) == parsed(batchFiles(records: 2)))
      try write(batchFiles(records: 2), to: folder.appending(path: "cifar-10-batches-bin"))
      #expect(throws: CIFARError.self) { try CIFAREdition.read(at: folder, of: .cifar10) }
    }
  }

  /// An array in Fortran's order has the same images.
  @Test func eitherOrderOfBytesIsRead() throws {
    var files = pythonFiles(records: 2, .python2)
    let binary = try #require(batchFiles(records: 2)["test_batch.bin"])
    let rows = [Array(binary[1..<3_073]), Array(binary[3_074...])]
    let columns = (0..<3_072).flatMap { [rows[0][$0], rows[1][$0]] }
    var pickle = PickleWriter.pickle(
      .dictionary([
        ("labels", .integers([0, 1])), ("data", .array("|u1", shape: [2, 3_072], columns)),
      ]), .python2)
    // The only `False` is that of the array's order.
    pickle[try #require(pickle.firstIndex(of: 0x89))] = 0x88
    files["test_batch"] = pickle
    #expect(try parsed(files) == parsed(batchFiles(records: 2)))
  }
}

@Suite struct CIFARRefusalTests {
  private func refusal(_ read: () throws -> ParsedDataset) -> String {
    do {
      _ = try read()
      return "accepted"
    } catch {
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
  }

  @Test func theOtherDataSetIsNamed() {
    let files100 = binaryFiles100(records: 3)
    let hint = "this is CIFAR-100, expected CIFAR-10; set dataset.source: cifar-100"
    #expect(refusal { try parsed(files100) }.contains(hint))
    #expect(refusal { try parsed(pythonFiles100(records: 3, .python2)) }.contains(hint))
    #expect(refusal { try parsed(archive(of: files100, in: "cifar-100-binary")) }.contains(hint))
    #expect(
      refusal { try parsed(batchFiles(records: 3), of: .cifar100) }
        .contains("this is CIFAR-10, expected CIFAR-100; set dataset.source: cifar-10"))
    // Identified by content, although the names are those of CIFAR-10.
    var files = pythonFiles(records: 3, .python2)
    files["data_batch_1"] = pythonFiles100(records: 3, .python2)["train"]
    #expect(refusal { try parsed(files) }.contains(hint))
  }

  @Test func bothEditionsInOnePlaceAreRefused() {
    let both = batchFiles(records: 1).merging(pythonFiles(records: 1, .python2)) { first, _ in first
    }
    #expect(
      refusal { try parsed(both) }
        .contains("data_batch_1 and data_batch_1.bin, expected one edition"))
  }

  private func batch(_ members: [(String, Pickled)]) -> String {
    var files = pythonFiles(records: 2, .python2)
    files["data_batch_2"] = PickleWriter.pickle(.dictionary(members), .python2)
    return refusal { try parsed(files) }
  }

  private static let data = Pickled.array(
    "|u1", shape: [2, 3_072], [UInt8](repeating: 7, count: 6_144))

  @Test func aPickleHoldsWhatItShould() {
    #expect(batch([("labels", .integers([1, 2]))]).contains("no dictionary with data and labels"))
    #expect(
      batch([("labels", .integers([1, 2])), ("data", .integers([1]))])
        .contains("data is a list, expected an array of |u1 [N, 3072]"))
    let wide = Pickled.array("<i2", shape: [1, 3_072], [UInt8](repeating: 7, count: 6_144))
    #expect(
      batch([("labels", .integers([1])), ("data", wide)])
        .contains("data is an array of <i2 [1, 3072], expected"))
    let flat = Pickled.array("|u1", shape: [6_144], [UInt8](repeating: 7, count: 6_144))
    #expect(batch([("labels", .integers([1])), ("data", flat)]).contains("|u1 [6144], expected"))
    #expect(
      batch([("labels", .integers([1])), ("data", Self.data)])
        .contains("labels is 1 numbers, expected a list of 2 numbers"))
    #expect(
      batch([("labels", .texts(["1", "2"])), ("data", Self.data)])
        .contains("labels is a list, expected a list of 2 numbers"))
    for label in [-1, 10, 1 << 40] {
      #expect(
        batch([("labels", .integers([1, label])), ("data", Self.data)])
          .contains("data_batch_2: record 1 has label \(label), expected 0 to 9"))
    }
    let none = Pickled.array("|u1", shape: [0, 3_072], [])
    #expect(batch([("labels", .integers([])), ("data", none)]).contains("no images"))
  }

  @Test func anArchiveHasAsManyAsTheOfficialOne() {
    let files = pythonFiles(records: 2, .python2)
    #expect(
      refusal { try parsed(archive(of: files, in: "cifar-10-batches-py")) }
        .contains("archive/data_batch_1: 2 images, expected 3"))
  }

  @Test func bothLabelsOfCIFAR100AreChecked() {
    for (place, wrong, classes) in [(0, 20, 20), (1, 100, 100)] {
      var files = binaryFiles100(records: 3)
      files["train.bin"]?[3_074 + place] = UInt8(wrong)
      for labels in CIFARLabels.allCases {
        #expect(
          refusal { try parsed(files, of: .cifar100, labels: labels) }
            .contains("record 1 has label \(wrong), expected 0 to \(classes - 1)"))
      }
    }
  }

  @Test func whatAPickleWouldRunIsNamed() {
    var files = pythonFiles(records: 2, .python2)
    files["test_batch"] = [0x80, 2, 0x63] + Array("os\nsystem\n".utf8) + [0x2E]
    #expect(
      refusal { try parsed(files) }.contains("test_batch: the global 'os.system' at byte 2"))
  }

  @Test func namesOfAPickleAreAsManyAsTheClasses() {
    var files = pythonFiles(records: 1, .python2)
    files["batches.meta"] = PickleWriter.pickle(
      .dictionary([("label_names", .texts(["a", "b"]))]), .python2)
    #expect(refusal { try parsed(files) }.contains("batches.meta: 2 class names, expected 10"))
    files["batches.meta"] = PickleWriter.pickle(.dictionary([]), .python2)
    #expect(refusal { try parsed(files) }.contains("no list label_names"))
  }
}
