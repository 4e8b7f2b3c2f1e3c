import Foundation
import NumPyFiles
import TestSupport
import Testing

private let images = NumPyWriter.npy(
  "|u1", [2, 100, 100], (0..<20_000).map { UInt8($0 / 97 % 256) })
private let labels = NumPyWriter.npy("<i8", [2, 1], [1] + [UInt8](repeating: 0, count: 15))

/// The error for a file of these bytes when the array `name` is read.
private func refusal(_ bytes: [UInt8], _ name: String? = "labels") throws -> String {
  let folder = try TemporaryFolder()
  do {
    _ = try NumPyFile(contentsOf: folder.file("data.npz", holding: bytes)).array(name)
    return "accepted"
  } catch {
    let message = "\(error)"
    #expect(message.hasPrefix("\(folder.file("data.npz").relativePath): "))
    return message
  }
}

@Suite struct NumPyFileTests {
  @Test func oneArrayIsRead() throws {
    let folder = try TemporaryFolder()
    let file = try NumPyFile(contentsOf: folder.file("any name", holding: images))
    #expect(try file.names == nil && file.header().shape == [2, 100, 100])
    #expect(try file.array() == NumPyArray(npy: images, file: ""))
    #expect(throws: NumPyError.self) { try NumPyFile(contentsOf: folder.url) }
    #expect(throws: NumPyError.self) { try NumPyFile(contentsOf: folder.file("none")) }
  }

  @Test(arguments: [false, true], [false, true])
  func anArchiveIsRead(isDeflated: Bool, isWide: Bool) throws {
    let folder = try TemporaryFolder()
    var members = [("train_images", images), ("train_labels", labels)].map {
      ZipWriter.Member("\($0).npy", $1)
    }
    members.append(ZipWriter.Member("readme.txt", [1, 2, 3]))
    for index in members.indices {
      members[index].isDeflated = isDeflated
      members[index].isWide = isWide
    }
    let comment = Array("a comment".utf8)
    let bytes = ZipWriter.archive(members, isWide: isWide, comment: comment)
    let file = try NumPyFile(contentsOf: folder.file("data", holding: bytes))
    #expect(file.names == ["train_images", "train_labels"])
    #expect(try file.header(of: "train_images").shape == [2, 100, 100])
    #expect(try file.array("train_images") == NumPyArray(npy: images, file: ""))
    #expect(try file.array("train_labels").integers == [1, 0])
  }

  @Test(.enabled(if: PythonPeer.hasNumPy, Comment(rawValue: PythonPeer.reasonWithoutNumPy)))
  func whatNumPyWritesIsRead() throws {
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      """
      import sys, numpy as np
      a = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
      arrays = dict(a=a, f=np.asfortranarray(a), b=np.array([[3], [-4]], dtype=">i4"), c=np.int64(5))
      np.savez(sys.argv[1] + "/plain.npz", **arrays)
      np.savez_compressed(sys.argv[1] + "/packed.npz", **arrays)
      """, [folder.url.path])
    for name in ["plain.npz", "packed.npz"] {
      let file = try NumPyFile(contentsOf: folder.file(name))
      #expect(file.names == ["a", "f", "b", "c"])
      #expect(try file.array("a").integers == Array(0..<24))
      #expect(try file.array("f").isFortranOrder && file.array("f").integers[1] == 12)
      #expect(try file.array("b").integers == [3, -4] && file.array("c").integers == [5])
    }
  }
}

/// Archives with single errors.
@Suite struct ZipRefusalTests {
  private func refusal(
    isDeflated: Bool = false, _ change: (inout ZipWriter.Member) -> Void
  ) throws -> String {
    var member = ZipWriter.Member("labels.npy", labels)
    member.isDeflated = isDeflated
    change(&member)
    return try NumPyFilesTests.refusal(ZipWriter.archive([member]))
  }

