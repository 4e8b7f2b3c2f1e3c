import Foundation
import Processors
import Tensors
import Testing

@Suite struct ResidentMemoryTests {
  /// 64 MiB that the test writes to.
  private let size = 64 << 20

  @Test func `the peak outlasts the memory, until it is forgotten`() throws {
    let before = try #require(ResidentMemory.byteCount)
    do {
      let buffer = AlignedBuffer(count: size / 4)
      buffer.elements.update(repeating: 1)
    }
    let peak = try #require(ResidentMemory.peakByteCount)
    #expect(peak >= before + size / 2)
    // Some containers do not let processes write to this file.
    let isAllowed = FileManager.default.isWritableFile(atPath: "/proc/self/clear_refs")
    #expect(ResidentMemory.forgetPeak() == isAllowed)
    guard isAllowed else { return }
    // Other tests also use memory, but less.
    #expect(try #require(ResidentMemory.peakByteCount) < peak)
  }
}
