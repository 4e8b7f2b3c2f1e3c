import Tensors

/// A direct convolution: each output vector of a pixel is the sum, over its patch, of one input
/// value times one vector of weights. All maps are float32.
///
/// Source of the blocking: Georganas et al., 2018, arXiv:1808.05567, section 2.
struct DirectPass: MapPass {
  /// A plain convolution that writes all pixels of the output, or those of one phase.
  private struct Part {
    let slide: KernelSlide
    /// Floats of weights before those of this part.
    let weightOffset: Int
    /// Vectors of the output before the first one written.
    let first: Int
  }

  private let parts: [Part]
  private let inputStride: Int
  private let outputStride: Int

  /// A pass that computes the output of a convolution.
  init(_ sizes: ConvolutionSizes) {
    let (output, geometry) = (sizes.output, sizes.geometry)
    (inputStride, outputStride) = (sizes.input.imageStride, output.imageStride)
    parts = [
      Part(
        slide: KernelSlide(
          image: PaddedImage(inputOf: sizes), layout: sizes.layout, inputStep: geometry.stride,
          skip: 0, outputRows: output.height, outputColumns: output.width,
          rowStep: output.width * output.vectors, columnStep: output.vectors),
        weightOffset: 0, first: 0)
    ]
  }

  /// A pass that computes the input gradient, phase by phase.
  init(_ rotation: WeightRotation) {
    let (input, output) = (rotation.sizes.input, rotation.sizes.output)
    let stride = rotation.sizes.geometry.stride
    (inputStride, outputStride) = (output.imageStride, input.imageStride)
    var parts: [Part] = []
    rotation.forEachPhase { rows, columns, offset in
      let image = PaddedImage(gradient: output, rows, columns)
      let slide = KernelSlide(
        image: image, layout: rotation.layout(rows, columns), inputStep: 1,
        // A phase that begins inside dy skips the pixels before it.
        skip: max(rows.start, 0) * image.rowStride + max(columns.start, 0) * image.pixelStride,
        outputRows: rows.count, outputColumns: columns.count,
        rowStep: stride * input.width * input.vectors, columnStep: stride * input.vectors)
      parts.append(
        Part(
          slide: slide, weightOffset: offset,
          first: (rows.first * input.width + columns.first) * input.vectors))
    }
    self.parts = parts
  }

  var scratchCount: Int { parts.map(\.slide.image.count).max() ?? 0 }

  func run(
    _ x: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: FeatureMap,
    addend: FeatureMap?, epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    run(
      x, images: 0..<x.shape.count, weights: weights, weightStride: 0, bias: bias, into: y,
      adding: addend != nil, epilogue: epilogue, on: pool)
  }

  /// Convolves some images, each with its own weights.
  ///
  /// - Parameter weightStride: Floats from one image's weights to the next's; 0 if they share them.
  func run(
    _ x: FeatureMap, images range: Range<Int>, weights: UnsafePointer<Float>, weightStride: Int,
    bias: UnsafePointer<Float>? = nil, into y: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)?, on pool: WorkerPool
  ) {
    pool.forEachGroup(of: range.count) { group, scratch in
      for part in parts {
        part.slide.image.clearFrame(scratch)
        for index in group {
          let image = range.lowerBound + index
          part.slide.run(
            image: x.base + image * inputStride, scratch: scratch,
            weight: weights + (part.weightOffset + index * weightStride),
            bias: bias.map { asVectors($0) },
            target: asVectors(y.base + image * outputStride) + part.first, adding: adding)
          if parts.count == 1 { epilogue?.run(image: image, of: y) }
        }
      }
      // With several phases, an image is finished after the last one.
      guard parts.count > 1, let epilogue else { return }
      for index in group { epilogue.run(image: range.lowerBound + index, of: y) }
    }
  }
}

extension PaddedImage {
  /// The input with the border that the filter reaches.
  init(inputOf sizes: ConvolutionSizes) {
    let (geometry, input, output) = (sizes.geometry, sizes.input, sizes.output)
    let columns = Self.wholeQuads(output.width)
    let reach = (columns - 1) * geometry.stride + geometry.kernelWidth
    let rows = (output.height - 1) * geometry.stride + geometry.kernelHeight
    self.init(
      input, top: geometry.padding, left: geometry.padding,
      bottom: max(rows - geometry.padding - input.height, 0),
      right: max(reach - geometry.padding - input.width, 0), kernelWidth: geometry.kernelWidth)
  }

  /// dy with the border that a phase's rotated weights reach.
  fileprivate init(
    gradient dy: FeatureMapShape, _ rows: WeightRotation.Phase, _ columns: WeightRotation.Phase
  ) {
    let reach = Self.wholeQuads(columns.count)
    self.init(
      dy, top: max(-rows.start, 0), left: max(-columns.start, 0),
      bottom: max(rows.start + rows.count - 1 + rows.tapCount - dy.height, 0),
      right: max(columns.start + reach - 1 + columns.tapCount - dy.width, 0),
      kernelWidth: columns.tapCount)
  }

  private static func wholeQuads(_ columns: Int) -> Int {
    (columns + KernelSlide.quadSize - 1) / KernelSlide.quadSize * KernelSlide.quadSize
  }
}
