import Foundation
import TensorFiles

/// Writes tensors as `.npy` files, version 1.0 of the format.
///
/// Source: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays".
public enum NumPyFile {
  /// Writes one tensor of a file to `url` atomically. BF16, which NumPy lacks, is converted exactly
  /// to `float32`.
  ///
  /// - Throws: `noNumPyType` for 8-bit floats; the errors of reading and writing tensor files.
  public static func write(_ name: String, of file: TensorFile, to url: URL) throws {
    let scalarType = try file.scalarType(of: name)
    guard let description = description(of: scalarType) else {
      throw InspectionError.noNumPyType(file: file.url.path, tensor: name, scalarType: scalarType)
    }
    let header = try header(description: description, shape: file.shape(of: name))
    try AtomicFile.write(to: url) { sink in
      try header.withUnsafeBytes { try sink.write($0) }
      if scalarType == .bfloat16 {
        let values = try file.withScalars(of: name, as: BFloat16Bits.self) { $0.map(\.floatValue) }
        try values.withUnsafeBytes { try sink.write($0) }
      } else {
        try file.withUnsafeBytes(of: name) { try sink.write($0) }
      }
    }
  }

  /// NumPy's name of a type, little-endian; nil if it has none.
  private static func description(of scalarType: ScalarType) -> String? {
    switch scalarType {
    case .bool: "|b1"
    case .uint8: "|u1"
    case .int8: "|i1"
    case .uint16: "<u2"
    case .int16: "<i2"
    case .float16: "<f2"
    case .uint32: "<u4"
    case .int32: "<i4"
    case .float32, .bfloat16: "<f4"
    case .uint64: "<u8"
    case .int64: "<i8"
    case .float64: "<f8"
    case .complex64: "<c8"
    case .float8e5m2, .float8e4m3, .float8e5m2fnuz, .float8e4m3fnuz, .float8e8m0: nil
    }
  }

  /// The signature, version, length and a Python dictionary, padded so that data starts at a
  /// multiple of 64.
  private static func header(description: String, shape: [Int]) -> [UInt8] {
    let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let dictionary =
      "{'descr': '\(description)', 'fortran_order': False, 'shape': (\(dimensions)), }"
    let unpadded = 10 + dictionary.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let text = dictionary + String(repeating: " ", count: padding) + "\n"
    let length = UInt16(text.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(text.utf8)
  }
}
