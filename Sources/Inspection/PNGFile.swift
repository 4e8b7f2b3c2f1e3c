import CSpng
import Foundation
import TensorFiles

/// Writes PNG files through libspng.
public enum PNGFile {
  /// The picture as the bytes of a PNG file: 8-bit RGB, not interlaced. Equal pictures are equal bytes
  /// with one version of the library.
  ///
  /// - Throws: `cannotEncodePNG` with the call that failed.
  public static func encode(_ image: PixelImage) throws(InspectionError) -> Data {
    func failure(_ step: String, _ reason: String) -> InspectionError {
      .cannotEncodePNG(width: image.width, height: image.height, step: step, reason: reason)
    }
    func check(_ status: Int32, _ step: String) throws(InspectionError) {
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

  /// Writes the picture to `url`, whole or not at all.
  public static func write(_ image: PixelImage, to url: URL) throws {
    try AtomicFile.write(encode(image), to: url)
  }
}