  @Test func whatMembersClaimIsChecked() throws {
    let huge = 1 << 40
    #expect(
      try refusal { $0.byteCount = huge }.contains("bytes, which \(labels.count) packed ones"))
    #expect(
      try refusal { ($0.byteCount, $0.packedCount) = (1 << 30, 1 << 30) }
        .contains("1073741824 packed bytes, which the file does not have"))
    #expect(try refusal(isDeflated: true) { $0.byteCount = 1 << 30 }.contains("can't become"))
    #expect(try refusal { $0.offset = 1 << 20 }.contains("no header at byte 1048576"))
    #expect(try refusal { $0.offset = 3 }.contains("no header at byte 3"))
    #expect(try refusal { $0.flags = 1 }.contains("labels.npy is encrypted"))
    #expect(try refusal { $0.method = 14 }.contains("labels.npy is packed by method 14"))
    #expect(try refusal { $0.checksum = 7 }.contains("another CRC-32"))
    #expect(try refusal(isDeflated: true) { $0.checksum = 7 }.contains("another CRC-32"))
    for (isWide, number) in [(true, Int.max), (true, -1)] {
      let message = try refusal {
        ($0.isWide, $0.byteCount, $0.packedCount, $0.offset) = (isWide, number, number, number)
      }
      #expect(message.contains("no header at byte 9223372036854775807"), "\(message)")
    }
  }

  @Test func aStreamIsAsLongAsItsMember() throws {
    let long = labels.count
    #expect(
      try refusal(isDeflated: true) { $0.byteCount = long - 1 }
        .contains("more bytes than the archive says"))
    #expect(
      try refusal(isDeflated: true) { $0.byteCount = long + 1 }
        .contains("fewer bytes than the archive says"))
    let packed = ZipWriter.deflated(labels)
    func stored(_ bytes: [UInt8]) throws -> String {
      try refusal {
        ($0.content, $0.method, $0.byteCount) = (bytes, 8, long)
        $0.checksum = ZipWriter.checksum(of: labels)
      }
    }
    #expect(try stored(packed) == "accepted")
    #expect(try stored(Array(packed.dropLast(3))).contains("it ends too early"))
    #expect(try stored(packed + [0]).contains("packed bytes after their end"))
    #expect(try stored([0xFF] + packed.dropFirst()).contains("damaged: invalid block type"))
  }

  @Test func aMemberIsThereOnce() throws {
    let member = ZipWriter.Member("labels.npy", labels)
    #expect(
      try NumPyFilesTests.refusal(ZipWriter.archive([member, member])).contains("is there twice"))
  }

  @Test func anArrayThatIsNotThereIsNamed() throws {
    let bytes = NumPyWriter.npz((0..<14).map { ("array\($0)", labels) })
    #expect(
      try NumPyFilesTests.refusal(bytes, "images")
        .hasSuffix(
          "no array 'images'; it has array0, array1, array2, array3, array4, array5, array6,"
            + " array7, array8, array9, array10, array11 and 2 more"))
  }

  @Test func aCutArchiveIsRefused() throws {
    for isWide in [false, true] {
      let whole = ZipWriter.archive([ZipWriter.Member("labels.npy", labels)], isWide: isWide)
      #expect(try NumPyFilesTests.refusal(whole) == "accepted")
      for length in stride(from: 2, to: whole.count, by: 5) {
        #expect(try NumPyFilesTests.refusal(Array(whole.prefix(length))) != "accepted", "\(length)")
      }
    }
  }

  @Test func objectsAreNotRead() throws {
    let pickle = PickleWriter.pickle(.list([.none]), .protocol4)
    let bytes = NumPyWriter.npz([("labels", NumPyWriter.npy("|O", [1], pickle))])
    #expect(
      try NumPyFilesTests.refusal(bytes).contains("(objects, which are pickles and not read)"))
  }

  /// Four megabytes of zeros compressed to four kilobytes: the header is read first and shows that
  /// they are not an array.
  @Test func aMemberThatSwellsIsNotUnpacked() throws {
    var member = ZipWriter.Member("labels.npy", [UInt8](repeating: 0, count: 4_000_000))
    member.isDeflated = true
    let bytes = ZipWriter.archive([member])
    #expect(bytes.count < 5_000)
    #expect(try NumPyFilesTests.refusal(bytes).contains("expected a NumPy array"))
  }
}
