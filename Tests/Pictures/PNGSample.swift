import CSpng
import Foundation
import Testing

/// A PNG file of any colour type, made by libspng from its samples as the format stores them.
struct PNGSample {
  var width: Int
  var height: Int
  var colorType: spng_color_type
  var depth = 8
  /// Rows of samples, each row padded to whole bytes, 16 bits in the machine's order.
  var samples: [UInt8]
  var palette: [(red: UInt8, green: UInt8, blue: UInt8, opacity: UInt8)] = []
  /// The grey that is transparent.
  var transparentGrey: UInt16?
  var isInterlaced = false
  var exif: [UInt8] = []

  func encoded(sourceLocation: SourceLocation = #_sourceLocation) throws -> [UInt8] {
    let context = try #require(
      spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)), sourceLocation: sourceLocation)
    defer { spng_ctx_free(context) }
    func check(_ status: Int32) {
      #expect(
        status == 0, "\(String(cString: spng_strerror(status)))", sourceLocation: sourceLocation)
    }
    check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
    var header = spng_ihdr()
    (header.width, header.height) = (UInt32(width), UInt32(height))
    (header.bit_depth, header.color_type) = (UInt8(depth), UInt8(colorType.rawValue))
    header.interlace_method = isInterlaced ? 1 : 0
    check(spng_set_ihdr(context, &header))
    if !palette.isEmpty { setPalette(of: context, check) }
    if let transparentGrey {
      var transparency = spng_trns()
      transparency.gray = transparentGrey
      check(spng_set_trns(context, &transparency))
    }
    var exif = exif
    let count = exif.count
    return try exif.withUnsafeMutableBytes { bytes in
      if count > 0 {
        var chunk = spng_exif()
        chunk.length = count
        chunk.data = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        check(spng_set_exif(context, &chunk))
      }
      check(
        spng_encode_image(
          context, samples, samples.count, Int32(SPNG_FMT_PNG.rawValue),
          Int32(SPNG_ENCODE_FINALIZE.rawValue)))
      var (length, error) = (0, Int32(0))
      let buffer = try #require(spng_get_png_buffer(context, &length, &error))
      defer { free(buffer) }
      return Array(UnsafeRawBufferPointer(start: buffer, count: length))
    }
  }

  private func setPalette(of context: OpaquePointer, _ check: (Int32) -> Void) {
    var colors = spng_plte()
    colors.n_entries = UInt32(palette.count)
    withUnsafeMutableBytes(of: &colors.entries) { bytes in
      let entries = bytes.bindMemory(to: spng_plte_entry.self)
      for (index, color) in palette.enumerated() {
        entries[index] = spng_plte_entry(
          red: color.red, green: color.green, blue: color.blue, alpha: 255)
      }
    }
    check(spng_set_plte(context, &colors))
    var transparency = spng_trns()
    transparency.n_type3_entries = UInt32(palette.count)
    withUnsafeMutableBytes(of: &transparency.type3_alpha) { bytes in
      for (index, color) in palette.enumerated() { bytes[index] = color.opacity }
    }
    check(spng_set_trns(context, &transparency))
  }
}
