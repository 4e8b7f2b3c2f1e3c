import Tensors

/// The gradient of a convolution's weights by the formula: for each weight, the sum over pixels of
/// the input value under its tap times the output gradient. All maps are float32.
struct DirectWeightGradient: WeightGradient {
  private let sizes: ConvolutionSizes
  private let image: PaddedImage
  private let groups: GradientGroups
  /// Images that one pass sums, for one block of outputs after another: enough to make loading and
  /// storing a block once in each pass cheap.
  private let imagesInPass: Int
  /// Whether a block of dy is copied to contiguous memory, which saves time if many places of the
  /// patch use it.
  private let copiesGradient: Bool

  init(_ sizes: ConvolutionSizes) {
    self.sizes = sizes
    image = PaddedImage(inputOf: sizes)
    groups = GradientGroups(sizes.layout, size: sizes.layout.count)
    imagesInPass = max(1, 131_072 / max(sizes.input.imageStride, sizes.output.imageStride))
    copiesGradient = sizes.layout.count / (16 * sizes.layout.vectors) > 64
  }

  /// Floats of one image's dy in a block of outputs.
  private var gradientStride: Int {
    sizes.output.pixelCount * min(3 * FeatureMapShape.vectorWidth, sizes.output.channelStride)
  }

  var scratchCount: Int { imagesInPass * (image.count + gradientStride) }
  var sharedCount: Int { groups.sharedCount }

  func run(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    groups.sum(images: x.shape.count, buffers: shared, into: gradient, on: pool) {
      images, sums, scratch in
      sums.update(repeating: 0, count: groups.size)
      for index in 0..<min(imagesInPass, images.count) {
        image.clearFrame(scratch + index * image.count)
      }
      for first in stride(from: images.lowerBound, to: images.upperBound, by: imagesInPass) {
        let inPass = first..<min(first + imagesInPass, images.upperBound)
        correlate(x, dy, inPass, into: sums, adding: true, scratch: scratch)
      }
    }
  }

  /// Writes, or adds, the sum over a few images, one block of outputs after another.
  private func correlate(
    _ x: FeatureMap, _ dy: FeatureMap, _ images: Range<Int>,
    into sums: UnsafeMutablePointer<Float>, adding: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    let (input, output, layout) = (sizes.input, sizes.output, sizes.layout)
    var frames = UnsafePointer(x.base + images.lowerBound * input.imageStride)
    if image.isCopied {
      for index in images {
        _ = image.frame(
          of: x.base + index * input.imageStride,
          in: scratch + (index - images.lowerBound) * image.count)
      }
      frames = UnsafePointer(scratch)
    }
    let copy = asVectors(scratch + imagesInPass * image.count)
    let source = asVectors(dy.base + images.lowerBound * output.imageStride)
    layout.forEachBlock { vector, vectors in
      let isCopied = copiesGradient && vectors < layout.vectors
      if isCopied {
        copyBlock(source + vector, vectors, pixels: images.count * output.pixelCount, into: copy)
      }
      KernelCorrelation(
        image: image, layout: layout, stride: sizes.geometry.stride, output: output,
        frameStride: image.isCopied ? image.count : input.imageStride, frames: frames,
        gradient: UnsafePointer(isCopied ? copy : source + vector),
        gradientStep: isCopied ? vectors : layout.vectors, count: images.count, adding: adding
      ).run(vectors: vectors, into: asVectors(sums + layout.blockOffset(from: vector)))
    }
  }

  /// Copies a block of outputs of each pixel to contiguous memory.
  private func copyBlock(
    _ source: UnsafePointer<Vector>, _ vectors: Int, pixels: Int,
    into target: UnsafeMutablePointer<Vector>
  ) {
    var (source, target) = (source, target)
    for _ in 0..<pixels {
      for vector in 0..<vectors { target[vector] = source[vector] }
      source += sizes.layout.vectors
      target += vectors
    }
  }
}

extension DirectWeightGradient: ImageWeightGradient {
  func run(
    _ x: FeatureMap, _ dy: FeatureMap, images range: Range<Int>,
    into gradients: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    pool.forEachGroup(of: range.count) { group, scratch in
      image.clearFrame(scratch)
      for index in group {
        let gradient = gradients + index * groups.size
        // Clears padding, part of which the sums skip.
        if sizes.layout.hasInputPadding { gradient.update(repeating: 0, count: groups.size) }
        let image = range.lowerBound + index
        correlate(x, dy, image..<image + 1, into: gradient, adding: false, scratch: scratch)
      }
    }
  }
}
