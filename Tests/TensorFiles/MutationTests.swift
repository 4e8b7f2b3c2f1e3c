import Foundation
import TensorFiles
import TestSupport
import Testing

/// Thousands of damaged files from a fixed seed: each is either opened, with all views inside the
/// file, or rejected with an error. A trap would end the whole test run.
@Suite struct MutationTests {
  /// Linear congruential generator (Knuth, MMIX); the upper half of its state is used.
  private struct Generator {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  @Test(arguments: 0..<8)
  func damagedFilesNeverTrap(seed: Int) throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("sample.safetensors")
    try sampleWriter().write(to: url)
    let original = try Array(Data(contentsOf: url))
    let headerEnd = 8 + (try TensorFile(contentsOf: url).headerByteCount)
    var generator = Generator(state: UInt64(seed))
    var (opened, refused) = (0, 0)
    for _ in 0..<1000 {
      let damaged = Self.damage(original, headerEnd: headerEnd, &generator)
      #expect(FileManager.default.createFile(atPath: url.path, contents: Data(damaged)))
      do {
        let file = try TensorFile(contentsOf: url)
        opened += 1
        try Self.readEverything(file, byteCount: damaged.count)
      } catch let error as TensorFileError {
        #expect(PrintableText.isPrintable("\(error)"))
        refused += 1
      }
    }
    #expect(opened > 20 && refused > 500, "seed \(seed): \(opened) opened, \(refused) refused")
  }

  /// Flips bits, replaces bytes by ones with a meaning in the format, removes or repeats bytes, or
  /// truncates.
  private static func damage(
    _ bytes: [UInt8], headerEnd: Int, _ generator: inout Generator
  ) -> [UInt8] {
    var bytes = bytes
    let telling = Array("{}[]\",:\\u0 9-.e\u{0}\u{7F}".utf8) + [0x80, 0xC3, 0xFF]
    for _ in 0...generator.next(below: 3) {
      guard !bytes.isEmpty else { break }
      let isHeader = generator.next(below: 4) > 0
      let position = generator.next(below: isHeader ? min(headerEnd, bytes.count) : bytes.count)
      switch generator.next(below: 6) {
      case 0, 1: bytes[position] ^= 1 << UInt8(generator.next(below: 8))
      case 2: bytes[position] = telling[generator.next(below: telling.count)]
      case 3: bytes.remove(at: position)
      case 4: bytes.insert(bytes[position], at: position)
      default: bytes.removeLast(generator.next(below: bytes.count - position) + 1)
      }
    }
    return bytes
  }

  /// Reads every byte of every tensor: outside of the mapping, this would end the process.
  private static func readEverything(_ file: TensorFile, byteCount: Int) throws {
    var (size, sum) = (8 + file.headerByteCount, 0)
    for name in file.names {
      try file.withUnsafeBytes(of: name) { bytes in
        size += bytes.count
        sum += bytes.reduce(0) { $0 + Int($1) }
      }
    }
    #expect(size == byteCount && sum <= 255 * byteCount)
    if file.isTessera { try file.verifyDigest() }
  }
}
