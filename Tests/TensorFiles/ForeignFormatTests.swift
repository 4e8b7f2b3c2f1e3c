import Foundation
import TensorFiles
import TestSupport
import Testing

/// The beginning of a file, and its format.
struct ForeignSample: CustomTestStringConvertible, Sendable {
  let format: ForeignFormat
  let bytes: [UInt8]

  init(_ format: ForeignFormat, _ bytes: [UInt8]) {
    (self.format, self.bytes) = (format, bytes + [UInt8](repeating: 0xA5, count: 40))
  }

  init(_ format: ForeignFormat, text: String) {
    (self.format, bytes) = (format, Array(text.utf8))
  }

  var testDescription: String { "\(format)" }

  /// A zip archive whose first member has this name.
  static func zip(_ format: ForeignFormat, member: String) -> ForeignSample {
    ForeignSample(
      format,
      [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(member.utf8.count), 0, 0, 0]
        + Array(member.utf8))
  }

  /// A file of boxes of this brand.
  static func boxes(_ format: ForeignFormat, brand: String) -> ForeignSample {
    ForeignSample(format, [0, 0, 0, 24] + Array("ftyp\(brand)".utf8))
  }
}

@Suite struct ForeignFormatTests {
  private static let samples = [
    ForeignSample(.pickle, [0x80, 2, 0x7D, 0x71]), ForeignSample(.pickle, [0x80, 4, 0x95, 0]),
    ForeignSample(.pickle, [0x80, 2, 0x8A, 10, 0x6C, 0xFC]),
    .zip(.pyTorchZip, member: "archive/data.pkl"), .zip(.pyTorchZip, member: "weights/data.pkl"),
    .zip(.npz, member: "first.npy"), .zip(.zip, member: "readme.txt"), .zip(.zip, member: ""),
    ForeignSample(.zip, [0x50, 0x4B, 5, 6]),
    ForeignSample(.hdf5, [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10]),
    ForeignSample(.npy, [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]),
    ForeignSample(.gguf, Array("GGUF".utf8) + [3, 0, 0, 0]),
    ForeignSample(
      .gitLFSPointer,
      text: "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
    ForeignSample(.html, text: "\n<!DOCTYPE html>\n<html><head><title>404</title>"),
    ForeignSample(.html, text: "<HTML lang=en>"),
    ForeignSample(.gzip, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]),
    ForeignSample(.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4]),
    ForeignSample(.bzip2, Array("BZh91AY&SY".utf8)),
    ForeignSample(.zstandard, [0x28, 0xB5, 0x2F, 0xFD, 4]),
    ForeignSample(.lzip, Array("LZIP".utf8) + [1, 12]),
    ForeignSample(.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    ForeignSample(.tar, [UInt8](repeating: 0, count: 257) + Array("ustar".utf8) + [0]),
    ForeignSample(.png, [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]),
    ForeignSample(.jpeg, [0xFF, 0xD8, 0xFF, 0xE0]),
    ForeignSample(.jpeg2000, [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 13, 10]),
    ForeignSample(.jpegXL, [0xFF, 0x0A]),
    ForeignSample(.jpegXL, [0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 13, 10]),
    ForeignSample(.gif, Array("GIF87a".utf8)), ForeignSample(.gif, Array("GIF89a".utf8)),
    ForeignSample(.webP, Array("RIFF".utf8) + [9, 0, 0, 0] + Array("WEBPVP8 ".utf8)),
    .boxes(.heic, brand: "heic"), .boxes(.heic, brand: "mif1"), .boxes(.avif, brand: "avif"),
    .boxes(.video, brand: "isom"), ForeignSample(.tiff, [0x49, 0x49, 42, 0, 8, 0]),
    ForeignSample(.tiff, [0x4D, 0x4D, 0, 42, 0, 0]),
    ForeignSample(.tiff, [0x49, 0x49, 43, 0, 8, 0]),
    ForeignSample(.tiff, [0x4D, 0x4D, 0, 43, 0, 8]),
    ForeignSample(.avif, [0, 0, 0, 28] + Array("ftypmif1\0\0\0\0mif1avifmiaf".utf8)),
    ForeignSample(.heic, [0, 0, 0, 28] + Array("ftypmif1\0\0\0\0mif1heicmiaf".utf8)),
    // A brand beyond the end of its box is ignored.
    ForeignSample(.heic, [0, 0, 0, 20] + Array("ftypmif1\0\0\0\0mif1avif".utf8)),
    ForeignSample(.heic, [0xFF, 0xFF, 0xFF, 0xFF] + Array("ftypmsf1\0\0\0\0hevc".utf8)),
    ForeignSample(
      .bmp, Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 4, 0]),
    ForeignSample(.pdf, Array("%PDF-1.7\n".utf8) + [0x25, 0xE2]),
    ForeignSample(.svg, text: "<?xml version=\"1.0\"?>\n<svg width=\"4\"/>"),
    ForeignSample(.svg, text: "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ForeignSample(.xml, text: "<?xml version=\"1.0\"?><plist/>"),
    ForeignSample(.json, text: "{\"dtype\": \"F32\"}\n"), ForeignSample(.json, text: "{}"),
    ForeignSample(.json, text: "\u{FEFF}\n[1, 2, 3]"),
    ForeignSample(.text, text: "epoch,loss\n1,2.3025\n"), ForeignSample(.text, text: "Not Found"),
    ForeignSample(.text, text: String(repeating: "Wörter, ", count: 100)),
  ]

  @Test(arguments: samples)
  func formatsAreTold(_ sample: ForeignSample) {
    #expect(ForeignFormat(firstBytes: sample.bytes) == sample.format)
    #expect(!sample.format.name.contains("\n"))
  }

  @Test func everyFormatHasASample() {
    let known = Self.samples.map(\.format) + [.safetensors]
    for format in ForeignFormat.allCases { #expect(known.contains(format), "\(format)") }
  }

  @Test(
    arguments: [
      [], [0], [0x7B], Array("BM".utf8), [0x80, 2, 0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [0xFF, 0xFE, 0x41, 0], Array("a\u{1B}[2J text".utf8), [0x50, 0x4B, 1],
    ] as [[UInt8]])
  func othersAreNone(_ bytes: [UInt8]) {
    #expect(ForeignFormat(firstBytes: bytes) == nil)
  }

  /// Errors of the tensor file reader name each format and how to convert it, on one line.
  @Test(arguments: samples)
  func tensorFilesNameThem(_ sample: ForeignSample) throws {
    let scratch = try TemporaryFolder()
    let url = try scratch.file("model.safetensors", holding: sample.bytes)
    let error = #expect(throws: TensorFileError.self) { try TensorFile(contentsOf: url) }
    #expect(error == .foreignFormat(file: url.path, format: sample.format))
    let message = error?.description ?? ""
    #expect(
      message.hasPrefix("\(url.path): \(sample.format.name), expected a safetensors file; "))
    #expect(PrintableText.isPrintable(message))
  }

  /// The length of a header may equal the signature of another format: a valid file opens, and a
  /// truncated one is not mistaken for that format.
  @Test(arguments: [0x0280, 0x0480, 0x88B1F, 0x4D42])
  func aHeaderMayHaveAnyLength(_ length: Int) throws {
    let scratch = try TemporaryFolder()
    let bytes = foreignFile(Array("{}".utf8) + [UInt8](repeating: 0x20, count: length - 2))
    #expect(ForeignFormat(firstBytes: bytes) == .safetensors)
    let whole = try scratch.file("whole.safetensors", holding: bytes)
    #expect(try TensorFile(contentsOf: whole).headerByteCount == length)
    let cut = try scratch.file("cut.safetensors", holding: Array(bytes[..<200]))
    #expect(
      throws: TensorFileError.headerPastEnd(
        file: cut.path, byteCount: UInt64(length), available: 192)
    ) { try TensorFile(contentsOf: cut) }
  }
}
