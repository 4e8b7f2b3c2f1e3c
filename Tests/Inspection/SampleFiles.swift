import Foundation
import TensorFiles
import TestSupport

extension TemporaryFolder {
  func file(_ name: String, holding text: String) throws -> URL {
    try file(name, holding: Array(text.utf8))
  }

  func write(_ writer: TensorFileWriter, to name: String = "file.safetensors") throws -> TensorFile
  {
    try writer.write(to: file(name))
    return try TensorFile(contentsOf: file(name))
  }
}

/// Two images of 3 × 2 pixels with labels and class names: one red, one with bytes 0 to 17.
func imagesWriter() -> TensorFileWriter {
  var writer = TensorFileWriter(
    schema: "images", metadata: ["class_names": "[\"cat\",\"automobile\"]", "source": "shapes"])
  let red = [UInt8](repeating: 255, count: 6) + [UInt8](repeating: 0, count: 12)
  writer.add("images", shape: [2, 3, 2, 3], red + (0..<18).map { UInt8($0) })
  writer.add("labels", shape: [2], [1, 0] as [UInt8])
  return writer
}
