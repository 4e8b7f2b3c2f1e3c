import Foundation
import Tensors
import Testing

/// Buffers for which there is not enough memory.
@Suite struct MemoryShortageTests {
  @Test func endsTheProgramAsItWasTold() async {
    let result = await #expect(
      processExitsWith: .exitCode(65), observing: [\.standardErrorContent]
    ) {
      MemoryShortage.endProgram { shortage in
        FileHandle.standardError.write(Data("\(shortage)\n".utf8))
        exit(65)
      }
      _ = AlignedBuffer(count: 1 << 46)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("no memory for 268435456 MiB more"), "\(message)")
    #expect(message.contains("train.batch") && message.contains("ulimit -v"), "\(message)")
  }

  @Test func whatThereIsMemoryForIsAlignedAndZero() {
    let buffer = AlignedBuffer(count: 1000)
    #expect(UInt(bitPattern: buffer.base) % 64 == 0)
    #expect(buffer.elements.allSatisfy { $0 == 0 } && buffer.count == 1000)
    #expect(AlignedBuffer(count: 0).byteCount == 0)
  }
}
