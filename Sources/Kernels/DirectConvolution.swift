import Tensors

/// Convolution straight from the image: each vector of output channels of each pixel is a sum over the
/// patch of one input number times one vector of weights.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight `[kh, kw, C, O]`, C and O padded as in the maps.
/// Source of the blocking: Georganas et al., 2018, arXiv:1808.05567, section 2.
public struct DirectConvolution: Sendable {
  let geometry: ConvolutionGeometry
  let input: FeatureMapShape
  let output: FeatureMapShape

  /// - Parameter input: The input's shape.
  public init(_ geometry: ConvolutionGeometry, input: FeatureMapShape) {
    self.geometry = geometry
    self.input = input
    output = geometry.outputShape(for: input)
  }

  /// Pixels of the widest tile.
  static let tile = 2 * OuterProduct.rows

  /// The input with the border that its kernel reaches.
  var paddedInput: PaddedImage {
    let columns = (output.width + Self.tile - 1) / Self.tile * Self.tile
    let reach = (columns - 1) * geometry.stride + geometry.kernelWidth
    let rows = (output.height - 1) * geometry.stride + geometry.kernelHeight
    return PaddedImage(
      input, top: geometry.padding, left: geometry.padding,
      bottom: max(rows - geometry.padding - input.height, 0),
      right: max(reach - geometry.padding - input.width, 0))
  }

  /// Floats of scratch memory that a worker needs in a forward pass and in a weight gradient.
  public var scratchCount: Int { paddedInput.count }

  /// Floats of one kernel, padding included.
  public var kernelCount: Int {
    geometry.kernelHeight * geometry.kernelWidth * input.channelStride * output.channelStride
  }

  /// y = convolution of x (+ bias).
  ///
  /// - Parameter weightStride: Floats from one image's kernel to the next's; 0 where all share one.
  public func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, weightStride: Int = 0,
    bias: UnsafePointer<Float>?, into y: FeatureMap, on pool: WorkerPool
  ) {
    let slide = KernelSlide(
      image: paddedInput, kernelHeight: geometry.kernelHeight,
      runLength: geometry.kernelWidth * input.channelStride,
      inputStep: geometry.stride, outputRows: output.height, outputColumns: output.width,
      outputLanes: output.channelStride / FeatureMapShape.vectorWidth)
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      slide.image.clearFrame(scratch)
      for image in images {
        slide.run(
          image: x.base + image * input.imageStride, scratch: scratch,
          weight: vectors(weight + image * weightStride), bias: bias.map { vectors($0) },
          target: vectors(y.base + image * output.imageStride),
          rowStep: output.width * slide.outputLanes, columnStep: slide.outputLanes, adding: false)
      }
    }
  }
}

/// A kernel sliding over a padded image: the loop nest shared by the forward pass and, with turned
/// kernels, the input gradient.
///
/// Each row of the kernel is summed by itself and added to what stands. One sum over the whole patch
/// would save those additions, a few percent, and round more; docs/kernels.md has what that costs.
struct KernelSlide: Sendable {
  let image: PaddedImage
  /// At least one.
  let kernelHeight: Int
  /// Floats of a patch in one row.
  let runLength: Int
  /// Pixels from one patch to the next, both ways.
  let inputStep: Int
  let outputRows: Int
  let outputColumns: Int
  /// Vectors of output channels.
  let outputLanes: Int

  /// Slides over one image.
  ///
  /// - Parameters:
  ///   - scratch: A padded frame whose border is zero.
  ///   - skip: Floats of the frame before the first patch.
  ///   - rowStep, columnStep: Vectors from one output row or pixel to the next.
  @inline(__always)
  func run(
    image source: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    skipping skip: Int = 0, weight: UnsafePointer<Vector>, bias: UnsafePointer<Vector>?,
    target: UnsafeMutablePointer<Vector>, rowStep: Int, columnStep: Int, adding: Bool
  ) {
    var copied = 0
    // Channels outside, rows inside: the weights of two vectors of channels stay in the cache while
    // the image, which is small, passes by.
    for lane in stride(from: 0, to: outputLanes, by: 2) {
      for row in 0..<outputRows {
        let needed = row * inputStep + kernelHeight + skip / image.rowStride
        while copied < needed {
          image.copyRow(copied, from: source, into: scratch)
          copied += 1
        }
        let patch = UnsafePointer(scratch + skip + row * inputStep * image.rowStride)
        let rowTarget = target + row * rowStep + lane
        if lane + 2 <= outputLanes {
          twoLanes(
            patch, weight + lane, bias.map { $0 + lane }, rowTarget, columnStep, adding)
        } else {
          oneLane(
            patch, weight + lane, bias.map { $0 + lane }, rowTarget, columnStep, adding)
        }
      }
    }
  }

  /// A row of two vectors of channels, eight pixels at a time.
  @inline(__always)
  private func twoLanes(
    _ patch: UnsafePointer<Float>, _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ columnStep: Int, _ adding: Bool
  ) {
    let step = inputStep * image.shape.channelStride
    var column = 0
    while column < outputColumns {
      let count = min(outputColumns - column, OuterProduct.rows)
      let pixels = target + column * columnStep
      var weights = weight
      for kernelRow in 0..<kernelHeight {
        let isFirst = kernelRow == 0
        var first = OuterProduct(isFirst ? bias?[0] ?? .zero : .zero)
        var second = OuterProduct(isFirst ? bias?[1] ?? .zero : .zero)
        var run = patch + kernelRow * image.rowStride + column * step
        for _ in 0..<runLength {
          first.add(run, step: step, weights[0])
          second.add(run, step: step, weights[1])
          weights += outputLanes
          run += 1
        }
        first.write(to: pixels, step: columnStep, count: count, adding: adding || !isFirst)
        second.write(to: pixels + 1, step: columnStep, count: count, adding: adding || !isFirst)
      }
      column += OuterProduct.rows
    }
  }

  /// A row of one vector of channels, sixteen pixels at a time.
  @inline(__always)
  private func oneLane(
    _ patch: UnsafePointer<Float>, _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ columnStep: Int, _ adding: Bool
  ) {
    let step = inputStep * image.shape.channelStride
    let half = OuterProduct.rows
    var column = 0
    while column < outputColumns {
      let left = outputColumns - column
      let pixels = target + column * columnStep
      var weights = weight
      for kernelRow in 0..<kernelHeight {
        let isFirst = kernelRow == 0
        var first = OuterProduct(isFirst ? bias?[0] ?? .zero : .zero)
        var second = OuterProduct(isFirst ? bias?[0] ?? .zero : .zero)
        var run = patch + kernelRow * image.rowStride + column * step
        for _ in 0..<runLength {
          first.add(run, step: step, weights[0])
          second.add(run + half * step, step: step, weights[0])
          weights += outputLanes
          run += 1
        }
        first.write(
          to: pixels, step: columnStep, count: min(left, half), adding: adding || !isFirst)
        second.write(
          to: pixels + half * columnStep, step: columnStep, count: min(left - half, half),
          adding: adding || !isFirst)
      }
      column += DirectConvolution.tile
    }
  }
}
