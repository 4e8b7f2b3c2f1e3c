import CJPEGDecoder

/// Reads JPEG files through libjpeg.
enum JPEGFile {
  /// The marker "start of image". In a valid file, the next marker follows immediately; in some
  /// others, after a few stray bytes.
  static let signature: [UInt8] = [0xFF, 0xD8]

  /// Decodes a picture: grey, colour or CMYK; baseline or progressive; with any subsampling that
  /// libjpeg supports.
  ///
  /// A damaged or truncated file is rejected: the decoder would invent the missing part.
  static func decode(_ bytes: [UInt8], file: String) throws(PictureError) -> Picture {
    let headers = try headers(of: bytes, file: file)
    let (width, height) = (Int(headers.width), Int(headers.height))
    try Picture.check(width: width, height: height, file: file)
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    // All coefficients of a progressive file are in memory until the last scan, two bytes per
    // sample.
    let memory = Picture.mostMemory - bytes.count - pixels.count
    var message = jpeg_message()
    let outcome = jpeg_decode(
      bytes, bytes.count, &pixels, headers.width, headers.height, max(memory, 0), &message)
    if outcome == jpeg_needs_memory {
      throw .tooMuchMemory(file: file, width: width, height: height, limit: Picture.mostMemory)
    }
    guard outcome == jpeg_read else { throw damage(message, file: file) }
    return Picture(
      PixelImage(width: width, height: height, bytes: pixels),
      orientation: headers.orientation.found)
  }

  private struct Headers {
    var width: UInt32 = 0
    var height: UInt32 = 0
    var orientation = OrientationSearch()
  }

  private static func headers(of bytes: [UInt8], file: String) throws(PictureError) -> Headers {
    var headers = Headers()
    var (width, height) = (UInt32(0), UInt32(0))
    var message = jpeg_message()
    let outcome = withUnsafeMutablePointer(to: &headers.orientation) { orientation in
      jpeg_read_headers(
        bytes, bytes.count, &width, &height,
        { context, segment, count in
          context?.assumingMemoryBound(to: OrientationSearch.self).pointee
            .look(inSegment: Array(UnsafeBufferPointer(start: segment, count: count)))
        }, orientation, &message)
    }
    guard outcome == jpeg_read else { throw damage(message, file: file) }
    (headers.width, headers.height) = (width, height)
    return headers
  }

  private static func damage(_ message: jpeg_message, file: String) -> PictureError {
    let text = withUnsafeBytes(of: message.text) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .damaged(file: file, format: "JPEG", reason: text)
  }
}
