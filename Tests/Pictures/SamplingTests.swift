import CJPEGEncoder
import Pictures
import TestSupport
import Testing

/// Files with all combinations of sampling factors that libjpeg supports.
@Suite struct SamplingTests {
  private static let (width, height) = (61, 45)

  /// Colours that change slowly, so that a channel with a quarter of the samples is still close to
  /// them.
  private static let pixels = (0..<width * height).flatMap { place -> [UInt8] in
    let (x, y) = (place % width, place / width)
    return [UInt8(60 + x), UInt8(200 - y), UInt8(90 + (x + y) / 2)]
  }

  private func expectNear(
    _ picture: Picture, _ expected: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = picture.pixels.bytes
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    let largest = zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(largest <= 8, sourceLocation: sourceLocation)
  }

  @Test(
    arguments: [
      [(1, 1), (1, 1), (1, 1)],  // 4:4:4
      [(2, 1), (1, 1), (1, 1)],  // 4:2:2
      [(2, 2), (1, 1), (1, 1)],  // 4:2:0
      [(4, 1), (1, 1), (1, 1)],  // 4:1:1
      [(1, 2), (1, 1), (1, 1)],  // 4:4:0
      [(4, 2), (1, 1), (1, 1)],  // 4:1:0
      [(1, 4), (1, 1), (1, 1)],  // 4:4:1
      [(3, 1), (1, 1), (1, 1)],  // 3:1:1
      [(1, 3), (1, 1), (1, 1)],
      [(2, 2), (2, 1), (1, 2)],  // each chroma channel in its own way
      [(2, 2), (1, 2), (1, 1)],
      [(2, 1), (2, 1), (1, 1)],
      [(1, 1), (2, 2), (2, 2)],  // luma is what is halved
    ] as [[(Int, Int)]], [jpeg_interleaved, jpeg_channel_by_channel, jpeg_progressive])
  func lumaAndChroma(_ sampling: [(Int, Int)], _ order: jpeg_order) throws {
    let file = try JPEGSample.encoded(
      width: Self.width, height: Self.height, pixels: Self.pixels, sampling: sampling,
      order: order)
    expectNear(try Picture(file, file: "sample"), Self.pixels)
  }

  @Test(
    arguments: [
      [(1, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1)], [(1, 1), (2, 2), (1, 1)],
      [(1, 1), (2, 1), (1, 1)], [(1, 1), (1, 1), (1, 2)],
    ] as [[(Int, Int)]])
  func redGreenAndBlue(_ sampling: [(Int, Int)]) throws {
    let file = try JPEGSample.encoded(
      width: Self.width, height: Self.height, pixels: Self.pixels, channels: jpeg_red_green_blue,
      sampling: sampling)
    expectNear(try Picture(file, file: "sample"), Self.pixels)
  }

  @Test(
    arguments: [jpeg_inks, jpeg_luma_chroma_and_black],
    [
      [(1, 1), (1, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1), (2, 2)],
      [(2, 1), (1, 1), (1, 1), (1, 1)], [(1, 1), (2, 2), (1, 1), (1, 1)],
    ] as [[(Int, Int)]])
  func fourInks(_ channels: jpeg_channels, _ sampling: [(Int, Int)]) throws {
    let inks = (0..<Self.width * Self.height).flatMap { Self.pixels[3 * $0..<3 * $0 + 3] + [255] }
    let file = try JPEGSample.encoded(
      width: Self.width, height: Self.height, pixels: inks, channels: channels, sampling: sampling)
    expectNear(try Picture(file, file: "sample"), Self.pixels)
  }

  /// libjpeg does not support three samples of one channel for two of another.
  @Test func fractionsAreRefusedInOneLine() throws {
    var file = try JPEGSample.encoded(
      width: Self.width, height: Self.height, pixels: Self.pixels,
      sampling: [(2, 1), (1, 1), (1, 1)])
    // The frame header: FF C0, length, precision, height, width, channels, then three bytes each.
    let frame = try #require(
      file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    (file[frame + 11], file[frame + 14]) = (0x31, 0x21)
    #expect(throws: PictureError.self) { try Picture(file, file: "sample") }
  }
}

/// Files for which libjpeg warns although all pixels are present, and files whose missing pixels it
/// would invent.
@Suite struct WarningTests {
  private let pixels = (0..<24 * 16).flatMap { place -> [UInt8] in
    let (x, y) = (place % 24, place / 24)
    return [UInt8(40 + x), UInt8(90 + y), 120]
  }

  private func sample(_ order: jpeg_order = jpeg_interleaved) throws -> [UInt8] {
    try JPEGSample.encoded(width: 24, height: 16, pixels: pixels, order: order)
  }

  /// The offset of a marker.
  private func place(of marker: UInt8, in file: [UInt8]) throws -> Int {
    try #require(file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == marker })
  }

  @Test(arguments: [0xDB, 0xC0, 0xC4, 0xDA, 0xD9] as [UInt8])
  func strayBytesBeforeAMarker(_ marker: UInt8) throws {
    let plain = try sample()
    var file = plain
    file.insert(contentsOf: [0, 1, 2, 3], at: try place(of: marker, in: file))
    #expect(try Picture(file, file: "sample") == Picture(plain, file: "sample"))
  }

  @Test func exifDataBehindStrayBytesAreFound() throws {
    var file = JPEGSample.adding(
      exif: ExifSample.data(orientation: 8, isLittleEndian: true), to: try sample())
    file.insert(contentsOf: [7, 7, 7], at: 2)
    #expect(try Picture(file, file: "sample").orientation == .left)
  }

  @Test func anotherVersionOfJFIF() throws {
    let plain = try sample()
    var file = plain
    // FF E0, length, "JFIF", 0, major and minor version.
    file[try place(of: 0xE0, in: file) + 9] = 2
    #expect(try Picture(file, file: "sample") == Picture(plain, file: "sample"))
  }

  /// Three channels are then interpreted as luma and chroma, the usual case.
  @Test func anUnknownColourTransform() throws {
    let plain = try sample()
    let start = try place(of: 0xE0, in: plain)
    let bare = Array(plain[..<start] + plain[(start + 18)...])
    let file = JPEGSample.adding(
      segment: Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 5], marker: 0xEE, to: bare)
    #expect(try Picture(file, file: "sample") == Picture(plain, file: "sample"))
  }

  /// The file has an end marker again, but pixels before it are missing.
  @Test func whatIsCutAndClosedIsRefused() throws {
    let file = try sample()
    let scan = try place(of: 0xDA, in: file)
    for count in stride(from: scan + 14, to: file.count - 8, by: 7) {
      #expect(throws: PictureError.self, "\(count) of \(file.count) bytes") {
        try Picture(file[..<count] + [0xFF, 0xD9], file: "sample")
      }
    }
  }

  @Test func moreScansThanAnyPictureNeedsAreRefused() throws {
    let file = try sample(jpeg_channel_by_channel)
    // The last channel's scan is repeated many times before the end of the image.
    let scans = file.indices.dropLast().filter { file[$0] == 0xFF && file[$0 + 1] == 0xDA }
    let last = try #require(scans.last)
    let body = file[..<(file.count - 2)]
    func picture(repeating count: Int) throws -> Picture {
      let repeated = (0..<count).flatMap { _ in file[last..<(file.count - 2)] }
      return try Picture(body + repeated + [0xFF, 0xD9], file: "sample")
    }
    #expect(try picture(repeating: 9) == Picture(file, file: "sample"))
    #expect(
      throws: PictureError.damaged(file: "sample", format: "JPEG", reason: "more than 500 scans")
    ) { try picture(repeating: 600) }
  }
}
