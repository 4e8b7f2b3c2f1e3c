import Foundation
import Kernels
import Processors

// Prints the numerics of this machine, which determine the last bits of results, as JSON, if the
// kernels can run on it.
let encoder = JSONEncoder()
encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
do {
  try KernelTarget.prepare(threadCount: 0)
  let data = try encoder.encode(Numerics.current)
  FileHandle.standardOutput.write(data + Data("\n".utf8))
} catch {
  FileHandle.standardError.write(Data("numerics: error: \(error)\n".utf8))
  exit(70)
}
