import Tensors

/// Feature maps in memory of their own, where a network's plan would place them in its arena.
public final class OwnedFeatureMap {
  private let owner: AlignedBuffer
  /// A view that is valid as long as this object lives; see `withExtendedLifetime`.
  public let map: FeatureMap

  public init(_ shape: FeatureMapShape) {
    owner = AlignedBuffer(count: shape.elementCount)
    map = FeatureMap(memory: owner.memory, shape: shape)
  }

  /// All numbers, padding included, become `value`.
  public func fill(_ value: Float) {
    withExtendedLifetime(owner) {
      switch map.shape.precision {
      case .float32: map.elements.update(repeating: value)
      case .bfloat16:
        map.numbers(as: BFloat16.self)
          .update(repeating: BFloat16(value), count: map.shape.elementCount)
      }
    }
  }

  public func load(_ dense: DenseTensor) {
    withExtendedLifetime(owner) { map.load(denseNCHW: dense.values) }
  }

  /// Whether all lanes beyond the channels are zero, as every layer has to leave them.
  public var hasZeroPadding: Bool {
    let shape = map.shape
    return withExtendedLifetime(owner) {
      let numbers: [Float] =
        switch shape.precision {
        case .float32: Array(map.elements)
        case .bfloat16:
          (0..<shape.elementCount).map { map.numbers(as: BFloat16.self)[$0].float }
        }
      return numbers.indices.allSatisfy {
        $0 % shape.channelStride < shape.channels || numbers[$0] == 0
      }
    }
  }

  /// The values as [N, C, H, W].
  public var dense: DenseTensor {
    let shape = map.shape
    return withExtendedLifetime(owner) {
      DenseTensor(
        shape: [shape.count, shape.channels, shape.height, shape.width], values: map.denseNCHW())
    }
  }
}
