import Tensors

/// target = the sum of `groups` buffers of `size` floats, added in the order of the groups.
func sumInOrder(
  _ partial: UnsafePointer<Float>, groups: Int, size: Int,
  into target: UnsafeMutablePointer<Float>, on pool: WorkerPool
) {
  pool.forEachRange(of: size, size: 16_384) { range, _ in
    for index in range {
      var sum = partial[index]
      for group in 1..<max(groups, 1) { sum += partial[group * size + index] }
      target[index] = sum
    }
  }
}

/// Sums each channel of `map` over all its pixels: the gradient of a bias.
///
/// Images are summed in float, the sums of images in `Double`.
/// Shapes: map `[N, H, W, C]`, sums `[C]`.
public func sumChannels(
  _ map: FeatureMap, into sums: UnsafeMutablePointer<Float>, partial: UnsafeMutablePointer<Float>,
  on pool: WorkerPool
) {
  let shape = map.shape
  let stride = shape.channelStride
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
private func sumPixels<Element: VectorElement>(
  _ map: FeatureMap, _: Element.Type, _ image: Int, into sums: UnsafeMutablePointer<Float>
) {
  let sums = vectors(sums)
  let pixels = PixelVectors<Element>(map, image: image)
  for lane in 0..<map.shape.lanes { sums[lane] = .zero }
  for run in map.shape.shortRuns {
    var sum = Vector.zero
    for index in run { sum += pixels[index] }
    sums[run.lane] += sum
  }
}
