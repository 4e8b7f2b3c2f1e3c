import CZlib

/// Decompression of deflate streams, and checksums, by the system's zlib.
enum Inflation {
  /// Decompresses a raw deflate stream.
  ///
  /// - Parameters:
  ///   - destination: Memory that must be filled completely.
  ///   - isWhole: Whether the stream must then end.
  /// - Returns: The problem with the stream; nil if there is none.
  static func inflate(
    _ packed: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer, isWhole: Bool
  ) -> String? {
    var stream = z_stream()
    // Negative: without zlib's header, with windows of up to 2¹⁵ bytes, deflate's largest.
    let windowBits: Int32 = -15
    guard
      inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return "zlib has no memory for it" }
    defer { inflateEnd(&stream) }

    // Memory for one surplus byte of a stream that is too long. It also serves as an address if the
    // destination is empty and has none.
    var surplus: UInt8 = 0
    var (taken, made) = (0, 0)
    while true {
      let source = UnsafeRawBufferPointer(rebasing: packed[taken...]).prefix(longestPiece)
      let rest = UnsafeMutableRawBufferPointer(rebasing: destination[made...]).prefix(longestPiece)
      let isFull = rest.isEmpty
      if isFull && !isWhole { return nil }
      let (status, newlyTaken, newlyMade) = withUnsafeMutableBytes(of: &surplus) { surplus in
        step(
          &stream, UnsafeRawBufferPointer(rebasing: source),
          isFull ? surplus : UnsafeMutableRawBufferPointer(rebasing: rest))
      }
      taken += newlyTaken
      if isFull && newlyMade > 0 { return "more bytes than the archive says" }
      made += newlyMade
      switch status {
      case Z_STREAM_END:
        guard made == destination.count else { return "fewer bytes than the archive says" }
        return taken == packed.count ? nil : "packed bytes after their end"
      case Z_OK where newlyTaken + newlyMade > 0: continue
      case Z_OK, Z_BUF_ERROR: return "it ends too early"
      default: return stream.msg.map { String(cString: $0) } ?? "zlib gives status \(status)"
      }
    }
  }

  /// Zlib's lengths have 32 bits.
  private static let longestPiece = 1 << 30

  private static func step(
    _ stream: inout z_stream, _ source: UnsafeRawBufferPointer,
    _ destination: UnsafeMutableRawBufferPointer
  ) -> (status: Int32, taken: Int, made: Int) {
    // Zlib never writes to its input.
    stream.next_in = UnsafeMutablePointer(
      mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.avail_in = UInt32(source.count)
    stream.next_out = destination.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(destination.count)
    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
    return (
      status, source.count - Int(stream.avail_in), destination.count - Int(stream.avail_out)
    )
  }

  /// The CRC-32 of bytes.
  static func checksum(of bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
