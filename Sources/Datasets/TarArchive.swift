import Foundation
import TensorFiles

/// Extracts a few members of a tar archive into memory.
///
/// Archives may be hostile. An unpacking `tar` would have to avoid following links, leaving its
/// folder, making devices and filling the disk. Here nothing is created on disk, and sizes are
/// checked before reading. The archive is decompressed and read once, sequentially.
///
/// Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; for type `L` the
/// GNU tar manual, "Basic Tar Format".
package struct TarArchive {
  private let file: DecompressedFile
  private let name: String
  private let buffer = BlockBuffer()

  /// Bytes of a header; members are padded to whole blocks.
  package static let blockLength = 512
  /// The longest extended header that is read.
  static let longestExtension = 1 << 16

  /// Most names of skipped members to keep: enough to identify the archive.
  static let mostOtherNames = 200

  /// The extracted parts of an archive.
  struct Contents {
    fileprivate(set) var members: [String: [UInt8]] = [:]
    /// Names of the first skipped members.
    fileprivate(set) var otherNames: [String] = []
  }

  init(_ file: DecompressedFile, named name: String) {
    self.file = file
    self.name = name
  }

  /// The contents of the members whose name, without a leading `./`, is a key of `limits`.
  ///
  /// - Parameter limits: For each wanted name, its largest size in bytes.
  /// - Returns: The members found. A missing one is not an error.
  func contents(_ limits: [String: Int]) throws -> Contents {
    do {
      let contents = try contentsOfSoundFile(limits)
      try file.finish()
      return contents
    } catch ArchiveError.cut(let archive) {
      // If the decompressor says why its output stopped short, that is the better message.
      guard let problem = file.decompressionProblem() else {
        throw ArchiveError.cut(archive: archive)
      }
      throw ArchiveError.damaged(archive: archive, problem: problem)
    }
  }

  private func contentsOfSoundFile(_ limits: [String: Int]) throws -> Contents {
    var contents = Contents()
    var overrides = TarHeader.Overrides()
    while let block = try nextHeaderBlock() {
      guard var header = TarHeader(block) else { throw ArchiveError.notTar(archive: name) }
      if header.kind == .overrides || header.kind == .longName {
        guard header.size <= Self.longestExtension else {
          throw ArchiveError.notTar(archive: name)
        }
        let content = try take(header.size)
        overrides.read(content, of: header.kind)
        continue
      }
      header.apply(overrides)
      overrides = TarHeader.Overrides()
      let member = header.name.hasPrefix("./") ? String(header.name.dropFirst(2)) : header.name
      guard let limit = limits[member] else {
        if contents.otherNames.count < Self.mostOtherNames, member.utf8.count <= 255 {
          contents.otherNames.append(member)
        }
        try skip(header.size)
        continue
      }
      guard header.kind == .file else {
        throw ArchiveError.notAFile(archive: name, member: member, kind: header.kindName)
      }
      guard header.size <= limit else {
        throw ArchiveError.memberTooLong(
          archive: name, member: member, found: header.size, limit: limit)
      }
      guard contents.members[member] == nil else {
        throw ArchiveError.repeatedMember(archive: name, member: member)
      }
      contents.members[member] = try take(header.size)
    }
    return contents
  }

  /// The next header, or nil at the block of zeros that ends an archive.
  private func nextHeaderBlock() throws -> [UInt8]? {
    let block = try take(Self.blockLength)
    return block.allSatisfy { $0 == 0 } ? nil : block
  }

  /// The next `count` bytes and the padding after them, which is dropped.
  private func take(_ count: Int) throws -> [UInt8] {
    let bytes = try [UInt8](unsafeUninitializedCapacity: count) { destination, initialized in
      try fill(UnsafeMutableRawBufferPointer(destination))
      initialized = count
    }
    try pass(Self.padding(after: count))
    return bytes
  }

  private func skip(_ count: Int) throws {
    try pass(count)
    try pass(Self.padding(after: count))
  }

  private static func padding(after count: Int) -> Int {
    (blockLength - count % blockLength) % blockLength
  }

  private func fill(_ destination: UnsafeMutableRawBufferPointer) throws {
    var filled = 0
    while filled < destination.count {
      let count = try file.read(
        into: UnsafeMutableRawBufferPointer(rebasing: destination[filled...]))
      guard count > 0 else { throw ArchiveError.cut(archive: name) }
      filled += count
    }
  }

  private func pass(_ count: Int) throws {
    var left = count
    while left > 0 {
      let piece = min(left, buffer.bytes.count)
      try fill(UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<piece]))
      left -= piece
    }
  }

  /// A buffer for skipped bytes.
  private final class BlockBuffer {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    deinit { bytes.deallocate() }
  }
}

/// Errors in an archive.
public enum ArchiveError: PrintableError, Equatable {
  /// No such file, or it can't be opened or read.
  case unreadable(archive: String, problem: String)
  /// It is a device, a pipe or a socket.
  case notARegularFile(archive: String)
  /// It is another kind of file, or contains one.
  case foreign(archive: String, found: String, repair: String)
  /// Decompressed, it is no tar archive.
  case notTar(archive: String)
  /// It ends within a member, or without the final block.
  case cut(archive: String)
  /// The decompressor reports a fault.
  case damaged(archive: String, problem: String)
  /// It decompresses to more bytes than any archive of this data set.
  case tooLong(archive: String, limit: Int)
  /// A member is larger than the limit for its name.
  case memberTooLong(archive: String, member: String, found: Int, limit: Int)
  /// A member is a link, a folder, a device.
  case notAFile(archive: String, member: String, kind: String)
  /// A member exists twice, so that the choice is ambiguous.
  case repeatedMember(archive: String, member: String)

  public var message: String {
    switch self {
    case .unreadable(let archive, let problem): "\(archive): \(problem); check dataset.archive"
    case .notARegularFile(let archive):
      "\(archive): neither a regular file nor a folder; check dataset.archive"
    case .foreign(let archive, let found, let repair):
      "\(archive): \(found), expected a tar archive or a folder of CIFAR's files; \(repair)"
    case .notTar(let archive):
      "\(archive): not a tar archive, nor a gzip, xz, bzip2, zstd, lzip, lzma or lzop of one"
    case .cut(let archive):
      "\(archive): the archive ends too early; get it again"
    case .damaged(let archive, let problem):
      "\(archive): the archive is damaged (\(problem)); get it again"
    case .tooLong(let archive, let limit):
      "\(archive): decompresses to more than \(limit) bytes, which no CIFAR archive does"
    case .memberTooLong(let archive, let member, let found, let limit):
      "\(archive): \(member) has \(NumberText.count(found, "byte")), expected at most \(limit)"
    case .notAFile(let archive, let member, let kind):
      "\(archive): \(member) is \(kind), expected a regular file"
    case .repeatedMember(let archive, let member):
      "\(archive): \(member) is there twice, expected once"
    }
  }
}
