import CTurboJPEG
import Foundation
import Testing

/// JPEG files made by libjpeg-turbo.
enum JPEGSample {
  /// A file of the best quality from pixels of a TurboJPEG format, without subsampling.
  static func encoded(
    width: Int, height: Int, pixels: [UInt8], format: TJPF = TJPF_RGB, isProgressive: Bool = false
  ) throws -> [UInt8] {
    let encoder = try #require(tjInitCompress())
    defer { tjDestroy(encoder) }
    var buffer: UnsafeMutablePointer<UInt8>?
    var length: UInt = 0
    let sampling = format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_444
    let status = tjCompress2(
      encoder, pixels, Int32(width), 0, Int32(height), Int32(format.rawValue), &buffer, &length,
      Int32(sampling.rawValue), 100, isProgressive ? TJFLAG_PROGRESSIVE : 0)
    #expect(status == 0, "\(String(cString: tjGetErrorStr2(encoder)))")
    let bytes = try #require(buffer)
    defer { tjFree(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(length)))
  }

  /// The file with Exif data behind its start.
  static func adding(exif: [UInt8], to file: [UInt8]) -> [UInt8] {
    let content = Array("Exif".utf8) + [0, 0] + exif
    let length = content.count + 2
    return Array(file[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + content
      + file[2...]
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
