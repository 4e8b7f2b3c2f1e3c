import Tensors

/// Feature maps in separate memory instead of a plan's arena.
public final class OwnedFeatureMap {
  private let owner: AlignedBuffer
  /// A view that is valid as long as this object exists; see `withExtendedLifetime`.
  public let map: FeatureMap

  public init(_ shape: FeatureMapShape) {
    owner = AlignedBuffer(count: shape.elementCount)
    map = FeatureMap(memory: owner.memory, shape: shape)
  }

  /// Sets all elements, padding included, to `value`.
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

  /// Whether all padding channels are zero, as after every layer.
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
