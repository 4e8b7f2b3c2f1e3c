import Tensors

/// Convolution straight from the image: each vector of output channels of each pixel is a sum over the
/// patch of one input number times one vector of weights. All maps are float32.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `layout` says.
/// Source of the blocking: Georganas et al., 2018, arXiv:1808.05567, section 2.
public struct DirectConvolution: Sendable {
  let geometry: ConvolutionGeometry
  let input: FeatureMapShape
  let output: FeatureMapShape
  let layout: KernelLayout

  /// - Parameter input: The input's shape.
  public init(_ geometry: ConvolutionGeometry, input: FeatureMapShape) {
    self.geometry = geometry
    self.input = input
    output = geometry.outputShape(for: input)
    layout = KernelLayout(geometry, inputStride: input.channelStride)
  }

  /// The input with the border that its kernel reaches.
  var paddedInput: PaddedImage {
    let columns = (output.width + KernelSlide.quadSize - 1) / KernelSlide.quadSize * KernelSlide.quadSize
    let reach = (columns - 1) * geometry.stride + geometry.kernelWidth
    let rows = (output.height - 1) * geometry.stride + geometry.kernelHeight
    return PaddedImage(
      input, top: geometry.padding, left: geometry.padding,
      bottom: max(rows - geometry.padding - input.height, 0),
      right: max(reach - geometry.padding - input.width, 0),
      kernelWidth: geometry.kernelWidth)
  }

  /// Floats of one kernel, padding included.
  public var kernelCount: Int { layout.count }

  /// Floats of scratch memory that a worker needs in a forward pass and in a weight gradient.
  public var scratchCount: Int {
    max(paddedInput.count, weightGradientScratchCount)
  }

  /// y = convolution of x (+ bias).
  ///
  /// - Parameters:
  ///   - weightStride: Floats from one image's kernel to the next's; 0 where all share one.
  ///   - imageSums: Takes those of each image of y that is finished.
  public func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, weightStride: Int = 0,
    bias: UnsafePointer<Float>?, into y: FeatureMap, imageSums: ImageSums? = nil,
    on pool: WorkerPool
  ) {
    let lanes = output.channelStride / FeatureMapShape.vectorWidth
    let slide = KernelSlide(
      image: paddedInput, layout: layout, inputStep: geometry.stride, skip: 0,
      outputRows: output.height, outputColumns: output.width, rowStep: output.width * lanes,
      columnStep: lanes)
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      slide.image.clearFrame(scratch)
      for image in images {
        slide.run(
          image: x.base + image * input.imageStride, scratch: scratch,
          weight: weight + image * weightStride, bias: bias.map { vectors($0) },
          target: vectors(y.base + image * output.imageStride), adding: false)
        imageSums?.take(image: image, of: y)
      }
    }
  }
}
