/// A batch of feature maps: a view of memory that it doesn't own, usually a plan's arena.
public struct FeatureMap: @unchecked Sendable {
  public let memory: UnsafeMutableRawPointer
  public let shape: FeatureMapShape

  /// - Precondition: `memory` addresses `shape.byteCount` bytes, aligned to 64.
  public init(memory: UnsafeMutableRawPointer, shape: FeatureMapShape) {
    self.memory = memory
    self.shape = shape
  }

  /// Maps of floats.
  ///
  /// - Precondition: `shape` is stored as float32, and `base` addresses `shape.elementCount`
  ///   floats, aligned to 64 bytes.
  public init(base: UnsafeMutablePointer<Float>, shape: FeatureMapShape) {
    precondition(shape.precision == .float32, "floats for feature maps \(shape)")
    self.init(memory: UnsafeMutableRawPointer(base), shape: shape)
  }

  /// The elements as they are stored.
  ///
  /// - Precondition: the maps store elements of this type.
  @inlinable
  public func numbers<Element: MapElement>(
    as type: Element.Type = Element.self
  ) -> UnsafeMutablePointer<Element> {
    precondition(shape.precision == Element.precision, "feature maps \(shape) read as \(type)")
    return memory.assumingMemoryBound(to: Element.self)
  }

  /// The elements of maps stored as float32.
  ///
  /// - Precondition: the maps are stored as float32.
  @inlinable public var base: UnsafeMutablePointer<Float> { numbers() }

  /// All floats of the view, padding included.
  ///
  /// - Precondition: the maps are stored as float32.
  public var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: shape.elementCount)
  }

  /// The same memory, viewed as a different number of images.
  public func with(count: Int) -> FeatureMap {
    FeatureMap(memory: memory, shape: shape.with(count: count))
  }

  /// A range of images of the batch.
  public func images(_ range: Range<Int>) -> FeatureMap {
    FeatureMap(
      memory: memory + range.lowerBound * shape.imageByteCount,
      shape: shape.with(count: range.count))
  }
}

extension FeatureMap {
  /// Fills the view from dense values in PyTorch's order, and its padding with zeros.
  ///
  /// - Precondition: `values` holds N × C × H × W elements.
  public func load(denseNCHW values: [Float]) {
    precondition(
      values.count == shape.count * shape.channels * shape.pixelCount,
      "\(values.count) values for feature maps \(shape)")
    switch shape.precision {
    case .float32: store(values, as: Float.self)
    case .bfloat16: store(values, as: BFloat16.self)
    }
  }

  /// The values without padding, in PyTorch's order [N, C, H, W].
  public func denseNCHW() -> [Float] {
    switch shape.precision {
    case .float32: dense(Float.self)
    case .bfloat16: dense(BFloat16.self)
    }
  }

  private func store<Element: MapElement>(_ values: [Float], as type: Element.Type) {
    let numbers = numbers(as: type)
    numbers.update(repeating: Element(0), count: shape.elementCount)
    forEachElement { dense, padded in numbers[padded] = Element(values[dense]) }
  }

  private func dense<Element: MapElement>(_ type: Element.Type) -> [Float] {
    let numbers = numbers(as: type)
    var values = [Float](repeating: 0, count: shape.count * shape.channels * shape.pixelCount)
    values.withUnsafeMutableBufferPointer { values in
      forEachElement { dense, padded in values[dense] = numbers[padded].float }
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
