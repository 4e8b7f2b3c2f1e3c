import CJPEGEncoder
import Pictures
import TestSupport
import Testing

@Suite struct JPEGTests {
  /// Smooth colours, which survive the compression nearly unchanged.
  private let pixels = (0..<20 * 13).flatMap { place -> [UInt8] in
    let (x, y) = (place % 20, place / 20)
    return [UInt8(40 + 8 * x), UInt8(250 - 10 * y), UInt8(5 * (x + y))]
  }

  private func expectNear(
    _ found: [UInt8], _ expected: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    let largest = zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(largest <= 4, sourceLocation: sourceLocation)
  }

  @Test(arguments: [jpeg_interleaved, jpeg_channel_by_channel, jpeg_progressive])
  func colours(_ order: jpeg_order) throws {
    let file = try JPEGSample.encoded(
      width: 20, height: 13, pixels: pixels, order: order)
    let picture = try Picture(file, file: "sample")
    #expect(picture.pixels.width == 20 && picture.pixels.height == 13)
    #expect(picture.orientation == .up)
    expectNear(picture.pixels.bytes, pixels)
  }

  @Test func greys() throws {
    let greys = (0..<20 * 13).map { UInt8($0 % 20 * 12) }
    let file = try JPEGSample.encoded(width: 20, height: 13, pixels: greys, channels: jpeg_grey)
    expectNear(try Picture(file, file: "sample").pixels.bytes, greys.flatMap { [$0, $0, $0] })
  }

  /// CMYK as stored in files: 255 is no ink.
  @Test(
    arguments: [
      ([255, 255, 255, 255], [255, 255, 255]), ([255, 255, 255, 0], [0, 0, 0]),
      ([0, 255, 255, 255], [0, 255, 255]), ([255, 0, 255, 255], [255, 0, 255]),
      ([200, 100, 50, 128], [100, 50, 25]),
    ] as [([UInt8], [UInt8])])
  func fourInks(_ inks: [UInt8], _ color: [UInt8]) throws {
    let file = try JPEGSample.encoded(
      width: 8, height: 8, pixels: (0..<64).flatMap { _ in inks }, channels: jpeg_inks)
    expectNear(
      try Picture(file, file: "sample").pixels.bytes, (0..<64).flatMap { _ in color })
  }

  @Test(arguments: PictureOrientation.allCases, [false, true])
  func orientation(_ orientation: PictureOrientation, _ isLittleEndian: Bool) throws {
    let plain = try JPEGSample.encoded(width: 20, height: 13, pixels: pixels)
    for isLong in [false, true] {
      let exif = ExifSample.data(
        orientation: orientation.rawValue, isLittleEndian: isLittleEndian, isLong: isLong)
      let picture = try Picture(JPEGSample.adding(exif: exif, to: plain), file: "sample")
      #expect(picture.orientation == orientation)
      #expect(picture.pixels == (try Picture(plain, file: "sample").pixels), "stored as before")
    }
  }

  @Test func exifDataWithoutAnOrientationLeaveThePictureUpright() throws {
    let plain = try JPEGSample.encoded(width: 20, height: 13, pixels: pixels)
    let none: [(String, [UInt8])] = [
      ("another tag", ExifSample.data(orientation: 6, isLittleEndian: true, tag: 275)),
      ("0", ExifSample.data(orientation: 0, isLittleEndian: true)),
      ("9", ExifSample.data(orientation: 9, isLittleEndian: false)),
      ("a huge number", ExifSample.data(orientation: 0x1_0006, isLittleEndian: true, isLong: true)),
      ("nothing", []),
      ("another order of bytes", [0x49, 0x4D, 42, 0, 8, 0, 0, 0]),
      ("a directory outside", [0x49, 0x49, 42, 0, 255, 255, 255, 255, 1, 0]),
      ("more entries than there are", [0x49, 0x49, 42, 0, 8, 0, 0, 0, 255, 255, 0, 1]),
    ]
    for (what, exif) in none {
      let picture = try Picture(JPEGSample.adding(exif: exif, to: plain), file: "sample")
      #expect(picture.orientation == .up, "\(what)")
    }
  }

  /// Fill bytes, a comment and other application data may precede the Exif data.
  @Test func exifDataAreFoundBehindOtherSegments() throws {
    let plain = try JPEGSample.encoded(width: 20, height: 13, pixels: pixels)
    let exif = ExifSample.data(orientation: 8, isLittleEndian: false)
    let turned = JPEGSample.adding(exif: exif, to: plain)
    let others: [UInt8] =
      [0xFF, 0xFE, 0, 4, 65, 66] + [0xFF, 0xFF, 0xE1, 0, 5, 88, 77, 80] + [0xFF]
    let file = Array(turned[..<2]) + others + turned[2...]
    #expect(try Picture(file, file: "sample").orientation == .left)
  }
}
