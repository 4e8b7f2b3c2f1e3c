/// One member of a zip archive, from the directory at the end of the archive.
struct ZipMember: Equatable {
  let name: String
  let flags: Int
  let method: Int
  let checksum: UInt32
  let packedCount: Int
  let byteCount: Int
  /// The offset of its local header.
  let offset: Int
}

/// The directory of members at the end of a zip archive, with 64-bit sizes for large ones.
///
/// Source: PKWARE, "APPNOTE.TXT", version 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3.
struct ZipDirectory {
  private(set) var members: [ZipMember] = []

  /// Bytes of the end record of an archive, without its comment, whose length has 16 bits.
  private static let endLength = 22
  private static let locatorLength = 20
  private static let wideEndLength = 56
  private static let entryLength = 46

  /// Reads the directory.
  ///
  /// - Parameter file: The name of the archive in errors.
  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(ZipError) {
    let record = ZipRecord(bytes)
    guard let end = Self.end(of: record) else { throw .notZip(file: file) }
    func damaged(_ problem: String) -> ZipError { .directory(file: file, problem: problem) }
    guard record.number(2, at: end + 4) == 0, record.number(2, at: end + 6) == 0 else {
      throw damaged("the archive is split over several files")
    }
    var count = record.number(2, at: end + 10)
    var size = record.number(4, at: end + 12)
    var start = record.number(4, at: end + 16)
    var limit = end
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      let locator = end - Self.locatorLength
      if locator >= 0, record.number(4, at: locator) == 0x0706_4B50 {
        limit = record.number(8, at: locator + 8)
        guard limit <= locator - Self.wideEndLength, record.number(4, at: limit) == 0x0606_4B50
        else { throw damaged("no 64-bit end") }
        count = record.number(8, at: limit + 32)
        size = record.number(8, at: limit + 40)
        start = record.number(8, at: limit + 48)
      }
    }
    guard start <= limit, size == limit - start, count <= size / Self.entryLength else {
      throw damaged("\(count) members in \(size) bytes from byte \(start) on")
    }
    var names: Set<String> = []
    var place = start
    for _ in 0..<count {
      let (member, next) = try Self.member(of: record, at: place, limit: limit, file: file)
      guard names.insert(member.name).inserted else {
        throw .repeatedMember(file: file, member: member.name)
      }
      members.append(member)
      place = next
    }
    guard place == limit else { throw damaged("bytes after its last member") }
  }

  /// The offset of the end record: the one whose comment extends to the end of the file.
  private static func end(of record: ZipRecord) -> Int? {
    let last = record.count - endLength
    guard last >= 0 else { return nil }
    return (max(0, last - 0xFFFF)...last).reversed().first { place in
      record.number(4, at: place) == 0x0605_4B50
        && record.number(2, at: place + 20) == last - place
    }
  }

  private static func member(
    of record: ZipRecord, at place: Int, limit: Int, file: String
  ) throws(ZipError) -> (member: ZipMember, end: Int) {
    guard place <= limit - entryLength, record.number(4, at: place) == 0x0201_4B50 else {
      throw .directory(file: file, problem: "no member at byte \(place)")
    }
    let nameEnd = place + entryLength + record.number(2, at: place + 28)
    let extraEnd = nameEnd + record.number(2, at: place + 30)
    let end = extraEnd + record.number(2, at: place + 32)
    guard end <= limit else {
      throw .directory(file: file, problem: "the member at byte \(place) is cut")
    }
    let name = record.text(place + entryLength..<nameEnd)
    // Length, compressed length and offset have 32 bits each. If all bits are set, an extra field
    // has 64 bits.
    var numbers = [24, 20, 42].map { record.number(4, at: place + $0) }
    var wide = record.extra(1, in: nameEnd..<extraEnd)
    for index in numbers.indices where numbers[index] == 0xFFFF_FFFF {
      guard wide.count >= 8 else {
        throw .directory(file: file, problem: "the member at byte \(place) has no 64-bit length")
      }
      numbers[index] = record.number(8, at: wide.lowerBound)
      wide = wide.dropFirst(8)
    }
    let member = ZipMember(
      name: name, flags: record.number(2, at: place + 8), method: record.number(2, at: place + 10),
      checksum: UInt32(record.number(4, at: place + 16)), packedCount: numbers[1],
      byteCount: numbers[0], offset: numbers[2])
    return (member, end)
  }
}

/// The bytes of an archive, from which little-endian numbers can be read at any offset.
struct ZipRecord {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// A number of `byteCount` bytes, clamped to the range of `Int`.
  ///
  /// - Precondition: it is within the archive.
  func number(_ byteCount: Int, at place: Int) -> Int {
    var bits: UInt64 = 0
    for byte in (place..<place + byteCount).reversed() { bits = bits << 8 | UInt64(bytes[byte]) }
    return Int(clamping: bits)
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }

  /// The range of the content of the extra field with this number; empty if there is none.
  func extra(_ identifier: Int, in fields: Range<Int>) -> Range<Int> {
    var place = fields.lowerBound
    while place + 4 <= fields.upperBound {
      let content = place + 4
      let end = content + number(2, at: place + 2)
      guard end <= fields.upperBound else { break }
      if number(2, at: place) == identifier { return content..<end }
      place = end
    }
    return fields.upperBound..<fields.upperBound
  }
}
