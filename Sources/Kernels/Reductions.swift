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
    let target = partial + image * stride
    target.update(repeating: 0, count: stride)
    var pixel = map.base + image * shape.imageStride
    for _ in 0..<shape.pixelCount {
      for channel in 0..<stride { target[channel] += pixel[channel] }
      pixel += stride
    }
  }
  for channel in 0..<stride {
    var sum = 0.0
    for image in 0..<shape.count { sum += Double(partial[image * stride + channel]) }
    sums[channel] = Float(sum)
  }
}
