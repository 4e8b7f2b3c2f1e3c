import CSpng
import Foundation
import Testing

/// A PNG file of any colour type, encoded by libspng from samples as stored in the format.
struct PNGSample {
  var width: Int
  var height: Int
  var colorType: spng_color_type
  var depth = 8
  /// Rows of samples, each padded to whole bytes, with 16-bit samples in native byte order.
  var samples: [UInt8]
  var palette: [(red: UInt8, green: UInt8, blue: UInt8, opacity: UInt8)] = []
  /// The grey that is transparent.
  var transparentGrey: UInt16?
  var isInterlaced = false
  var exif: [UInt8] = []
  var texts: [Text] = []

  /// A text chunk.
  struct Text {
    var keyword: String
    var content: String
    var type: spng_text_type
  }

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
    var stored = texts.map(Self.stored)
    defer { for text in stored { free(text.text) } }
    if !stored.isEmpty { check(spng_set_text(context, &stored, UInt32(stored.count))) }
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

  /// A text in libspng's format; the caller must free its content.
  private static func stored(_ text: Text) -> spng_text {
    var stored = spng_text()
    withUnsafeMutableBytes(of: &stored.keyword) { $0.copyBytes(from: text.keyword.utf8) }
    stored.type = Int32(text.type.rawValue)
    (stored.text, stored.length) = (strdup(text.content), text.content.utf8.count)
    stored.compression_flag = text.type == SPNG_ITXT ? 1 : 0
    // Empty fields must still be set.
    (stored.language_tag, stored.translated_keyword) = (none, none)
    return stored
  }

  private static nonisolated(unsafe) let none = strdup("")

  /// The file with an arbitrary chunk inserted after its header.
  static func adding(chunk name: String, _ content: [UInt8], to file: [UInt8]) -> [UInt8] {
    func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
    let body = Array(name.utf8) + content
    // The signature, then length, name, 13 bytes and checksum of the header.
    let end = 8 + 25
    return file[..<end] + number(UInt32(content.count)) + body + number(checkSum(of: body[...]))
      + file[end...]
  }

  /// The checksum of PNG's chunks, computed bit by bit.
  static func checkSum(of bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0 as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
      }
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
