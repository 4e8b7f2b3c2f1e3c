import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct CIFARFolderTests {
  @Test func aFolderMayHoldAnyNumberOfRecords() throws {
    try withTemporaryFolder { folder in
      var files = batchFiles(records: 3)
      files["data_batch_4.bin"] = batch(records: 1, label: { _ in 7 })
      for (file, content) in files { try Data(content).write(to: folder.appending(path: file)) }
      let batches = try CIFAREdition(archiveOrFolder: folder)
      let parsed = try batches.parse()
      let (train, test) = (parsed.train, try #require(parsed.test))
      #expect(train.labels == [0, 1, 2, 0, 1, 2, 0, 1, 2, 7, 0, 1, 2])
      #expect(test.count == 3)
      #expect(train.classNames == "abcdefghij".map(String.init))
      #expect(batches.dataStatus == .unverified && train.dataStatus == .unverified)
      #expect(Array(test.images.suffix(3_072)) == Array(batch(records: 3, salt: 5).suffix(3_072)))
    }
  }

  @Test func withoutNamesTheClassesAreThoseOfCIFAR10() throws {
    try withTemporaryFolder { folder in
      for (file, content) in batchFiles(records: 1) where file.hasSuffix(".bin") {
        try Data(content).write(to: folder.appending(path: file))
      }
      #expect(try CIFAREdition(folder: folder).parse().train.classNames == ClassNames.cifar10)
    }
  }

  @Test(arguments: ["data_batch_3.bin", "test_batch.bin"])
  func aMissingFileIsNamed(missing: String) throws {
    try withTemporaryFolder { folder in
      for (file, content) in batchFiles(records: 1) where file != missing {
        try Data(content).write(to: folder.appending(path: file))
      }
      // A folder of that name is not a file.
      try FileManager.default.createDirectory(
        at: folder.appending(path: missing), withIntermediateDirectories: false)
      #expect(
        throws: CIFARError.missingMember(missing, container: folder.relativePath, of: .cifar10)
      ) {
        try CIFAREdition(folder: folder).parse()
      }
    }
  }

  @Test func whatIsNeitherFileNorFolderIsRefused() {
    let device = URL(fileURLWithPath: "/dev/zero")
    #expect(throws: ArchiveError.notARegularFile(archive: "/dev/zero")) {
      try CIFAREdition(archiveOrFolder: device)
    }
    #expect(throws: ArchiveError.unreadable(archive: "/no/such", problem: "no such file")) {
      try CIFAREdition(archiveOrFolder: URL(fileURLWithPath: "/no/such"))
    }
  }
}

@Suite struct CIFARArchiveTests {
  static let compressions = [
    [], ["gzip", "-c"], ["xz", "-c"], ["bzip2", "-c"], ["zstd", "-qc"],
    ["xz", "-c", "--format=lzma"],
  ].filter { $0.isEmpty || isInstalled($0[0]) }

