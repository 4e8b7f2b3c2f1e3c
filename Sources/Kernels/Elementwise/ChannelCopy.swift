import Tensors

/// Copies the channels that two maps have in common: a shortcut without a projection between maps
/// of different widths.
///
/// Shapes: source `[N, H, W, C]`, target `[N, H, W, D]`. The source may be a batch of images.
public enum ChannelCopy {
  /// target = (or +=) source over their common channels; unless adding, the target's other channels
  /// become zero.
  public static func copy(
    _ source: FeatureMap, into target: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    let isOfImages = !source.shape.fillsVectors
    pool.forEachPiece(source.shape.count) { image, _ in
      // Except for images, the shapes differ only in channels, so both maps have the same
      // precision.
      switch (isOfImages, target.shape.precision) {
      case (true, .float32): copyImage(source, image, into: target, Float.self)
      case (true, .bfloat16): copyImage(source, image, into: target, BFloat16.self)
      case (false, .float32): copyVectors(source, image, into: target, Float.self, adding)
      case (false, .bfloat16): copyVectors(source, image, into: target, BFloat16.self, adding)
      }
    }
  }

  /// Copies whole vectors. If the target is wider, the source's padding provides zeros; if it is
  /// narrower, lanes beyond its channels are cleared in its last vector.
  private static func copyVectors<Element: VectorElement>(
    _ source: FeatureMap, _ image: Int, into target: FeatureMap, _: Element.Type, _ adding: Bool
  ) {
    let (from, to) = (source.shape, target.shape)
    let (fromVectors, toVectors) = (from.vectors, to.vectors)
    let streaming = Streaming(to: target)
    let source = PixelVectors<Element>(source, image: image)
    let target = PixelVectors<Element>(target, image: image)
    let shared = min(fromVectors, toVectors)
    let inLastVector = to.channels - (toVectors - 1) * FeatureMapShape.vectorWidth
    var kept = Vector.zero
    for lane in 0..<inLastVector { kept[lane] = 1 }
    let isCut = kept .== 0
    for pixel in 0..<to.pixelCount {
      let (read, write) = (source + pixel * fromVectors, target + pixel * toVectors)
      for vector in 0..<shared {
        var value = read[vector]
        if vector == toVectors - 1 { value.replace(with: 0, where: isCut) }
        if adding {
          write[vector] += value
        } else {
          streaming.write(value, to: write, at: vector)
        }
      }
      if !adding {
        for vector in shared..<max(toVectors, shared) {
          streaming.write(.zero, to: write, at: vector)
        }
      }
    }
    streaming.end()
  }

  /// Copies an image whose pixels do not fill vectors. Images have no gradient, so this never adds.
  private static func copyImage<Element: VectorElement>(
    _ source: FeatureMap, _ image: Int, into target: FeatureMap, _: Element.Type
  ) {
    let (from, to) = (source.shape, target.shape)
    let source = source.base + image * from.imageStride
    let target = target.numbers(as: Element.self) + image * to.imageStride
    target.update(repeating: Element(0), count: to.imageStride)
    for pixel in 0..<from.pixelCount {
      for channel in 0..<from.channels {
        target[pixel * to.channelStride + channel] = Element(
          source[pixel * from.channelStride + channel])
      }
    }
  }
}
