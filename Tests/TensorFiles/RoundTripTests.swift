import Foundation
import TensorFiles
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func everyTypeComesBack() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "types")
    writer.add("U8", shape: [2], [0, 255] as [UInt8])
    writer.add("I8", shape: [2], [-128, 127] as [Int8])
    writer.add("U16", shape: [1], [65535] as [UInt16])
    writer.add("I16", shape: [1], [-32768] as [Int16])
    writer.add("U32", shape: [1], [.max] as [UInt32])
    writer.add("I32", shape: [1], [.min] as [Int32])
    writer.add("U64", shape: [1], [.max] as [UInt64])
    writer.add("I64", shape: [1], [.min] as [Int64])
    writer.add("F32", shape: [2], [.leastNonzeroMagnitude, -.infinity] as [Float])
    writer.add("F64", shape: [1], [.pi] as [Double])
    writer.add("F16", shape: [1], [Float16Bits(bits: 0x3C01)])
    writer.add("BF16", shape: [1], [BFloat16Bits(bits: 0x3F81)])
    writer.add("BOOL", shape: [2], [StoredBool(true), StoredBool(false)])
    let url = scratch.file("types.safetensors")
    try writer.write(to: url)
    let file = try TensorFile(contentsOf: url)
    #expect(try file.scalars(of: "U8", as: UInt8.self) == [0, 255])
    #expect(try file.scalars(of: "I8", as: Int8.self) == [-128, 127])
    #expect(try file.scalars(of: "U16", as: UInt16.self) == [65535])
    #expect(try file.scalars(of: "I16", as: Int16.self) == [-32768])
    #expect(try file.scalars(of: "U32", as: UInt32.self) == [.max])
    #expect(try file.scalars(of: "I32", as: Int32.self) == [.min])
    #expect(try file.scalars(of: "U64", as: UInt64.self) == [.max])
    #expect(try file.scalars(of: "I64", as: Int64.self) == [.min])
    #expect(try file.scalars(of: "F32", as: Float.self) == [.leastNonzeroMagnitude, -.infinity])
    #expect(try file.scalars(of: "F64", as: Double.self) == [.pi])
    #expect(try file.scalars(of: "F16", as: Float16Bits.self).map(\.bits) == [0x3C01])
    #expect(try file.scalars(of: "BF16", as: BFloat16Bits.self).map(\.bits) == [0x3F81])
    #expect(try file.scalars(of: "BOOL", as: StoredBool.self).map(\.value) == [true, false])
    for name in file.names {
      #expect(try file.scalarType(of: name).rawValue == name)
    }
  }

  @Test func metadataScalarsAndEmptyTensors() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("sample.safetensors")
    try sampleWriter().write(to: url)
    let file = try TensorFile(contentsOf: url)
    #expect(file.isTessera)
    #expect(file.schema == "sample")
    #expect(file.metadata["class_names"] == "[\"a\\\"b\",\"ü\"]")
    #expect(file.metadata["note"] == "two\nlines\t\u{1}")
    #expect(
      file.names == ["empty", "scalar", "weight", "short", "bytes"], "falling size, then name")
    #expect(try file.shape(of: "scalar") == [])
    #expect(try file.scalars(of: "scalar", as: Double.self, shape: []) == [0.1])
    #expect(try file.shape(of: "empty") == [0, 3])
    #expect(try file.scalars(of: "empty", as: Int64.self).isEmpty)
    let weight = try file.scalars(of: "weight", as: Float.self, shape: [nil, 3])
    #expect(
      weight.map(\.bitPattern)
        == [1.5, -2, 0, .infinity, 0x1p-140, -0.0 as Float].map(\.bitPattern))
    try file.verifyDigest()
  }

  @Test func dataIsAlignedAndViewedInPlace() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("sample.safetensors")
    try sampleWriter().write(to: url)
    let file = try TensorFile(contentsOf: url)
    #expect((8 + file.headerByteCount) % 64 == 0)
    let viewed = try file.withScalars(of: "weight", as: Float.self) {
      UInt(bitPattern: $0.baseAddress)
    }
    let raw = try file.withUnsafeBytes(of: "weight") { UInt(bitPattern: $0.baseAddress) }
    #expect(viewed == raw && raw % 4 == 0)
  }

  @Test(arguments: 0..<4)
  func foreignFilesMayBeUnaligned(offset: Int) throws {
    let scratch = try TemporaryFolder()
    let header =
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
      + #""w":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#
    let values: [Float] = [1.25, -3]
    let data = [9] + values.withUnsafeBytes { Array($0) }
    let padded = header + String(repeating: " ", count: offset)
    let url = try scratch.file("foreign.safetensors", holding: foreignFile(padded, data: data))
    let file = try TensorFile(contentsOf: url)
    #expect(!file.isTessera && file.schema == nil && file.statedDigest == nil)
    #expect(try file.scalars(of: "w", as: Float.self) == values)
    #expect(try file.withScalars(of: "w", as: Float.self) { Array($0) } == values)
    #expect(try file.scalars(of: "a", as: UInt8.self) == [9])
  }

  @Test func everythingTheFormatAllowsOpens() throws {
    let scratch = try TemporaryFolder()
    for header in [
      "{}", "{ }   ", "{\"__metadata__\":{}}", "{\"__metadata__\":{\"format\":\"pt\"}}",
      "{\"__metadata__\": null }", "{\"__metadata__\":null}",
    ] {
      let url = try scratch.file("plain.safetensors", holding: foreignFile(header))
      let file = try TensorFile(contentsOf: url)
      #expect(file.names.isEmpty && !file.isTessera)
    }
    let escaped = "{\n\"__metadata__\":{\"\\u00fc\\/\":\"\\ud83d\\ude00\\b\\f\\r\\\\\"}}"
    let url = try scratch.file("escapes.safetensors", holding: foreignFile(escaped))
    #expect(try TensorFile(contentsOf: url).metadata == ["ü/": "😀\u{8}\u{C}\r\\"])
  }

  @Test func accessIsChecked() throws {
    let scratch = try TemporaryFolder()
    let url = scratch.file("sample.safetensors")
    try sampleWriter().write(to: url)
    let file = try TensorFile(contentsOf: url)
    #expect(
      throws: TensorFileError.noSuchTensor(file: url.path, tensor: "wieght", available: file.names)
    ) { try file.shape(of: "wieght") }
    #expect(
      throws: TensorFileError.wrongScalarType(
        file: url.path, tensor: "weight", expected: .float64, found: .float32)
    ) { try file.withScalars(of: "weight", as: Double.self) { $0.count } }
    for pattern: [Int?] in [[2], [nil, 4], [2, 3, nil], []] {
      #expect(
        throws: TensorFileError.wrongShape(
          file: url.path, tensor: "weight", expected: pattern, found: [2, 3])
      ) { try file.scalars(of: "weight", as: Float.self, shape: pattern) }
    }
  }

  @Test func bitPatternsAreExact() {
    let halves: [(UInt16, Float)] = [
      (0x0000, 0), (0x3C00, 1), (0xC000, -2), (0x7BFF, 65504), (0x0001, 0x1p-24),
      (0x03FF, 1023 * 0x1p-24), (0x0400, 0x1p-14), (0x7C00, .infinity), (0xFC00, -.infinity),
      (0x3555, 0.333251953125),
    ]
    for (bits, value) in halves { #expect(Float16Bits(bits: bits).floatValue == value) }
    #expect(Float16Bits(bits: 0x7E00).floatValue.isNaN)
    #expect(Float16Bits(bits: 0x8000).floatValue.sign == .minus)
    #expect(BFloat16Bits(bits: 0xC049).floatValue == -3.140625)
    #expect(BFloat16Bits(bits: 0x7FC0).floatValue.isNaN)
  }
}
