/// One header block of a tar archive.
package struct TarHeader {
  package enum Kind: Equatable {
    case file
    /// A pax header: records that override fields of the next member.
    case overrides
    /// A GNU header: the name of the next member.
    case longName
    case other
  }

  package private(set) var name: String
  package private(set) var size: Int
  package private(set) var kind: Kind
  private let typeFlag: UInt8

  /// Reads a header; nil if its checksum or a number in it is wrong.
  ///
  /// - Precondition: `block.count == 512`.
  package init?(_ block: [UInt8]) {
    precondition(block.count == TarArchive.blockLength, "a header of \(block.count) bytes")
    guard let checksum = Self.number(block[148..<156]), checksum == Self.checksum(of: block),
      let size = Self.number(block[124..<136]), size >= 0
    else { return nil }
    let shortName = Self.text(block[0..<100])
    // The name's prefix; GNU's form of the header uses this field otherwise.
    let isPOSIX = Self.text(block[257..<263]) == "ustar" && block[263] == UInt8(ascii: "0")
    let prefix = isPOSIX ? Self.text(block[345..<500]) : ""
    name = prefix.isEmpty ? shortName : "\(prefix)/\(shortName)"
    typeFlag = block[156]
    // A hard link has the size of the file that it names, but no content.
    self.size = typeFlag == UInt8(ascii: "1") ? 0 : size
    switch typeFlag {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): kind = .file
    case UInt8(ascii: "x"): kind = .overrides
    case UInt8(ascii: "L"): kind = .longName
    default: kind = .other
    }
  }

  /// The member's kind in words.
  package var kindName: String {
    switch typeFlag {
    case UInt8(ascii: "1"): "a hard link"
    case UInt8(ascii: "2"): "a symbolic link"
    case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
    case UInt8(ascii: "5"): "a folder"
    case UInt8(ascii: "6"): "a pipe"
    default: "of a special kind"
    }
  }

  /// Fields of a member given by the extended headers before it.
  package struct Overrides {
    var name: String?
    var size: Int?
    var isSparse = false

    package init() {}

    /// Reads the content of an extended header.
    package mutating func read(_ content: [UInt8], of kind: Kind) {
      if kind == .longName {
        name = TarHeader.text(content[...])
        return
      }
      // Records of the form "LENGTH KEY=VALUE\n", where LENGTH counts the whole record.
      var rest = content[...]
      while let space = rest.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      {
        let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
        rest = rest.dropFirst(length)
        guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
        let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
        switch String(decoding: record[..<equals], as: UTF8.self) {
        case "path": name = value
        case "size": size = Int(value)
        case let key where key.hasPrefix("GNU.sparse"): isSparse = true
        default: break
        }
      }
    }
  }

  package mutating func apply(_ overrides: Overrides) {
    if let name = overrides.name { self.name = name }
    if let size = overrides.size, size >= 0 { self.size = size }
    if overrides.isSparse { kind = .other }
  }

  /// The sum of the header's bytes, with the checksum field counted as spaces.
  private static func checksum(of block: [UInt8]) -> Int {
    let sum = block.reduce(0) { $0 + Int($1) }
    let field = block[148..<156].reduce(0) { $0 + Int($1) }
    return sum - field + 8 * Int(UInt8(ascii: " "))
  }

  /// Text up to the first NUL.
  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// A number in octal digits, or in base 256 if the first bit is set.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      // Seven bytes suffice for every realistic size.
      guard first == 0x80, field.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
      return field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix {
      $0 != 0 && $0 != UInt8(ascii: " ")
    }
    return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
