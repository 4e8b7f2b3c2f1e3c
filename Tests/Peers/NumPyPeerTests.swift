import Foundation
import Inspection
import TensorFiles
import TestSupport
import Testing

/// NumPy reads the exported `.npy` files.
@Suite(.enabled(if: PythonPeer.hasNumPy, Comment(rawValue: PythonPeer.reasonWithoutNumPy)))
struct NumPyPeerTests {
  @Test func everyExportedTypeLoads() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("numpy-peer-\(UInt64.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var writer = TensorFileWriter(schema: "peer")
    writer.add("matrix", shape: [2, 3], [1, 2, 3, 4, 5, -6.5] as [Float])
    writer.add("row", shape: [3], [.min, 0, .max] as [Int64])
    writer.add("scalar", shape: [], [0.1] as [Double])
    writer.add("empty", shape: [0, 4], [] as [UInt8])
    writer.add("half", shape: [1], [Float16Bits(bits: 0xC000)])
    writer.add("brain", shape: [2], [0x3F81, 0xC049].map(BFloat16Bits.init(bits:)))
    writer.add("mask", shape: [1, 2], [StoredBool(true), StoredBool(false)])
    let bytes = [UInt8](repeating: 0x38, count: 2)
    bytes.withUnsafeBytes { writer.add("tiny", scalarType: .float8e4m3, shape: [2], bytes: $0) }
    let url = folder.appendingPathComponent("tensors.safetensors")
    try writer.write(to: url)
    let file = try TensorFile(contentsOf: url)
    for name in file.names where name != "tiny" {
      try NumPyFile.write(name, of: file, to: folder.appendingPathComponent(name + ".npy"))
    }
    let script = """
      import numpy as np, sys
      def same(name, values, dtype):
          expected = np.array(values, dtype)
          found = np.load(f"{sys.argv[1]}/{name}.npy", allow_pickle=False)
          assert found.dtype == expected.dtype and found.shape == expected.shape, (name, found)
          assert found.tobytes() == expected.tobytes(), (name, found)
      same("matrix", [[1, 2, 3], [4, 5, -6.5]], "float32")
      same("row", [-2**63, 0, 2**63 - 1], "int64")
      same("scalar", 0.1, "float64")
      same("empty", np.zeros((0, 4)), "uint8")
      same("half", [-2], "float16")
      same("brain", [1.0078125, -3.140625], "float32")
      same("mask", [[True, False]], "bool")
      """
    try PythonPeer.run(script, [folder.path])
    let refused = InspectionError.noNumPyType(
      file: url.path, tensor: "tiny", scalarType: .float8e4m3)
    #expect(throws: refused) {
      try NumPyFile.write("tiny", of: file, to: folder.appendingPathComponent("tiny.npy"))
    }
  }
}
