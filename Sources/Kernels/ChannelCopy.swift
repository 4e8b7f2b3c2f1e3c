import Tensors

/// Copies the channels that two maps share; what a shortcut that widens without a projection is made of.
///
/// Shapes: source `[N, H, W, C]`, target `[N, H, W, D]`. The source may be a batch of images.
public enum ChannelCopy {
  /// target = (or +=) source over the channels both have; others that target has become zero.
  public static func copy(
    _ source: FeatureMap, into target: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    switch (source.shape.precision, target.shape.precision) {
    case (.float32, .float32):
      copy(source, Float.self, into: target, Float.self, adding, on: pool)
    case (.float32, .bfloat16):
      copy(source, Float.self, into: target, BFloat16.self, adding, on: pool)
    case (.bfloat16, .float32):
      copy(source, BFloat16.self, into: target, Float.self, adding, on: pool)
    case (.bfloat16, .bfloat16):
      copy(source, BFloat16.self, into: target, BFloat16.self, adding, on: pool)
    }
  }

  private static func copy<Source: MapElement, Target: MapElement>(
    _ source: FeatureMap, _: Source.Type, into target: FeatureMap, _: Target.Type, _ adding: Bool,
    on pool: WorkerPool
  ) {
    let (from, to) = (source.shape, target.shape)
    let shared = min(from.channels, to.channels)
    let (source, target) = (source.numbers(as: Source.self), target.numbers(as: Target.self))
    pool.forEachPiece(from.count) { image, _ in
      for pixel in 0..<from.pixelCount {
        let source = source + image * from.imageStride + pixel * from.channelStride
        let target = target + image * to.imageStride + pixel * to.channelStride
        for channel in 0..<shared {
          let value = source[channel].float
          target[channel] = Target(adding ? target[channel].float + value : value)
        }
        if !adding {
          (target + shared).update(repeating: Target(0), count: to.channelStride - shared)
        }
      }
    }
  }
}
