import Foundation
import TensorFiles

/// A folder of its own for a test, gone when the object goes.
final class Scratch {
  let folder: URL

  init() throws {
    let name = "tensor-files-\(UInt64.random(in: .min ... .max))"
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  func file(_ name: String) -> URL {
    folder.appendingPathComponent(name)
  }

  func file(_ name: String, holding bytes: [UInt8]) throws -> URL {
    let url = file(name)
    try Data(bytes).write(to: url)
    return url
  }

  /// Every name in the folder, hidden ones too.
  func contents() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}

/// The bytes of a safetensors file made by hand: the header's length, the header, the data.
func foreignFile(_ header: String, data: [UInt8] = []) -> [UInt8] {
  foreignFile(Array(header.utf8), data: data)
}

func foreignFile(_ header: [UInt8], data: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
}

/// A small artefact with tensors of several types, ranks and sizes.
func sampleWriter() -> TensorFileWriter {
  var writer = TensorFileWriter(
    schema: "sample", metadata: ["class_names": "[\"a\\\"b\",\"ü\"]", "note": "two\nlines\t\u{1}"])
  writer.add("bytes", shape: [3], [1, 2, 255] as [UInt8])
  writer.add("weight", shape: [2, 3], [1.5, -2, 0, .infinity, 0x1p-140, -0.0] as [Float])
  writer.add("scalar", shape: [], [0.1] as [Double])
  writer.add("empty", shape: [0, 3], [] as [Int64])
  writer.add("short", shape: [1, 1, 2], [-1, 300] as [Int16])
  return writer
}
