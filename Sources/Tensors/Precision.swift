/// The arithmetic of a network, and how feature maps store their elements.
public enum Precision: String, Decodable, CaseIterable, Sendable {
  /// Everything in float32.
  case float32
  /// Feature maps, their gradients and the factors of products in bfloat16; sums, parameters,
  /// statistics and optimisers in float32.
  case bfloat16

  /// Bytes of a stored element.
  public var byteCount: Int {
    switch self {
    case .float32: MemoryLayout<Float>.size
    case .bfloat16: MemoryLayout<BFloat16>.size
    }
  }
}
