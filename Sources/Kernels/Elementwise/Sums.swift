import Tensors

/// target = the sum of `groups` buffers of `size` floats, added in the order of the groups.
/// `target` may be the first buffer.
///
/// - Precondition: `size` is a multiple of 16.
func sumInOrder(
  _ partial: UnsafePointer<Float>, groups: Int, size: Int,
  into target: UnsafeMutablePointer<Float>, on pool: WorkerPool
) {
  let (partial, target) = (asVectors(partial), asVectors(target))
  let count = size / FeatureMapShape.vectorWidth
  pool.forEachRange(of: count, size: 1_024) { range, _ in
    for index in range {
      var sum = partial[index]
      for group in 1..<max(groups, 1) { sum += partial[group * count + index] }
      target[index] = sum
    }
  }
}

/// Sums each channel of a map over all its pixels: the gradient of a bias.
///
/// Each image is summed in float; these sums are added in `Double`.
/// Shapes: map `[N, H, W, C]`, sums `[C]`.
public enum ChannelSums {
  /// Floats of the pool's shared memory for maps of this shape.
  static func sharedCount(_ shape: FeatureMapShape) -> Int { shape.count * shape.channelStride }

  /// Makes room for the sums of maps of this shape.
  public static func reserve(for shape: FeatureMapShape, on pool: WorkerPool) {
    pool.reserveShared(sharedCount(shape))
  }

  /// - Precondition: `reserve(for:on:)` has been called.
  public static func sum(
    _ map: FeatureMap, into sums: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let (shape, stride) = (map.shape, map.shape.channelStride)
    let partial = pool.shared.base
    pool.forEachPiece(shape.count) { image, _ in
      switch shape.precision {
      case .float32: sumPixels(map, Float.self, image, into: partial + image * stride)
      case .bfloat16: sumPixels(map, BFloat16.self, image, into: partial + image * stride)
      }
    }
    for channel in 0..<stride {
      var sum = 0.0
      for image in 0..<shape.count { sum += Double(partial[image * stride + channel]) }
      sums[channel] = Float(sum)
    }
  }

  /// Sums each channel over the pixels of one image.
  private static func sumPixels<Element: VectorElement>(
    _ map: FeatureMap, _: Element.Type, _ image: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    let sums = asVectors(sums)
    let pixels = PixelVectors<Element>(map, image: image)
    for vector in 0..<map.shape.vectors { sums[vector] = .zero }
    for run in map.shape.shortRuns {
      var sum = Vector.zero
      for index in run { sum += pixels[index] }
      sums[run.vector] += sum
    }
  }
}