  @Test(arguments: compressions, ["cifar-10-batches-bin/", "./cifar-10-batches-bin/"])
  func anyCompressionIsRead(compression: [String], prefix: String) throws {
    try withTemporaryFolder { folder in
      let tar = archive(records: 2, prefix: prefix).ended
      let bytes =
        compression.isEmpty ? tar : try run(compression[0], Array(compression[1...]), input: tar)
      let file = folder.appending(path: "any name")
      try bytes.write(to: file)
      let batches = try CIFAREdition(archive: file, recordCount: 2)
      let parsed = try batches.parse()
      let (train, test) = (parsed.train, try #require(parsed.test))
      #expect(train.labels == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1] && test.labels == [0, 1])
      // Batches are parsed in numerical order, not in the order of the archive.
      #expect((0..<5).map { train.images[$0 * 2 * 3_072] } == [0, 1, 2, 3, 4])
      #expect(batches.dataStatus == .unverified)
    }
  }

  /// Archives in all formats that GNU tar writes.
  @Test(arguments: ["gnu", "ustar", "pax", "v7"]) func tarsOwnFormatsAreRead(format: String) throws
  {
    try withTemporaryFolder { folder in
      let inner = folder.appending(path: "cifar-10-batches-bin")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      for (file, content) in batchFiles(records: 1) {
        try Data(content).write(to: inner.appending(path: file))
      }
      if format != "v7" {
        let long = String(repeating: "l", count: 90)
        try FileManager.default.createDirectory(
          at: inner.appending(path: long), withIntermediateDirectories: true)
        try Data([1, 2, 3]).write(to: inner.appending(path: "\(long)/\(long)"))
      }
      let file = folder.appending(path: "archive.tgz")
      _ = try run(
        "tar",
        ["-czf", file.path, "--format", format, "-C", folder.path, "cifar-10-batches-bin"])
      #expect(try CIFAREdition(archive: file, recordCount: 1).parse().train.count == 5)
    }
  }

  /// Reads an archive whose members should contain two records each.
  private func read(_ tar: Data) throws -> ParsedDataset {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "archive")
      try tar.write(to: file)
      return try CIFAREdition(archive: file, recordCount: 2).parse()
    }
  }

  @Test(arguments: ["data_batch_2.bin", "test_batch.bin", "batches.meta.txt"])
  func aMissingMemberIsNamed(missing: String) {
    #expect {
      try read(archive(records: 2, leavingOut: missing).ended)
    } throws: { error in
      guard case .missingMember(let name, _, _)? = error as? CIFARError else { return false }
      return name.hasSuffix(missing)
    }
  }

  @Test(arguments: ["1", "2", "3", "4", "5", "6", "S"] as [Character])
  func aMemberThatIsNoFileIsRefused(type: Character) {
    var tar = archive(records: 2, leavingOut: "test_batch.bin")
    tar.add("cifar-10-batches-bin/test_batch.bin", type: type)
    #expect {
      try read(tar.ended)
    } throws: { error in
      guard case .notAFile(_, let member, _)? = error as? ArchiveError else { return false }
      return member == "cifar-10-batches-bin/test_batch.bin"
    }
  }

  /// Paths with `..`, absolute paths and links are never used as members.
  @Test(arguments: [
    "../cifar-10-batches-bin/test_batch.bin", "/cifar-10-batches-bin/test_batch.bin",
    "cifar-10-batches-bin/../test_batch.bin", "x/cifar-10-batches-bin/test_batch.bin",
    "././cifar-10-batches-bin/test_batch.bin",
  ])
  func anotherPathIsNotTheMember(path: String) {
    var tar = archive(records: 2, leavingOut: "test_batch.bin")
    tar.add(path, batch(records: 2))
    #expect(throws: CIFARError.self) { try read(tar.ended) }
  }

  @Test func aNameThatALongNameReplacesIsNotTheMember() {
    var tar = archive(records: 2, leavingOut: "test_batch.bin")
    tar.add("././@LongLink", type: "L", Array("elsewhere\u{0}".utf8))
    tar.add("cifar-10-batches-bin/test_batch.bin", batch(records: 2))
    #expect(throws: CIFARError.self) { try read(tar.ended) }
  }

  @Test func aRepeatedMemberIsRefused() {
    var tar = archive(records: 2)
    tar.add("cifar-10-batches-bin/test_batch.bin", batch(records: 2, salt: 77))
    #expect(throws: ArchiveError.self) { try read(tar.ended) }
  }

  @Test func aMemberThatIsTooLongIsRefusedByItsHeader() {
    var tar = archive(records: 2, leavingOut: "test_batch.bin")
    // The header claims 8 GB, none of which exist and none of which are allocated.
    tar.add("cifar-10-batches-bin/test_batch.bin", size: 0o77_777_777_777)
    #expect {
      try read(tar.ended)
    } throws: { error in
      guard case .memberTooLong(_, _, let found, let limit)? = error as? ArchiveError else {
        return false
      }
      return found == 0o77_777_777_777 && limit == 2 * 3_073
    }
  }

  @Test func aMemberOfAnotherSizeIsRefused() {
    #expect(throws: CIFARError.self) { try read(archive(records: 1).ended) }
  }

  @Test(.enabled(if: isInstalled("gzip"), "gzip is not installed"))
  func anArchiveThatSwellsIsStopped() throws {
    // A member that would be skipped, with 20 MB of zeros compressed to 20 kB.
    try withTemporaryFolder { folder in
      var tar = TarBuilder()
      tar.add("zeros", [UInt8](repeating: 0, count: 20_000_000))
      let bomb = folder.appending(path: "bomb.gz")
      try run("gzip", ["-c"], input: tar.ended).write(to: bomb)
      #expect {
        try CIFAREdition(archive: bomb, recordCount: 2)
      } throws: { error in
        guard case .tooLong(_, let limit)? = error as? ArchiveError else { return false }
        return limit < 2_000_000
      }
    }
  }

  @Test(.enabled(if: isInstalled("gzip"), "gzip is not installed"), arguments: [0.1, 0.5, 0.999])
  func aTruncatedArchiveIsRefused(share: Double) throws {
    let whole = try run("gzip", ["-c"], input: archive(records: 2).ended)
    let cut = whole.prefix(Int(Double(whole.count) * share))
    #expect {
      try read(cut)
    } throws: { error in
      guard case .damaged(_, let problem)? = error as? ArchiveError else { return false }
      return problem.contains("unexpected end of file") && !"\(error)".contains("\n")
    }
  }

  @Test func aTruncatedPlainArchiveIsRefused() {
    let whole = archive(records: 2).ended
    // Truncated in a header, in a member, and just before the final block.
    for length in [100, 2_000, whole.count - 1_024] {
      #expect {
        try read(whole.prefix(length))
      } throws: { error in
        if case .cut? = error as? ArchiveError { true } else { false }
      }
    }
  }

  @Test func whatIsNoArchiveIsRefused() {
    #expect(throws: ArchiveError.self) { try read(Data("<html>not found</html>".utf8)) }
    #expect {
      try read(Data(repeating: 0x41, count: 4_096))
    } throws: { error in
      if case .notTar? = error as? ArchiveError { true } else { false }
    }
  }
}
