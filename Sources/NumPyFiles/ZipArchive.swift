import TensorFiles

/// Reads members of a zip archive into memory: stored and deflated ones, of any size.
///
/// Archives may be hostile. Before memory for a member is allocated, its length is compared with
/// the largest that its compressed bytes can have. Nothing is written to disk, and the CRC-32 is
/// checked.
///
/// Source: PKWARE, "APPNOTE.TXT", version 6.3.10.
struct ZipArchive {
  private let mapping: MappedFile
  private let file: String
  private let members: [String: ZipMember]
  /// The names of the members, in the order of the archive.
  let names: [String]

  /// The largest number of decompressed bytes for each compressed byte, and for none.
  ///
  /// Source: RFC 1951; a code of two bits repeats 258 bytes.
  private static let largestRatio = 1032
  /// Bytes of a member's local header, without its name.
  private static let headerLength = 30

  /// - Parameter file: The name of the archive in errors.
  init(_ mapping: MappedFile, file: String) throws(ZipError) {
    (self.mapping, self.file) = (mapping, file)
    let directory = try ZipDirectory(mapping.bytes, file: file)
    names = directory.members.map(\.name)
    members = Dictionary(uniqueKeysWithValues: directory.members.map { ($0.name, $0) })
  }

  /// The content of a member.
  ///
  /// - Parameter limit: The largest number of bytes to read, from the beginning; nil reads all and
  ///   checks their CRC-32.
  /// - Returns: Nil if there is no such member.
  func content(of name: String, limit: Int? = nil) throws -> [UInt8]? {
    guard let member = members[name] else { return nil }
    let packed = try packedBytes(of: member)
    let count = min(limit ?? member.byteCount, member.byteCount)
    guard MemoryProbe.hasRoom(for: count) else {
      throw NumPyError.noMemory(file: "\(file): \(name)", byteCount: count)
    }
    let content = try withExtendedLifetime(mapping) {
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let destination = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer).prefix(count))
        if member.method == 0 {
          destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: packed.prefix(count)))
        } else if let problem = Inflation.inflate(
          packed, into: destination, isWhole: count == member.byteCount)
        {
          throw ZipError.member(file: file, member: name, problem: problem)
        }
        initialized = count
      }
    }
    if count == member.byteCount, Inflation.checksum(of: content) != member.checksum {
      throw ZipError.checksum(file: file, member: name)
    }
    return content
  }

  /// The compressed bytes of a member. Checks its local header first.
  private func packedBytes(of member: ZipMember) throws(ZipError) -> UnsafeRawBufferPointer {
    func damaged(_ problem: String) -> ZipError {
      .member(file: file, member: member.name, problem: problem)
    }
    guard member.flags & 1 == 0 else {
      throw .method(file: file, member: member.name, found: "encrypted")
    }
    guard member.method == 0 || member.method == 8 else {
      throw .method(file: file, member: member.name, found: "packed by method \(member.method)")
    }
    let record = ZipRecord(mapping.bytes)
    guard member.offset <= record.count - Self.headerLength,
      record.number(4, at: member.offset) == 0x0403_4B50
    else { throw damaged("no header at byte \(member.offset)") }
    let start =
      member.offset + Self.headerLength + record.number(2, at: member.offset + 26)
      + record.number(2, at: member.offset + 28)
    guard start <= record.count, member.packedCount <= record.count - start else {
      throw damaged("\(member.packedCount) packed bytes, which the file does not have")
    }
    let mostBytes = member.packedCount.multipliedReportingOverflow(by: Self.largestRatio)
    guard
      member.method == 0
        ? member.byteCount == member.packedCount
        : mostBytes.overflow || member.byteCount <= mostBytes.partialValue
    else {
      throw damaged(
        "\(NumberText.count(member.byteCount, "byte")), which \(member.packedCount) packed ones can't become"
      )
    }
    return UnsafeRawBufferPointer(
      rebasing: mapping.bytes[start..<start + member.packedCount])
  }
}
