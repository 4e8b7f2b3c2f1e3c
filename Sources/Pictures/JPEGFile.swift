import CTurboJPEG
import Foundation

/// Reads JPEG files through libjpeg-turbo.
enum JPEGFile {
  /// Start of image, and of the first marker.
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Decodes a picture: grey, colour or four inks; baseline or progressive.
  ///
  /// A file about which the library warns, as one that is cut short, is refused: what it would show
  /// there is made up.
  static func decode(_ bytes: [UInt8], file: String) throws(PictureError) -> Picture {
    guard let decoder = tjInitDecompress() else {
      throw .damaged(file: file, format: "JPEG", reason: "out of memory")
    }
    defer { tjDestroy(decoder) }
    func damage() -> PictureError {
      .damaged(file: file, format: "JPEG", reason: String(cString: tjGetErrorStr2(decoder)))
    }
    var (width, height, sampling, colors) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard
      tjDecompressHeader3(
        decoder, bytes, UInt(bytes.count), &width, &height, &sampling, &colors) == 0
    else { throw damage() }
    let (columns, rows) = (Int(width), Int(height))
    try Picture.check(width: columns, height: rows, file: file)
    let hasInks = [TJCS_CMYK, TJCS_YCCK].contains { Int32($0.rawValue) == colors }
    let channels = hasInks ? 4 : 3
    var pixels = [UInt8](repeating: 0, count: channels * columns * rows)
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    guard
      tjDecompress2(
        decoder, bytes, UInt(bytes.count), &pixels, width, 0, height,
        Int32((hasInks ? TJPF_CMYK : TJPF_RGB).rawValue), flags) == 0
    else { throw damage() }
    if hasInks { replaceInks(in: &pixels) }
    return Picture(
      PixelImage(width: columns, height: rows, bytes: pixels),
      orientation: JPEGSegments.exif(in: bytes).map(ExifOrientation.orientation) ?? .up)
  }

  /// Cyan, magenta, yellow and black as red, green and blue. Files hold what is left of the paper's
  /// white, as Adobe's programs, which write such files, have it.
  private static func replaceInks(in pixels: inout [UInt8]) {
    let count = pixels.count / 4
    for pixel in 0..<count {
      let black = Int(pixels[4 * pixel + 3])
      for channel in 0..<3 {
        pixels[3 * pixel + channel] =
          UInt8((Int(pixels[4 * pixel + channel]) * black + 127) / 255)
      }
    }
    pixels.removeLast(count)
  }
}
