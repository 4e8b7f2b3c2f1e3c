import CSpng
import Foundation
import Pictures
import TestSupport
import Testing

@Suite struct PNGTests {
  private func decoded(_ sample: PNGSample) throws -> Picture {
    try Picture(sample.encoded(), file: "sample")
  }

  @Test func whatIsWrittenIsRead() throws {
    let scratch = try TemporaryFolder()
    let image = PixelImage(
      width: 7, height: 5, bytes: (0..<105).map { UInt8(($0 * 37) % 256) })
    let url = scratch.file("grid.png")
    try PNGFile.write(image, to: url)
    #expect(try Picture(contentsOf: url) == Picture(image))
    #expect(try PNGFile.encode(image) == Data(contentsOf: url), "equal pictures are equal bytes")
  }

  @Test func anImpossiblePictureIsAnError() {
    let thrown = #expect(throws: PictureError.self) {
      try PNGFile.encode(PixelImage(width: 0, height: 0, bytes: []))
    }
    guard case .cannotEncodePNG(0, 0, "spng_set_ihdr", _)? = thrown else {
      Issue.record("expected cannotEncodePNG, found \(String(describing: thrown))")
      return
    }
  }

  @Test(arguments: [false, true])
  func colours(_ isInterlaced: Bool) throws {
    let pixels = (0..<3 * 11 * 9).map { UInt8($0 * 53 % 256) }
    let picture = try decoded(
      PNGSample(
        width: 11, height: 9, colorType: SPNG_COLOR_TYPE_TRUECOLOR, samples: pixels,
        isInterlaced: isInterlaced))
    #expect(picture.orientation == .up)
    expectIdentical(picture.pixels.bytes, pixels, "interlaced: \(isInterlaced)")
  }

  /// The upper byte of each sample.
  @Test func sixteenBits() throws {
    let values: [UInt16] = [0, 255, 256, 0x1234, 0xFEDC, 0xFFFF]
    let samples = values.withUnsafeBytes { Array($0) }
    let colors = try decoded(
      PNGSample(
        width: 2, height: 1, colorType: SPNG_COLOR_TYPE_TRUECOLOR, depth: 16, samples: samples))
    #expect(colors.pixels.bytes == [0, 0, 1, 0x12, 0xFE, 0xFF])
    let greys = try decoded(
      PNGSample(
        width: 3, height: 2, colorType: SPNG_COLOR_TYPE_GRAYSCALE, depth: 16, samples: samples))
    #expect(greys.pixels.bytes == [0, 0, 1, 0x12, 0xFE, 0xFF].flatMap { [$0, $0, $0] })
  }

  /// Greys of 1, 2 and 4 bits range from black to white.
  @Test(
    arguments: [
      (1, [0b0110_0000], [0, 255, 255, 0]), (2, [0b0001_1011], [0, 85, 170, 255]),
      (4, [0x05, 0xAF], [0, 85, 170, 255]), (8, [0, 85, 170, 255], [0, 85, 170, 255]),
    ] as [(Int, [UInt8], [UInt8])])
  func greys(_ depth: Int, _ samples: [UInt8], _ expected: [UInt8]) throws {
    let picture = try decoded(
      PNGSample(
        width: 4, height: 1, colorType: SPNG_COLOR_TYPE_GRAYSCALE, depth: depth, samples: samples))
    #expect(picture.pixels.bytes == expected.flatMap { [$0, $0, $0] })
  }

  @Test func transparencyIsLaidOverWhite() throws {
    let alpha = try decoded(
      PNGSample(
        width: 2, height: 2, colorType: SPNG_COLOR_TYPE_TRUECOLOR_ALPHA,
        samples: [10, 20, 30, 255] + [10, 20, 30, 0] + [0, 100, 255, 128] + [0, 0, 0, 51]))
    #expect(
      alpha.pixels.bytes == [10, 20, 30] + [255, 255, 255] + [127, 177, 255] + [204, 204, 204])
    let greyAlpha = try decoded(
      PNGSample(
        width: 2, height: 1, colorType: SPNG_COLOR_TYPE_GRAYSCALE_ALPHA, samples: [0, 51, 9, 255]))
    #expect(greyAlpha.pixels.bytes == [204, 204, 204, 9, 9, 9])
    let keyed = try decoded(
      PNGSample(
        width: 2, height: 1, colorType: SPNG_COLOR_TYPE_GRAYSCALE, samples: [7, 8],
        transparentGrey: 7))
    #expect(keyed.pixels.bytes == [255, 255, 255, 8, 8, 8])
  }

  @Test(arguments: [(2, [0b0001_1011]), (4, [0x01, 0x23]), (8, [0, 1, 2, 3])])
  func palettes(_ depth: Int, _ samples: [UInt8]) throws {
    let picture = try decoded(
      PNGSample(
        width: 4, height: 1, colorType: SPNG_COLOR_TYPE_INDEXED, depth: depth, samples: samples,
        palette: [(1, 2, 3, 255), (4, 5, 6, 255), (7, 8, 9, 0), (0, 0, 255, 51)]))
    #expect(picture.pixels.bytes == [1, 2, 3, 4, 5, 6, 255, 255, 255, 204, 204, 255])
  }

  @Test(arguments: PictureOrientation.allCases)
  func orientation(_ orientation: PictureOrientation) throws {
    let sample = PNGSample(
      width: 1, height: 1, colorType: SPNG_COLOR_TYPE_GRAYSCALE, samples: [3],
      exif: ExifSample.data(orientation: orientation.rawValue, isLittleEndian: true))
    #expect(try decoded(sample).orientation == orientation)
  }
}
