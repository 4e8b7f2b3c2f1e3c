/// A batch of feature maps: a view of memory that somebody else owns, usually a plan's arena.
public struct FeatureMap: @unchecked Sendable {
  public let base: UnsafeMutablePointer<Float>
  public let shape: FeatureMapShape

  /// - Precondition: `base` addresses `shape.elementCount` floats, aligned to 64 bytes.
  public init(base: UnsafeMutablePointer<Float>, shape: FeatureMapShape) {
    self.base = base
    self.shape = shape
  }

  /// All floats of the view, padding included.
  public var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: shape.elementCount)
  }

  /// The same memory, read as fewer or more images.
  public func with(count: Int) -> FeatureMap {
    FeatureMap(base: base, shape: shape.with(count: count))
  }
}

extension FeatureMap {
  /// Fills the view from dense values in PyTorch's order, and its padding with zeros.
  ///
  /// - Precondition: `values` holds N × C × H × W numbers.
  public func load(denseNCHW values: [Float]) {
    precondition(
      values.count == shape.count * shape.channels * shape.pixelCount,
      "\(values.count) values for feature maps \(shape)")
    elements.update(repeating: 0)
    forEachElement { dense, padded in base[padded] = values[dense] }
  }

  /// The values without padding in PyTorch's order, [N, C, H, W].
  public func denseNCHW() -> [Float] {
    var values = [Float](repeating: 0, count: shape.count * shape.channels * shape.pixelCount)
    values.withUnsafeMutableBufferPointer { values in
      forEachElement { dense, padded in values[dense] = base[padded] }
    }
    return values
  }

  private func forEachElement(_ body: (_ dense: Int, _ padded: Int) -> Void) {
    var dense = 0
    for image in 0..<shape.count {
      for channel in 0..<shape.channels {
        for pixel in 0..<shape.pixelCount {
          body(dense, image * shape.imageStride + pixel * shape.channelStride + channel)
          dense += 1
        }
      }
    }
  }
}
