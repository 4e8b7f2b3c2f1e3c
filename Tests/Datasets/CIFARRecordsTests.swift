import Datasets
import TensorFiles
import Testing

@Suite struct CIFARRecordsTests {
  @Test(arguments: [1, 2, 7]) func parsingUndoesWriting(count: Int) throws {
    let bytes = batch(records: count)
    var records = CIFARRecords()
    try records.append(batch: bytes, named: "x", expecting: .atLeastOne)
    #expect(records.labels == (0..<count).map { UInt16($0 % 10) })
    #expect(records.images.count == count * 3_072)
    #expect(
      Array(records.images[3_072 * (count - 1)..<3_072 * count]) == Array(bytes.suffix(3_072)))
    #expect(CIFARRecords.batch(images: records.images[...], labels: records.labels[...]) == bytes)
  }

  @Test func batchesFollowOneAnother() throws {
    var records = CIFARRecords()
    try records.append(batch: batch(records: 2), named: "x", expecting: .exactly(2))
    try records.append(batch: batch(records: 3, salt: 9), named: "y", expecting: .exactly(3))
    #expect(records.labels == [0, 1, 0, 1, 2])
    #expect(records.images[2 * 3_072] == 9)
  }

  @Test func aFileOfAnotherSizeIsRefused() {
    var records = CIFARRecords()
    #expect(throws: CIFARError.size(file: "x", found: 3_073, records: 2, of: .cifar10)) {
      try records.append(batch: batch(records: 1), named: "x", expecting: .exactly(2))
    }
  }

  @Test(arguments: [0, 1, 3_072, 3_074]) func aFractionOfARecordIsRefused(length: Int) {
    var records = CIFARRecords()
    #expect(throws: CIFARError.fractionalRecord(file: "x", found: length, of: .cifar10)) {
      try records.append(
        batch: [UInt8](repeating: 1, count: length), named: "x", expecting: .atLeastOne)
    }
  }

  @Test(arguments: [10, 255] as [UInt8]) func aLabelAboveNineIsRefused(label: UInt8) {
    var records = CIFARRecords()
    let bytes = batch(records: 4) { $0 == 2 ? label : 9 }
    #expect(throws: CIFARError.label(file: "x", record: 2, found: Int(label), classes: 10)) {
      try records.append(batch: bytes, named: "x", expecting: .atLeastOne)
    }
    #expect(records == CIFARRecords(), "a refused batch must leave nothing behind")
  }

  @Test func everyErrorIsOneLine() {
    let errors: [CIFARError] = [
      .size(file: "f", found: 1, records: 2, of: .cifar10),
      .fractionalRecord(file: "f", found: 1, of: .cifar100),
      .label(file: "f", record: 1, found: 11, classes: 10),
      .missingMember("m", container: "c", of: .cifar100), .pickle(file: "f", problem: "p"),
      .bothEditions("p", container: "c"), .twoFolders(["a", "b"], container: "c"),
      .otherDataSet(.cifar100, container: "c"),
      .classNamesTooLong(file: "f", found: 1, limit: 2),
      .classNameCount(file: "f", found: 3, expected: 10),
      .className(file: "f", found: "a,b"),
    ]
    for error in errors { #expect(!error.description.contains("\n")) }
  }
}

@Suite struct ClassNamesTests {
  @Test func tenNamesAreRead() throws {
    let official = ClassNames.cifar10.joined(separator: "\n") + "\n\n"
    #expect(try ClassNames.parse(Array(official.utf8), file: "x") == ClassNames.cifar10)
    #expect(
      try ClassNames.parse(ClassNames.encode(ClassNames.cifar10), file: "x") == ClassNames.cifar10)
    let windows = ClassNames.cifar10.joined(separator: " \r\n")
    #expect(try ClassNames.parse(Array(windows.utf8), file: "x") == ClassNames.cifar10)
  }

  @Test(arguments: [9, 11]) func anotherCountIsRefused(count: Int) {
    let text = (0..<count).map { "n\($0)\n" }.joined()
    #expect(throws: CIFARError.classNameCount(file: "x", found: count, expected: 10)) {
      try ClassNames.parse(Array(text.utf8), file: "x")
    }
  }

  @Test(arguments: ["a,b", "\u{1B}[31m", "é", "\"q\"", "a"])
  func namesThatTablesCannotTakeAreRefused(name: String) {
    // The last one is rejected because its name occurs twice.
    let text = ["a", name] + (0..<8).map { "n\($0)" }
    #expect {
      try ClassNames.parse(Array(text.joined(separator: "\n").utf8), file: "x")
    } throws: { error in
      guard case .className? = error as? CIFARError else { return false }
      return PrintableText.isPrintable("\(error)")
    }
  }

  @Test func aLongFileIsRefused() {
    #expect(throws: CIFARError.classNamesTooLong(file: "x", found: 5_000, limit: 4_096)) {
      try ClassNames.parse([UInt8](repeating: 10, count: 5_000), file: "x")
    }
  }
}
