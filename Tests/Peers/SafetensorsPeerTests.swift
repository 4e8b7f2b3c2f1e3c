import Foundation
import TensorFiles
import TestSupport
import Testing

/// Python's `safetensors` reads files of this project, and this project reads those of
/// `safetensors`.
@Suite(
  .enabled(if: PythonPeer.hasSafetensors, Comment(rawValue: PythonPeer.reasonWithoutSafetensors)))
struct SafetensorsPeerTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("safetensors-peer-\(UInt64.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  @Test func pythonReadsOurs() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("ours.safetensors")
    var writer = TensorFileWriter(
      schema: "peer",
      metadata: ["class_names": "[\"plane \\\"A\\\"\",\"übung\"]", "odd": "\t\n\u{1}"])
    writer.add("layer.weight", shape: [2, 3], [1.5, -2, 0, 0x1p-140, .infinity, 3] as [Float])
    writer.add("images", shape: [1, 2, 2], [0, 1, 254, 255] as [UInt8])
    writer.add("counts", shape: [3], [.min, 0, .max] as [Int64])
    writer.add("indices", shape: [2], [-1, 7] as [Int32])
    writer.add("mean", shape: [], [0.1] as [Double])
    writer.add("half", shape: [2], [0x3C00, 0xC000].map(Float16Bits.init(bits:)))
    writer.add("mask", shape: [2], [StoredBool(true), StoredBool(false)])
    writer.add("nothing", shape: [0, 4], [] as [Float])
    try writer.write(to: url)
    let script = #"""
      import hashlib, numpy as np, struct, sys
      from safetensors import safe_open
      from safetensors.numpy import load_file
      tensors = load_file(sys.argv[1])
      def same(name, values, dtype):
          expected = np.array(values, dtype)
          found = tensors.pop(name)
          assert found.dtype == expected.dtype and found.shape == expected.shape, (name, found)
          assert found.tobytes() == expected.tobytes(), (name, found)
      same("layer.weight", [[1.5, -2, 0], [2**-140, np.inf, 3]], "float32")
      same("images", [[[0, 1], [254, 255]]], "uint8")
      same("counts", [-2**63, 0, 2**63 - 1], "int64")
      same("indices", [-1, 7], "int32")
      same("mean", 0.1, "float64")
      same("half", [1, -2], "float16")
      same("mask", [True, False], "bool")
      same("nothing", np.zeros((0, 4)), "float32")
      assert not tensors, tensors
      raw = open(sys.argv[1], "rb").read()
      start = 8 + struct.unpack("<Q", raw[:8])[0]
      assert start % 64 == 0, start
      with safe_open(sys.argv[1], "np") as file:
          metadata = file.metadata()
      assert metadata == {
          "format": "tessera", "format_version": "1", "schema": "peer", "schema_version": "1",
          "sha256": hashlib.sha256(raw[start:]).hexdigest(),
          "class_names": '["plane \\"A\\"","übung"]', "odd": "\t\n\x01",
      }, metadata
      """#
    try PythonPeer.run(script, [url.path])
  }

  @Test func weReadPythons() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("theirs.safetensors")
    let script = """
      import numpy as np, sys
      from safetensors.numpy import save_file
      save_file({
          "w": np.arange(6, dtype="float32").reshape(2, 3) / 4,
          "b": np.array([255, 0, 3], "uint8"),
          "h": np.array([0.5, -65504], "float16"),
          "l": np.array([-2**63, 2**63 - 1], "int64"),
          "s": np.array(2.5, "float64"),
          "e": np.zeros((3, 0), "int16"),
          "t": np.array([True, False, True]),
      }, sys.argv[1], {"format": "pt", "note": 'quote " and ü and \\n'})
      """
    try PythonPeer.run(script, [url.path])
    let file = try TensorFile(contentsOf: url)
    #expect(!file.isTessera)
    #expect(file.metadata == ["format": "pt", "note": "quote \" and ü and \n"])
    #expect(file.names.sorted() == ["b", "e", "h", "l", "s", "t", "w"])
    #expect(
      try file.scalars(of: "w", as: Float.self, shape: [2, 3]) == [0, 0.25, 0.5, 0.75, 1, 1.25])
    #expect(try file.scalars(of: "b", as: UInt8.self) == [255, 0, 3])
    #expect(try file.scalars(of: "h", as: Float16Bits.self).map(\.floatValue) == [0.5, -65504])
    #expect(try file.scalars(of: "l", as: Int64.self) == [.min, .max])
    #expect(try file.scalars(of: "s", as: Double.self, shape: []) == [2.5])
    #expect(try file.scalars(of: "e", as: Int16.self, shape: [3, 0]).isEmpty)
    #expect(try file.scalars(of: "t", as: StoredBool.self).map(\.value) == [true, false, true])
  }
}
