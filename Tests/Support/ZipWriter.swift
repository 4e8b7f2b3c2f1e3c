import CZlib

/// Writes zip archives, valid ones and ones with single errors.
public struct ZipWriter {
  /// A member, and its description in the archive.
  public struct Member: Sendable {
    public var name: String
    public var content: [UInt8]
    public var isDeflated = false
    /// Lengths and offsets as 64-bit numbers, as NumPy writes them in local headers and large
    /// archives everywhere.
    public var isWide = false
    public var flags = 0
    /// Wrong values in the directory.
    public var method: Int?
    public var checksum: UInt32?
    public var byteCount: Int?
    public var packedCount: Int?
    public var offset: Int?

    public init(_ name: String, _ content: [UInt8]) { (self.name, self.content) = (name, content) }
  }

  /// An archive of these members.
  ///
  /// - Parameter comment: The comment at its end.
  public static func archive(
    _ members: [Member], isWide: Bool = false, comment: [UInt8] = []
  ) -> [UInt8] {
    var (bytes, list): ([UInt8], [UInt8]) = ([], [])
    for member in members {
      let packed = member.isDeflated ? deflated(member.content) : member.content
      let offset = member.offset ?? bytes.count
      let sizes = [member.byteCount ?? member.content.count, member.packedCount ?? packed.count]
      let shared =
        number(member.flags, 2) + number(member.method ?? (member.isDeflated ? 8 : 0), 2)
        + number(0, 4)
        + number(Int(member.checksum ?? checksum(of: member.content)), 4)
      let wide = number(1, 2) + number(24, 2) + (sizes + [offset]).flatMap { number($0, 8) }
      let extra = member.isWide ? wide : []
      let counts = (member.isWide ? [0xFFFF_FFFF, 0xFFFF_FFFF] : [sizes[1], sizes[0]])
        .flatMap { number($0, 4) }
      let names = number(member.name.utf8.count, 2) + number(extra.count, 2)
      bytes += number(0x0403_4B50, 4) + number(20, 2) + shared + counts + names
      bytes += Array(member.name.utf8) + extra + packed
      list += number(0x0201_4B50, 4) + number(20, 2) + number(20, 2) + shared + counts + names
      list += number(0, 10) + number(member.isWide ? 0xFFFF_FFFF : offset, 4)
      list += Array(member.name.utf8) + extra
    }
    let start = bytes.count
    bytes += list
    let end = bytes.count
    if isWide {
      bytes += number(0x0606_4B50, 4) + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8)
      bytes += number(members.count, 8) + number(members.count, 8)
      bytes += number(list.count, 8) + number(start, 8)
      bytes += number(0x0706_4B50, 4) + number(0, 4) + number(end, 8) + number(1, 4)
    }
    let counts = isWide ? [0xFFFF, 0xFFFF] : [members.count, members.count]
    bytes += number(0x0605_4B50, 4) + number(0, 4) + counts.flatMap { number($0, 2) }
    bytes += number(isWide ? 0xFFFF_FFFF : list.count, 4) + number(isWide ? 0xFFFF_FFFF : start, 4)
    return bytes + number(comment.count, 2) + comment
  }

  public static func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }

  public static func checksum(of bytes: [UInt8]) -> UInt32 {
    UInt32(crc32_z(0, bytes, bytes.count))
  }

  /// A raw deflate stream.
  public static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var (input, stream) = (bytes, z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    precondition(deflateInit2_(&stream, 9, Z_DEFLATED, -15, 9, 0, ZLIB_VERSION, size) == Z_OK)
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: bytes.count + 1_000)
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        return output.count - Int(stream.avail_out)
      }
    }
    return Array(output.prefix(count))
  }
}
