import CJPEGEncoder
import CSpng
import Foundation
import Pictures
import Randomness
import TestSupport
import Testing

/// Foreign and damaged files are rejected with one line, and no input ends the process.
@Suite struct RefusalTests {
  private func png() throws -> [UInt8] {
    try PNGSample(
      width: 9, height: 7, colorType: SPNG_COLOR_TYPE_TRUECOLOR_ALPHA,
      samples: (0..<4 * 63).map { UInt8($0 * 71 % 256) },
      exif: ExifSample.data(orientation: 6, isLittleEndian: true)
    ).encoded()
  }

  private func jpeg(_ order: jpeg_order = jpeg_interleaved) throws -> [UInt8] {
    let file = try JPEGSample.encoded(
      width: 17, height: 9, pixels: (0..<3 * 153).map { UInt8($0 * 7 % 256) },
      order: order)
    let exif = ExifSample.data(orientation: 6, isLittleEndian: false)
    return JPEGSample.adding(exif: exif, to: file)
  }

  private func refusal(
    of bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) -> PictureError? {
    let error = #expect(throws: PictureError.self, sourceLocation: sourceLocation) {
      try Picture(bytes, file: "some\nfile")
    }
    let text = error?.description ?? ""
    #expect(!text.contains("\n") && text.hasPrefix("some\\u{a}file"), "\(text)")
    return error
  }

  @Test func foreignFiles() throws {
    #expect(
      refusal(of: []) == .unknownFormat(file: "some\nfile", format: nil, firstBytes: []))
    #expect(
      refusal(of: [1, 2, 3, 4, 5])
        == .unknownFormat(file: "some\nfile", format: nil, firstBytes: [1, 2, 3, 4]))
    let gif = refusal(of: Array("GIF89a".utf8))
    #expect(
      gif
        == .unknownFormat(
          file: "some\nfile", format: .gif, firstBytes: [0x47, 0x49, 0x46, 0x38]))
    #expect(
      gif?.description
        == "some\\u{a}file: a GIF picture, expected a PNG or JPEG picture; make a PNG of it: "
        + "convert 'FILE[0]' FILE.png (package imagemagick)"
    )
    for (bytes, words) in [
      (
        Array("RIFF\u{1}\0\0\0WEBPVP8 ".utf8),
        "a WebP picture, expected a PNG or JPEG picture; make a "
          + "PNG of it: dwebp FILE -o FILE.png (package webp)"
      ),
      (
        Array("\0\0\0\u{18}ftypheic\0\0\0\0".utf8),
        "a HEIC picture, expected a PNG or JPEG picture; "
          + "make a PNG of it: heif-convert FILE FILE.png (package libheif-examples)"
      ),
      (Array("\0\0\0\u{18}ftypavif\0\0\0\0".utf8), "an AVIF picture"),
      (Array("BM1234567890\0\0(\0\0\0".utf8), "a BMP picture"),
      (Array("II*\0".utf8), "a TIFF picture"),
      (Array("<svg xmlns=''/>".utf8), "rsvg-convert FILE -o FILE.png (package librsvg2-bin)"),
      (Array("%PDF-1.4".utf8), "pdftoppm"),
    ] {
      let text = refusal(of: bytes)?.description ?? ""
      #expect(text.contains(words), "\(text)")
      #expect(text.contains("PNG of it: "), "\(text)")
    }
    let scratch = try TemporaryFolder()
    #expect(throws: PictureError.cannotRead(file: "it", reason: "a folder")) {
      try Picture(contentsOf: scratch.url, called: "it")
    }
    #expect(throws: PictureError.cannotRead(file: "it", reason: "No such file or directory")) {
      try Picture(contentsOf: scratch.file("none.png"), called: "it")
    }
    #expect(throws: PictureError.cannotRead(file: "it", reason: "not a regular file")) {
      try Picture(contentsOf: URL(fileURLWithPath: "/dev/zero"), called: "it")
    }
  }

  @Test func aFileIsToldByItsContentNotItsName() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("really.jpg")
    try Data(png()).write(to: url)
    #expect(try Picture(contentsOf: url) == Picture(png(), file: "png"))
  }

  /// A few bytes may claim more pixels than fit into memory.
  @Test(arguments: [(65_535, 65_535), (60_000, 2_000), (1 << 26, 2)])
  func hugePictures(_ width: Int, _ height: Int) throws {
    var file = try png()
    // The extents follow the signature, the length and the name of the first chunk; its checksum
    // follows after 13 bytes.
    for place in 0..<4 {
      file[16 + place] = UInt8(width >> (24 - 8 * place) & 255)
      file[20 + place] = UInt8(height >> (24 - 8 * place) & 255)
    }
    let sum = PNGSample.checkSum(of: file[12..<29])
    for place in 0..<4 { file[29 + place] = UInt8(sum >> (24 - 8 * UInt32(place)) & 255) }
    #expect(
      refusal(of: file)
        == .tooManyPixels(file: "some\nfile", width: width, height: height, limit: 1 << 26))
  }

  @Test func hugeJPEGs() throws {
    var file = try jpeg()
    // The frame header: FF C0, length, precision, height, width.
    let frame = try #require(
      file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    file.replaceSubrange(frame + 5..<frame + 9, with: [0xFD, 0xE8, 0xFD, 0xE8])
    #expect(
      refusal(of: file)
        == .tooManyPixels(file: "some\nfile", width: 65_000, height: 65_000, limit: 1 << 26))
  }

  /// Decoding a progressive file needs two bytes of memory per sample, even if the file is short.
  /// The header claims 8,192 × 8,192 pixels here, of which the file contains only a few.
  @Test(
    arguments: [
      (jpeg_inks, [(1, 1), (1, 1), (1, 1), (1, 1)], false),
      (jpeg_luma_and_chroma, [(1, 1), (1, 1), (1, 1)], false),
      (jpeg_luma_and_chroma, [(2, 2), (1, 1), (1, 1)], true),
      (jpeg_grey, [(1, 1)], true),
    ] as [(jpeg_channels, [(Int, Int)], Bool)])
  func progressiveFilesAreHeldToTheMemoryOfAPicture(
    _ channels: jpeg_channels, _ sampling: [(Int, Int)], _ fits: Bool
  ) throws {
    let bytes = [jpeg_grey: 1, jpeg_inks: 4][channels] ?? 3
    var file = try JPEGSample.encoded(
      width: 16, height: 16, pixels: [UInt8](repeating: 77, count: bytes * 256),
      channels: channels, sampling: sampling, order: jpeg_progressive)
    let frame = try #require(
      file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == 0xC2 })
    file.replaceSubrange(frame + 5..<frame + 9, with: [0x20, 0, 0x20, 0])
    let before = peakMemory()
    let error = refusal(of: file)
    if fits {
      guard case .damaged = error else {
        Issue.record("expected a damaged file, found \(String(describing: error))")
        return
      }
    } else {
      #expect(
        error
          == .tooMuchMemory(
            file: "some\nfile", width: 8192, height: 8192, limit: Picture.mostMemory))
    }
    #expect(peakMemory() - before <= Picture.mostMemory)
  }

  /// A file may contain any bytes after the end of the picture, which also need memory.
  @Test func aLongFileLeavesLessToItsPixels() throws {
    var file = try png()
    file.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    let sum = PNGSample.checkSum(of: file[12..<29])
    for place in 0..<4 { file[29 + place] = UInt8(sum >> (24 - 8 * UInt32(place)) & 255) }
    file += [UInt8](repeating: 0, count: 193 << 20)
    #expect(
      refusal(of: file)
        == .tooMuchMemory(
          file: "some\nfile", width: 8192, height: 8192, limit: Picture.mostMemory))
  }

  /// The peak memory of this process in bytes.
  private func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }

  @Test func whatIsCutShortIsRefused() throws {
    for file in [try png(), try jpeg(), try jpeg(jpeg_progressive)] {
      // The last four bytes of a PNG are the checksum of an empty chunk.
      let least = file[0] == 0x89 ? file.count - 4 : file.count
      for count in 0..<least { _ = refusal(of: Array(file[..<count])) }
    }
  }

  /// A file with a changed byte either gives a picture or an error.
  @Test(arguments: [0, 1, 2])
  func damage(_ kind: Int) throws {
    let file = kind == 0 ? try png() : try jpeg(kind == 2 ? jpeg_progressive : jpeg_interleaved)
    var stream = RandomStream(seed: 3, purpose: "damage", index: kind)
    var refused = 0
    for _ in 0..<1_500 {
      var damaged = file
      for _ in 0...stream.integer(below: 3) {
        damaged[stream.integer(below: file.count)] = UInt8(stream.integer(below: 256))
      }
      do {
        let picture = try Picture(damaged, file: "damaged")
        #expect(picture.pixels.width * picture.pixels.height <= Picture.mostPixels)
      } catch {
        #expect(!error.description.contains("\n"))
        refused += 1
      }
    }
    #expect(refused > 100)
  }

  /// Exif data of random bytes after the first eight, which are valid so that the data is read.
  @Test func exifNoise() throws {
    let file = try JPEGSample.encoded(
      width: 8, height: 8, pixels: [UInt8](repeating: 9, count: 192))
    var stream = RandomStream(seed: 4, purpose: "damage")
    for _ in 0..<500 {
      let length = stream.integer(below: 80)
      let noise = (0..<length).map { _ in UInt8(stream.integer(below: 256)) }
      let start: [UInt8] = [0x49, 0x49, 42, 0, UInt8(stream.integer(below: 90)), 0, 0, 0]
      let picture = try Picture(
        JPEGSample.adding(exif: start + noise, to: file), file: "sample")
      #expect(picture.pixels.width == 8)
    }
  }
}
