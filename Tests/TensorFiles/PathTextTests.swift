import Foundation
import TensorFiles
import TestSupport
import Testing

@Suite struct PathTextTests {
  @Test(
    arguments: [
      (Array("caf\u{E9}.png".utf8), "café.png"), ([], ""),
      ([0x63, 0xE9, 0x2E], "c\\xe9."), ([0xFF], "\\xff"), ([0x80, 0xBF], "\\x80\\xbf"),
      // An incomplete character followed by a complete one.
      ([0xE2, 0x82, 0xC3, 0xA9], "\\xe2\\x82é"), ([0xC0, 0xAF], "\\xc0\\xaf"),
      ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"), ([0x61, 0x0A, 0xFE], "a\\u{a}\\xfe"),
      // The private character that represents a byte, in UTF-8.
      ([0xF4, 0x8F, 0xA3, 0xA9], "\\xf4\\x8f\\xa3\\xa9"),
    ] as [([UInt8], String)])
  func anyBytesComeOutAsTheyWere(_ bytes: [UInt8], _ shown: String) {
    let text = PathText.text(of: bytes)
    #expect(PathText.bytes(of: text) == bytes)
    #expect(PrintableText.escaped(text) == shown)
    #expect(URL(fileURLWithPath: "/" + text + "/end").path == "/" + text + "/end")
    #expect(PathText.systemPath(text).map { UInt8(bitPattern: $0) } == bytes + [0])
  }

  @Test func everyByteHasItsText() {
    let bytes = (0...255).map { UInt8($0) }
    #expect(PathText.bytes(of: PathText.text(of: bytes)) == bytes)
    #expect(PathText.bytes(of: PathText.text(of: bytes.reversed())) == bytes.reversed())
  }

  @Test func aFileOfAnyNameIsWrittenAndRead() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file(PathText.text(of: [0x77, 0xE9, 0xFF] + Array(".safetensors".utf8)))
    try sampleWriter().write(to: url)
    #expect(try TensorFile(contentsOf: url).names.count == 5)
    let folder = try #require(opendir(scratch.url.path))
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while let entry = readdir(folder) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
    }
    #expect(names.contains([0x77, 0xE9, 0xFF] + Array(".safetensors".utf8)))
    let absent = scratch.file(PathText.text(of: [0xFE]))
    let error = #expect(throws: TensorFileError.self) { try TensorFile(contentsOf: absent) }
    #expect(
      error?.description.hasPrefix("\(scratch.url.path)/\\xfe: cannot be read: No such file")
        == true)
  }

  @Test func theCommandLineIsThatOfTheProcess() {
    #expect(PathText.commandLine == CommandLine.arguments)
  }
}
