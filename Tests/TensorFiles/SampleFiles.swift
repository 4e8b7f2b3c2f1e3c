import TensorFiles

/// The bytes of a safetensors file: the header's length, the header, the data.
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
