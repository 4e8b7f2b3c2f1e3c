import CJPEGEncoder
import Foundation
import Testing

/// JPEG files made by libjpeg.
enum JPEGSample {
  /// A file of the best quality.
  ///
  /// - Parameters:
  ///   - pixels: 1, 3 or 4 bytes each, depending on the channels.
  ///   - sampling: The horizontal and vertical sampling factors of each channel; all 1 if nil.
  static func encoded(
    width: Int, height: Int, pixels: [UInt8], channels: jpeg_channels = jpeg_luma_and_chroma,
    sampling: [(Int, Int)]? = nil, order: jpeg_order = jpeg_interleaved
  ) throws -> [UInt8] {
    let all = sampling ?? [(1, 1), (1, 1), (1, 1), (1, 1)]
    let factors = all.map { jpeg_sampling(across: UInt8($0.0), down: UInt8($0.1)) }
    var count = 0
    let file = try #require(
      jpeg_encode(
        pixels, UInt32(width), UInt32(height), channels, factors, order, &count))
    defer { free(file) }
    return Array(UnsafeBufferPointer(start: file, count: count))
  }

  /// The file with a segment inserted after its start.
  static func adding(segment content: [UInt8], marker: UInt8 = 0xE1, to file: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return Array(file[..<2]) + [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + content
      + file[2...]
  }

  /// The file with Exif data inserted after its start.
  static func adding(exif: [UInt8], to file: [UInt8]) -> [UInt8] {
    adding(segment: Array("Exif".utf8) + [0, 0] + exif, to: file)
  }
}

/// Exif data with an orientation, and an entry before it.
enum ExifSample {
  static func data(
    orientation: Int, isLittleEndian: Bool, isLong: Bool = false, tag: Int = 274
  ) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(value >> (8 * $0) & 255) }
      return isLittleEndian ? bytes : bytes.reversed()
    }
    let order: [UInt8] = isLittleEndian ? [0x49, 0x49] : [0x4D, 0x4D]
    let value = isLong ? number(orientation, 4) : number(orientation, 2) + [0, 0]
    return order + number(42, 2) + number(10, 4) + [0, 0] + number(2, 2)
      + number(256, 2) + number(3, 2) + number(1, 4) + [0, 0, 0, 0]
      + number(tag, 2) + number(isLong ? 4 : 3, 2) + number(1, 4) + value + [0, 0, 0, 0]
  }
}
