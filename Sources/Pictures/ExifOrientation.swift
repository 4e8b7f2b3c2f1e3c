/// Finds the orientation in Exif data: the tag 274 of the first directory of a TIFF file.
///
///     offset 0   "II" 42 0 (little-endian) or "MM" 0 42 (big-endian)
///     offset 4   offset of the first directory, 32 bits
///     directory  16 bits: the number of entries; then 12 bytes each:
///                tag (16 bits), type (16), count (32), value or its offset (32)
///
/// Source: TIFF 6.0, section 2.
enum ExifOrientation {
  private static let tag = 274

  /// The orientation, or nil if none can be read. Exif data of cameras and editors is often
  /// irregular, so errors in it never reject a picture.
  static func orientation(in bytes: [UInt8]) -> PictureOrientation? {
    let isLittleEndian: Bool
    switch bytes.prefix(4) {
    case [0x49, 0x49, 42, 0]: isLittleEndian = true
    case [0x4D, 0x4D, 0, 42]: isLittleEndian = false
    default: return nil
    }
    /// The number in `count` bytes; nil if the data ends before.
    func number(at offset: Int, count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let digits = bytes[offset..<offset + count]
      return (isLittleEndian ? Array(digits.reversed()) : Array(digits))
        .reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, count: 4), let entries = number(at: directory, count: 2)
    else { return nil }
    for entry in 0..<entries {
      let place = directory + 2 + 12 * entry
      guard let found = number(at: place, count: 2) else { return nil }
      guard found == tag else { continue }
      // A SHORT, as in Exif, or a LONG, as some programs write.
      let size = number(at: place + 2, count: 2) == 4 ? 4 : 2
      return number(at: place + 8, count: size).flatMap { PictureOrientation(rawValue: $0) }
    }
    return nil
  }
}
