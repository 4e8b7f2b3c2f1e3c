import Datasets
import Foundation

extension FuzzReader {
  static let archiveReaders = [tar, tarHeader, cifarRecords]

  /// A tar archive of a data set whose files contain one record each. Compressed input is skipped,
  /// since it would test the decompressor, a separate program.
  static let tar = FuzzReader("tar", longest: 36_864) { input in
    guard DecompressedFile.program(forStart: Array(input.bytes.prefix(8))) == nil else { return }
    let url = try input.file("archive.tar", holding: withChecksums(input.bytes))
    guard let batches = try accepted({ try CIFAREdition(archive: url, recordCount: 1) }),
      let parsed = try accepted({ try batches.parse() })
    else { return }
    try promise(
      parsed.train.count == 5 && parsed.test?.count == 1,
      "\(parsed.train.count) and \(parsed.test?.count ?? 0) images")
    try promise(batches.dataStatus == .unverified, "a made archive passes for the official one")
  }

  /// A header block, with values from earlier headers. The name is from the archive, and the size
  /// is not negative.
  static let tarHeader = FuzzReader("tar-header", longest: 1024) { input in
    var bytes = withChecksums(input.bytes)
    let rest = Array(bytes.dropFirst(TarArchive.blockLength))
    bytes += [UInt8](repeating: 0, count: max(0, TarArchive.blockLength - bytes.count))
    guard var header = TarHeader(Array(bytes.prefix(TarArchive.blockLength))) else { return }
    for kind in [TarHeader.Kind.overrides, .longName] {
      var overrides = TarHeader.Overrides()
      overrides.read(rest, of: kind)
      header.apply(overrides)
      try promise(header.size >= 0, "a member of \(header.size) bytes")
    }
    try promise(!header.kindName.isEmpty, "a member of no kind")
  }

  /// Records and class names. Reading and writing them again gives the same bytes, or the same
  /// names.
  static let cifarRecords = FuzzReader("cifar-records", longest: 6146) { input in
    var records = CIFARRecords()
    let read: Void? = try accepted {
      try records.append(batch: input.bytes, named: "data_batch_1.bin", expecting: .atLeastOne)
    }
    let batch = CIFARRecords.batch(images: records.images[...], labels: records.labels[...])
    try promise(batch == (read == nil ? [] : input.bytes), "records differ, written again")
    _ = try accepted {
      try records.append(batch: input.bytes, named: "data_batch_2.bin", expecting: .exactly(1))
    }
    guard let names = try accepted({ try ClassNames.parse(input.bytes, file: "batches.meta.txt") })
    else { return }
    let copy = try ClassNames.parse(ClassNames.encode(names), file: "batches.meta.txt")
    try promise(copy == names, "class names differ, written again")
  }

  /// The bytes with corrected checksums of all header blocks: otherwise, every changed header would
  /// be rejected.
  private static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, to: bytes.count, by: TarArchive.blockLength)
    where start + TarArchive.blockLength <= bytes.count
      && bytes[start + 257..<start + 262].elementsEqual("ustar".utf8)
    {
      let field = start + 148..<start + 156
      bytes.replaceSubrange(field, with: [UInt8](repeating: 0x20, count: 8))
      let sum = bytes[start..<start + TarArchive.blockLength].reduce(0) { $0 + Int($1) }
      let digits = String(sum, radix: 8)
      let text = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
      bytes.replaceSubrange(field, with: Array(text.utf8))
    }
    return bytes
  }
}
