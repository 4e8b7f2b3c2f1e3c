import Tensors

/// The gradient of a convolution's weights by products of bfloat16.
struct TileWeightGradient: WeightGradient {
  private let sizes: ConvolutionSizes
  private let planes: TilePlanes
  private let gradient: TileGradient
  private let groups: GradientGroups
  /// Images summed in registers before the sums are loaded from memory and stored again.
  private let imagesInPass: Int

  init(_ sizes: ConvolutionSizes) {
    self.sizes = sizes
    let parts = TileParts.count(in: sizes.input.arithmetic)
    planes = TilePlanes(sizes, parts: parts)
    gradient = TileGradient(shape: sizes.output, parts: parts, pitch: planes.pitch)
    groups = GradientGroups(sizes.layout, size: sizes.layout.count)
    imagesInPass = min(max(TilePass.cachedFrames / (4 * (planes.count + gradient.count)), 1), 8)
  }

  var scratchCount: Int {
    TileSums.vectorCount * FeatureMapShape.vectorWidth
      + imagesInPass * (planes.count + gradient.count)
  }
  var sharedCount: Int { groups.sharedCount }

  func run(
    _ x: FeatureMap, _ dy: FeatureMap, into target: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    groups.sum(images: x.shape.count, buffers: shared, into: target, on: pool) {
      images, target, scratch in
      let sums = TileSums.begin(memory: scratch)
      let frames = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      clear(frames, images: min(imagesInPass, x.shape.count))
      target.update(repeating: 0, count: groups.size)
      for first in stride(from: images.lowerBound, to: images.upperBound, by: imagesInPass) {
        add(
          x, dy, images: first..<min(first + imagesInPass, images.upperBound), to: target,
          frames: frames, sums)
      }
      sums.end()
    }
  }

  /// Clears the planes, and the gradients after them.
  private func clear(_ frames: UnsafeMutablePointer<Float>, images: Int) {
    frames.update(repeating: 0, count: images * planes.count)
    (frames + imagesInPass * planes.count).update(repeating: 0, count: images * gradient.count)
  }

  @inline(__always)
  private func add(
    _ x: FeatureMap, _ dy: FeatureMap, images: Range<Int>, to target: UnsafeMutablePointer<Float>,
    frames: UnsafeMutablePointer<Float>, _ sums: TileSums
  ) {
    let gradients = frames + imagesInPass * planes.count
    for (index, image) in images.enumerated() {
      planes.fill(frames + index * planes.count, from: x, image: image, square: sums.memory)
      gradient.fill(gradients + index * gradient.count, from: dy, image: image)
    }
    TileCorrelation(
      planes: planes, gradient: gradient, layout: sizes.layout, images: frames,
      gradients: gradients, count: images.count
    ).add(to: target, sums: sums)
  }
}

extension TileWeightGradient: ImageWeightGradient {
  func run(
    _ x: FeatureMap, _ dy: FeatureMap, images range: Range<Int>,
    into targets: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    pool.forEachGroup(of: range.count) { group, scratch in
      let sums = TileSums.begin(memory: scratch)
      let frames = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      clear(frames, images: 1)
      for index in group {
        let (image, target) = (range.lowerBound + index, targets + index * groups.size)
        target.update(repeating: 0, count: groups.size)
        add(x, dy, images: image..<image + 1, to: target, frames: frames, sums)
      }
      sums.end()
    }
  }
}
