import Tensors

/// How a pass of a convolution is computed.
///
/// All algorithms compute the same sums and are tested against the same reference; they round
/// differently.
public enum ConvolutionAlgorithm: Hashable, Sendable {
  /// The formula's sums, by multiply-adds of float32 vectors.
  case direct
  /// The formula's sums, by products of bfloat16: in AMX tiles where the processor has them,
  /// otherwise of pairs in vectors. float32 maps are split into three bfloat16 parts.
  case bfloat16Products
  /// The same products, one output pixel of many images at a time: fewer for small maps in bfloat16.
  case bfloat16Pixels
  /// Winograd's minimal filtering, for 3×3 and 5×5 with stride 1: transforms reduce the number of
  /// products.
  case winograd(WinogradTile, factors: Precision = .float32)
  /// A matrix product, for 1×1 with stride 1.
  case matrixProduct
}

extension ConvolutionAlgorithm: CustomStringConvertible {
  public var description: String {
    switch self {
    case .direct: "direct"
    case .bfloat16Products: Self.unit
    case .bfloat16Pixels: Self.unit + ", pixel by pixel"
    case .winograd(let tile, let factors):
      "Winograd \(tile.outputs)×\(tile.outputs)" + (factors == .bfloat16 ? ", bfloat16 pairs" : "")
    case .matrixProduct: "GEMM"
    }
  }

  private static var unit: String { TileUnit.hasRegisters ? "AMX" : "bfloat16 pairs" }
}

/// The algorithms of a convolution's three passes.
public struct ConvolutionAlgorithms: Hashable, Sendable {
  public let output: ConvolutionAlgorithm
  public let inputGradient: ConvolutionAlgorithm
  public let weightGradient: ConvolutionAlgorithm

  public init(
    output: ConvolutionAlgorithm, inputGradient: ConvolutionAlgorithm,
    weightGradient: ConvolutionAlgorithm
  ) {
    self.output = output
    self.inputGradient = inputGradient
    self.weightGradient = weightGradient
  }

  /// One algorithm for all passes.
  public init(_ algorithm: ConvolutionAlgorithm) {
    self.init(output: algorithm, inputGradient: algorithm, weightGradient: algorithm)
  }
}
