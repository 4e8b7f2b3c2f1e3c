/// The arithmetic of a network, and how feature maps store their numbers.
public enum Precision: String, Decodable, CaseIterable, Sendable {
  /// Everything in float32.
  case float32
  /// Feature maps and their gradients in bfloat16, and products of such numbers; sums, parameters,
  /// statistics and optimisers in float32.
  case bfloat16

  /// Bytes of a stored number.
  public var byteCount: Int {
    switch self {
    case .float32: MemoryLayout<Float>.size
    case .bfloat16: MemoryLayout<BFloat16>.size
    }
  }
}
