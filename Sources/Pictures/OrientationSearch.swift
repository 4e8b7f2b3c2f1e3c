/// Looks for a picture's orientation in all that its file says beside the pixels: Exif data, which
/// cameras write, and XMP, which editors do. Where both have one, that of Exif counts, since nearly every
/// program looks there first; of two of a kind the first.
struct OrientationSearch {
  private var exif: PictureOrientation?
  private var xmp: PictureOrientation?

  /// The orientation, upright where nothing else was found.
  var found: PictureOrientation { exif ?? xmp ?? .up }

  /// Looks in Exif data: a TIFF file, with or without the mark that stands before it in JPEG files.
  mutating func look(inExif bytes: [UInt8]) {
    let content = bytes.starts(with: Self.exifMark) ? Array(bytes[Self.exifMark.count...]) : bytes
    exif = exif ?? ExifOrientation.orientation(in: content)
  }

  /// Looks in a packet of XMP.
  mutating func look(inXMP bytes: [UInt8]) {
    xmp = xmp ?? XMPOrientation.orientation(in: bytes)
  }

  /// Looks in the content of a JPEG file's segment of application data 1, where both stand.
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

  /// Looks in a text of a PNG file: XMP, or what programs took from a file of another format and kept
  /// as a raw profile.
  mutating func look(inText text: [UInt8], named keyword: String) {
    switch keyword {
    case "XML:com.adobe.xmp": look(inXMP: text)
    case "Raw profile type exif": look(inExif: Self.profile(text))
    case "Raw profile type xmp": look(inXMP: Self.profile(text))
    case "Raw profile type APP1": look(inSegment: Self.profile(text))
    default: break
    }
  }

  /// The bytes of a raw profile: a name, their number, and they themselves in hexadecimal, each on lines
  /// of its own. Empty where it is none.
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
