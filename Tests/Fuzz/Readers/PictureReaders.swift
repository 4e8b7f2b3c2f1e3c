import Foundation
import Pictures

extension FuzzReader {
  static let pictureReaders = [png, jpeg]

  /// A PNG file. A picture has the same pixels after writing and reading it again.
  static let png = FuzzReader("png", longest: 2048) { input in
    guard isQuick(size(ofPNG: input.bytes)) else { return }
    let bytes = withChecksums(input.bytes)
    guard let picture = try accepted({ try Picture(bytes, file: "picture.png") })
    else { return }
    let copy = try Picture(Array(PNGFile.encode(picture.pixels)), file: "copy.png")
    try promise(copy.pixels == picture.pixels, "pixels differ, written again")
  }

  /// A JPEG file.
  static let jpeg = FuzzReader("jpeg", longest: 4096) { input in
    guard isQuick(size(ofJPEG: input.bytes)) else { return }
    _ = try accepted { try Picture(input.bytes, file: "picture.jpg") }
  }

  /// Whether the claimed number of pixels is small, or exceeds the limit and is rejected. A file of
  /// a few bytes may claim many pixels, and clearing their memory would take nearly all of the
  /// time.
  private static func isQuick(_ pixels: Int) -> Bool {
    pixels <= 1 << 16 || pixels > Picture.mostPixels
  }

  /// The number of pixels that the header claims; 0 without a header.
  private static func size(ofPNG bytes: [UInt8]) -> Int {
    guard bytes.count >= 24 else { return 0 }
    let (pixels, overflow) = number(bytes[16..<20])
      .multipliedReportingOverflow(by: number(bytes[20..<24]))
    return overflow ? .max : pixels
  }

  /// The largest number of pixels that any frame header in the bytes claims.
  private static func size(ofJPEG bytes: [UInt8]) -> Int {
    guard bytes.count >= 9 else { return 0 }
    return bytes.indices.dropLast(8).reduce(0) { most, place in
      guard bytes[place] == 0xFF, bytes[place + 1] & 0xF0 == 0xC0 else { return most }
      return max(most, number(bytes[place + 5..<place + 7]) * number(bytes[place + 7..<place + 9]))
    }
  }

  /// The bytes with corrected checksums of all chunks: otherwise, every changed chunk would be
  /// rejected.
  private static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var start = 8
    while start + 12 <= bytes.count {
      let length = number(bytes[start..<start + 4])
      let end = start + 8 + length
      guard end + 4 <= bytes.count else { break }
      let sum = checksum(of: bytes[start + 4..<end])
      for place in 0..<4 { bytes[end + place] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * place)) }
      start = end + 4
    }
    return bytes
  }

  /// CRC-32, bit by bit. Source: PNG specification, third edition, annex D.
  private static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = sum & 1 == 1
        sum >>= 1
        if isOdd { sum ^= 0xEDB8_8320 }
      }
    }
    return ~sum
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int {
    digits.reduce(0) { $0 << 8 | Int($1) }
  }
}
