import Tensors

extension DirectConvolution {
  /// Gradients are summed in this many groups of images, each in a buffer of its own, so that the sum
  /// does not depend on the number of threads; fewer where the buffers would outweigh the images.
  var gradientGroups: Int { layout.count < 262_144 ? 8 : 4 }

  /// Floats that `weightGradient` needs besides.
  public var partialGradientCount: Int { gradientGroups * layout.count }

  /// The images whose gradients one pass sums, block of outputs by block of outputs: so many that a
  /// block, which is fetched and stored once a pass, costs little beside them.
  private var imagesInPass: Int {
    max(1, 131_072 / max(input.imageStride, output.imageStride))
  }

  /// Whether a block of dy is copied out before it meets so many places of the patch that this pays.
  private var cutsGradient: Bool { layout.count / (16 * layout.lanes) > 64 }

  /// Floats of an image's frame, or of nothing.
  private var frameStride: Int { paddedInput.count }

  /// Floats of one image's dy, cut to a block of outputs.
  private var cutGradientStride: Int {
    output.pixelCount * min(3 * FeatureMapShape.vectorWidth, output.channelStride)
  }

  /// Frames and cut gradients of the images of a pass.
  var weightGradientScratchCount: Int {
    imagesInPass * (frameStride + cutGradientStride)
  }

  /// dweight = the correlation of x with dy, summed over the batch.
  ///
  /// - Parameter partial: `partialGradientCount` floats.
  public func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let groupCount = min(gradientGroups, x.shape.count)
    pool.forEachPiece(groupCount) { group, scratch in
      let end = x.shape.count * (group + 1) / groupCount
      var first = x.shape.count * group / groupCount
      let sums = partial + group * layout.count
      sums.update(repeating: 0, count: layout.count)
      clearFrames(scratch, count: min(imagesInPass, end - first))
      while first < end {
        let images = first..<min(first + imagesInPass, end)
        correlate(x, dy, images, into: sums, adding: true, scratch: scratch)
        first = images.upperBound
      }
    }
    sumInOrder(partial, groups: groupCount, size: layout.count, into: gradient, on: pool)
  }

  /// The gradient of each image's own kernel: the correlation of its x with its dy, not summed.
  ///
  /// - Parameters:
  ///   - gradients: `layout.count` floats for each image.
  ///   - stride: Floats from one image's gradient to the next's.
  public func weightGradientPerSample(
    _ x: FeatureMap, _ dy: FeatureMap, into gradients: UnsafeMutablePointer<Float>, stride: Int,
    on pool: WorkerPool
  ) {
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      clearFrames(scratch, count: 1)
      for image in images {
        let gradient = gradients + image * stride
        // Padding, which the sums pass over in part.
        if layout.hasInputPadding { gradient.update(repeating: 0, count: layout.count) }
        correlate(x, dy, image..<image + 1, into: gradient, adding: false, scratch: scratch)
      }
    }
  }

  private func clearFrames(_ scratch: UnsafeMutablePointer<Float>, count: Int) {
    for image in 0..<count { paddedInput.clearFrame(scratch + image * frameStride) }
  }

  /// Writes or adds the share of a few images: block of outputs by block of outputs.
  private func correlate(
    _ x: FeatureMap, _ dy: FeatureMap, _ images: Range<Int>,
    into sums: UnsafeMutablePointer<Float>, adding: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    let image = paddedInput
    let frames =
      image.isCopied
      ? UnsafePointer(scratch) : UnsafePointer(x.base + images.lowerBound * input.imageStride)
    if image.isCopied {
      for index in images {
        _ = image.frame(
          of: x.base + index * input.imageStride,
          in: scratch + (index - images.lowerBound) * frameStride)
      }
    }
    let cut = vectors(scratch + imagesInPass * frameStride)
    let source = vectors(dy.base + images.lowerBound * output.imageStride)
    var lane = 0
    while lane < layout.lanes {
      let lanes = layout.lanesInBlock(from: lane)
      let isCut = cutsGradient && lanes < layout.lanes
      if isCut {
        cutLanes(source + lane, lanes, pixels: images.count * output.pixelCount, into: cut)
      }
      let correlation = KernelCorrelation(
        image: image, layout: layout, stride: geometry.stride, output: output,
        frameStride: image.isCopied ? frameStride : input.imageStride, frames: frames,
        gradient: UnsafePointer(isCut ? cut : source + lane),
        gradientStep: isCut ? lanes : layout.lanes, count: images.count,
        adding: adding)
      correlation.run(vectors: lanes, into: vectors(sums + layout.blockOffset(from: lane)))
      lane += lanes
    }
  }

  /// Copies a block of outputs of each pixel, so that they follow one another.
  private func cutLanes(
    _ source: UnsafePointer<Vector>, _ lanes: Int, pixels: Int,
    into target: UnsafeMutablePointer<Vector>
  ) {
    var (source, target) = (source, target)
    for _ in 0..<pixels {
      for lane in 0..<lanes { target[lane] = source[lane] }
      source += layout.lanes
      target += lanes
    }
  }
}
