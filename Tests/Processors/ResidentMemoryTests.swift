import Foundation
import Processors
import Tensors
import Testing

@Suite struct ResidentMemoryTests {
  /// 64 MiB, written to.
  private let size = 64 << 20

  @Test func `the peak outlasts the memory, until it is forgotten`() throws {
    let before = try #require(ResidentMemory.byteCount)
    do {
      let buffer = AlignedBuffer(count: size / 4)
      buffer.elements.update(repeating: 1)
    }
    let peak = try #require(ResidentMemory.peakByteCount)
    #expect(peak >= before + size / 2)
    // Some containers keep this file from their processes.
    let isAllowed = FileManager.default.isWritableFile(atPath: "/proc/self/clear_refs")
    #expect(ResidentMemory.forgetPeak() == isAllowed)
    guard isAllowed else { return }
    // Tests beside this one take memory as well, though not as much.
    #expect(try #require(ResidentMemory.peakByteCount) < peak)
  }
}
