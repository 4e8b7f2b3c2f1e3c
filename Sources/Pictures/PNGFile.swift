import CSpng
import Foundation
import TensorFiles

/// Reads and writes PNG files through libspng.
public enum PNGFile {
  /// The bytes of a PNG file: 8-bit RGB, not interlaced. With the same version of the library,
  /// equal pictures give equal bytes.
  ///
  /// - Throws: `cannotEncodePNG`, which names the call that failed.
  public static func encode(_ image: PixelImage) throws(PictureError) -> Data {
    func failure(_ step: String, _ reason: String) -> PictureError {
      .cannotEncodePNG(width: image.width, height: image.height, step: step, reason: reason)
    }
    func check(_ status: Int32, _ step: String) throws(PictureError) {
      guard status == 0 else { throw failure(step, String(cString: spng_strerror(status))) }
    }
    guard let width = UInt32(exactly: image.width), let height = UInt32(exactly: image.height)
    else { throw failure("size", "too large") }
    guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else {
      throw failure("spng_ctx_new", "out of memory")
    }
    defer { spng_ctx_free(context) }
    try check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1), "spng_set_option")
    var header = spng_ihdr()
    header.width = width
    header.height = height
    header.bit_depth = 8
    header.color_type = UInt8(SPNG_COLOR_TYPE_TRUECOLOR.rawValue)
    try check(spng_set_ihdr(context, &header), "spng_set_ihdr")
    let status = image.bytes.withUnsafeBytes { bytes in
      spng_encode_image(
        context, bytes.baseAddress, bytes.count, Int32(SPNG_FMT_PNG.rawValue),
        Int32(SPNG_ENCODE_FINALIZE.rawValue))
    }
    try check(status, "spng_encode_image")
    var (byteCount, error) = (0, Int32(0))
    let buffer = spng_get_png_buffer(context, &byteCount, &error)
    try check(error, "spng_get_png_buffer")
    guard let buffer else { throw failure("spng_get_png_buffer", "no bytes") }
    defer { free(buffer) }
    return Data(bytes: buffer, count: byteCount)
  }

  /// Writes the picture to `url` atomically.
  public static func write(_ image: PixelImage, to url: URL) throws {
    try AtomicFile.write(encode(image), to: url)
  }
}

extension PNGFile {
  /// The first bytes of every PNG file.
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The largest decompressed size in bytes of a chunk other than pixels, and of all such chunks.
  private static let largestChunk = 1 << 24
  private static let mostChunkMemory = 1 << 26

  /// Decodes a picture of any colour type and depth, interlaced or not. Transparent pixels are
  /// blended with white, of 16-bit samples the upper 8 bits are used, and gamma and colour profiles
  /// are ignored.
  static func decode(_ bytes: [UInt8], file: String) throws(PictureError) -> Picture {
    guard let context = spng_ctx_new(0) else {
      throw .damaged(file: file, format: "PNG", reason: "out of memory")
    }
    defer { spng_ctx_free(context) }
    func check(_ status: Int32) throws(PictureError) {
      guard status == 0 else {
        throw .damaged(file: file, format: "PNG", reason: String(cString: spng_strerror(status)))
      }
    }
    // Chunks other than pixels, such as texts, are compressed too.
    try check(spng_set_chunk_limits(context, largestChunk, mostChunkMemory))
    return try bytes.withUnsafeBufferPointer { source throws(PictureError) in
      try check(spng_set_png_buffer(context, source.baseAddress, source.count))
      var header = spng_ihdr()
      try check(spng_get_ihdr(context, &header))
      let (width, height) = (Int(header.width), Int(header.height))
      try Picture.check(width: width, height: height, file: file)
      guard bytes.count + 4 * width * height + mostChunkMemory <= Picture.mostMemory else {
        throw .tooMuchMemory(file: file, width: width, height: height, limit: Picture.mostMemory)
      }
      var pixels = [UInt8](repeating: 0, count: 4 * width * height)
      try check(
        spng_decode_image(
          context, &pixels, pixels.count, Int32(SPNG_FMT_RGBA8.rawValue),
          Int32(SPNG_DECODE_TRNS.rawValue)))
      try check(spng_decode_chunks(context))
      layOverWhite(&pixels)
      return Picture(
        PixelImage(width: width, height: height, bytes: pixels),
        orientation: orientation(of: bytes, in: context))
    }
  }

  /// Converts pixels of four bytes, the last of which is the opacity, to three by blending with
  /// white.
  private static func layOverWhite(_ pixels: inout [UInt8]) {
    let count = pixels.count / 4
    for pixel in 0..<count {
      let opacity = Int(pixels[4 * pixel + 3])
      for channel in 0..<3 {
        let color = Int(pixels[4 * pixel + channel])
        pixels[3 * pixel + channel] = UInt8((color * opacity + 255 * (255 - opacity) + 127) / 255)
      }
    }
    pixels.removeLast(count)
  }

  /// The orientation in the metadata chunks: `eXIf` first, then texts.
  private static func orientation(
    of file: [UInt8], in context: OpaquePointer
  ) -> PictureOrientation {
    var search = OrientationSearch()
    // libspng ignores Exif data that begins with the signature of JPEG files.
    for content in PNGChunks.contents(of: "eXIf", in: file) {
      search.look(inExif: Array(content))
    }
    for text in texts(in: context) {
      // A keyword has at most 79 bytes and a zero.
      let keyword = withUnsafeBytes(of: text.keyword) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let start = text.text else { continue }
      let bytes = UnsafeRawBufferPointer(start: start, count: text.length)
      search.look(inText: Array(bytes), named: keyword)
    }
    return search.found
  }

  private static func texts(in context: OpaquePointer) -> [spng_text] {
    var count: UInt32 = 0
    guard spng_get_text(context, nil, &count) == 0, count > 0 else { return [] }
    var texts = [spng_text](repeating: spng_text(), count: Int(count))
    return spng_get_text(context, &texts, &count) == 0 ? Array(texts.prefix(Int(count))) : []
  }
}
