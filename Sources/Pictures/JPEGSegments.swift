/// The marker segments before a JPEG file's first scan, where Exif data stand.
///
///     FF D8                        start of image
///     FF xx  length (16 bits, big-endian, itself included)  content     … repeated
///     FF DA                        start of scan
///
/// Source: ITU-T T.81, annex B; Exif 2.3, 4.5.5, for the content that begins with "Exif", 0, 0.
enum JPEGSegments {
  /// The Exif data of a file, a TIFF file of its own; nil where there is none.
  static func exif(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
    let (scan, end, application1) = (0xDA as UInt8, 0xD9 as UInt8, 0xE1 as UInt8)
    var place = 2
    while place + 1 < bytes.count, bytes[place] == 0xFF {
      let marker = bytes[place + 1]
      switch marker {
      case 0xFF: place += 1  // Fill bytes may stand before a marker.
      case 0x01, 0xD0...0xD8: place += 2  // These have no content.
      case scan, end: return nil
      default:
        guard place + 3 < bytes.count else { return nil }
        let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
        let next = place + 2 + length
        guard length >= 2, next <= bytes.count else { return nil }
        let content = bytes[place + 4..<next]
        if marker == application1, content.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) {
          return content.dropFirst(6)
        }
        place = next
      }
    }
    return nil
  }
}
