import Foundation
import TensorFiles

/// PyTorch's results: tensor files in `Tests/Golden`, or in the folder `GOLDEN_DIR`.
///
/// A missing file is an error, so that a suite cannot pass without data.
public struct GoldenFile {
  public let file: TensorFile
  /// The suffix that the generator appends to every name passed to `fill`.
  public let suffix: String

  public init(_ name: String) throws {
    let folder =
      ProcessInfo.processInfo.environment["GOLDEN_DIR"].map { URL(fileURLWithPath: $0) }
      ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden")
    file = try TensorFile(contentsOf: folder.appendingPathComponent("\(name).safetensors"))
    suffix = file.metadata["suffix"] ?? ""
  }

  public func contains(_ name: String) -> Bool { file.names.contains(name) }

  /// The number of tensors whose names have a prefix, with which a test can check that it has
  /// compared all.
  public func count(of prefix: String) -> Int { file.names.count { $0.hasPrefix(prefix) } }

  /// A float32 tensor.
  public func tensor(_ name: String) throws -> DenseTensor {
    DenseTensor(
      shape: try file.shape(of: name), values: try file.scalars(of: name, as: Float.self))
  }

  /// Labels, stored as int64.
  public func labels(_ name: String) throws -> [UInt16] {
    try file.scalars(of: name, as: Int64.self).map { UInt16($0) }
  }
}

/// Values in PyTorch's order, row-major; images are [N, C, H, W].
public struct DenseTensor: Sendable, Equatable {
  public var shape: [Int]
  public var values: [Float]

  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values of shape \(shape)")
    self.shape = shape
    self.values = values
  }
}

/// The role of a tensor of the golden networks, which determines the range of its values.
public enum FillKind: Sendable {
  /// (2u − 1) · √(3 / fan_in).
  case weight
  /// 1 + 0.1 · (2u − 1).
  case norm
  /// 0.1 · (2u − 1).
  case bias
  /// 2u − 1.
  case input
}

/// The generator of the weights of the golden vectors, which are not stored: u_i consists of the
/// top 24 bits of SplitMix64, with the FNV-1a hash of the name as seed.
///
/// It is the same as `fill` of the script that writes the golden files.
public func goldenFill(
  _ name: String, suffix: String, shape: [Int], kind: FillKind
) -> DenseTensor {
  var seed: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in (name + suffix).utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01B3 }
  let count = shape.reduce(1, *)
  let fanIn = shape.count == 5 ? shape[2...].reduce(1, *) : shape.dropFirst().reduce(1, *)
  let values = (0..<count).map { index -> Float in
    var z = seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    let s = 2 * (Double(z >> 40) * 0x1p-24) - 1
    return switch kind {
    case .weight: Float(s * (3 / Double(fanIn)).squareRoot())
    case .norm: Float(1 + 0.1 * s)
    case .bias: Float(0.1 * s)
    case .input: Float(s)
    }
  }
  return DenseTensor(shape: shape, values: values)
}

/// The labels of the golden networks: i · 7 mod 10.
public func goldenLabels(_ count: Int) -> [UInt16] { (0..<count).map { UInt16($0 * 7 % 10) } }
