/// Searches a picture's metadata for its orientation: Exif data, which cameras write, and XMP,
/// which editors write. If both contain one, that of Exif is used, since nearly all programs read
/// it first; of several of the same kind, the first.
struct OrientationSearch {
  private var exif: PictureOrientation?
  private var xmp: PictureOrientation?

  /// The orientation; upright if none was found.
  var found: PictureOrientation { exif ?? xmp ?? .up }

  /// Searches Exif data: a TIFF file, with or without the signature that precedes it in JPEG files.
  mutating func look(inExif bytes: [UInt8]) {
    let content = bytes.starts(with: Self.exifMark) ? Array(bytes[Self.exifMark.count...]) : bytes
    exif = exif ?? ExifOrientation.orientation(in: content)
  }

  /// Searches an XMP packet.
  mutating func look(inXMP bytes: [UInt8]) {
    xmp = xmp ?? XMPOrientation.orientation(in: bytes)
  }

  /// Searches the content of a JPEG file's segment APP1, which may contain either.
  ///
  /// Source: Exif 2.3, 4.5.5; XMP Specification, part 3, 1.1.3.
  mutating func look(inSegment bytes: [UInt8]) {
    if bytes.starts(with: Self.exifMark) {
      look(inExif: bytes)
    } else if bytes.starts(with: Self.xmpMark) {
      look(inXMP: Array(bytes[Self.xmpMark.count...]))
    }
  }

  private static let exifMark = Array("Exif".utf8) + [0, 0]
  private static let xmpMark = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]

  /// Searches a text chunk of a PNG file: XMP, or a raw profile that a program has copied from a
  /// file of another format.
  mutating func look(inText text: [UInt8], named keyword: String) {
    switch keyword {
    case "XML:com.adobe.xmp": look(inXMP: text)
    case "Raw profile type exif": look(inExif: Self.profile(text))
    case "Raw profile type xmp": look(inXMP: Self.profile(text))
    case "Raw profile type APP1": look(inSegment: Self.profile(text))
    default: break
    }
  }

  /// The bytes of a raw profile, which consists of lines: a name, the number of bytes, and the
  /// bytes in hexadecimal. Empty if the text is not a raw profile.
  private static func profile(_ text: [UInt8]) -> [UInt8] {
    let lines = text.split(
      separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: true)
    guard lines.count == 3 else { return [] }
    var bytes: [UInt8] = []
    var upper: UInt8?
    for character in lines[2] where character > UInt8(ascii: " ") {
      guard let digit = value(ofDigit: character) else { break }
      if let first = upper {
        bytes.append(first << 4 | digit)
        upper = nil
      } else {
        upper = digit
      }
    }
    return bytes
  }

  private static func value(ofDigit character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
