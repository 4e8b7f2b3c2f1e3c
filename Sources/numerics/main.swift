import Foundation
import Kernels

// Prints what decides the last bits of a result on this machine, as JSON.
let data = try JSONEncoder.pretty.encode(Numerics.current)
FileHandle.standardOutput.write(data + Data("\n".utf8))

extension JSONEncoder {
  static var pretty: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
