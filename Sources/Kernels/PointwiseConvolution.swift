import Tensors

/// Convolution by kernels of one pixel with stride 1: a product of matrices whose rows are pixels. Maps are
/// read where they lie.
///
/// Shapes: x `[N, H, W, C]`, y `[N, H, W, O]`, weight as `KernelLayout` says.
struct PointwiseConvolution: Sendable {
  let direct: DirectConvolution
  /// Whether maps have left the caches when they are read.
  let prefetches: Bool

  init(_ direct: DirectConvolution, prefetches: Bool) {
    (self.direct, self.prefetches) = (direct, prefetches)
  }

  /// Whether these sizes are what it is about, and both maps are stored alike.
  static func fits(_ geometry: ConvolutionGeometry, input: FeatureMapShape) -> Bool {
    geometry.kernelHeight == 1 && geometry.kernelWidth == 1 && geometry.stride == 1
      && geometry.padding == 0 && input.fillsVectors
      && geometry.outputShape(for: input).precision == input.precision
  }

  private var forwardPass: PointwisePass {
    PointwisePass(
      layout: direct.layout, input: direct.input, output: direct.output,
      prefetches: prefetches)
  }

  private var inputGradientPass: PointwisePass {
    PointwisePass(
      layout: direct.turnedLayout, input: direct.output, output: direct.input,
      prefetches: prefetches)
  }

  /// Floats of scratch memory that a worker needs in a forward pass.
  var scratchCount: Int { forwardPass.scratchCount }

  /// Floats of scratch memory that a worker needs in an input gradient.
  var inputGradientScratchCount: Int { inputGradientPass.scratchCount }

  /// Floats of a kernel in pairs of inputs.
  var pairedCount: Int { forwardPass.pairedCount }

  /// Floats of the input gradient's kernel in pairs.
  var pairedTurnedCount: Int { inputGradientPass.pairedCount }

  /// y = convolution of x (+ bias) (+ residual).
  ///
  /// - Parameter paired: `pairedCount` floats.
  func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    residual: FeatureMap?, paired: UnsafeMutablePointer<Float>, into y: FeatureMap,
    imageSums: ImageSums?,
    on pool: WorkerPool
  ) {
    forwardPass.run(
      x, kernel: weight, bias: bias, paired: paired, into: y, addend: residual,
      imageSums: imageSums, on: pool)
  }

  /// dx = (or +=) the transposed convolution of dy.
  ///
  /// - Parameters:
  ///   - turned: The kernel as `DirectConvolution.turn` writes it.
  ///   - paired: `pairedTurnedCount` floats.
  func inputGradient(
    _ dy: FeatureMap, turned: UnsafePointer<Float>, paired: UnsafeMutablePointer<Float>,
    into dx: FeatureMap, adding: Bool, imageSums: ImageSums?, on pool: WorkerPool
  ) {
    inputGradientPass.run(
      dy, kernel: turned, bias: nil, paired: paired, into: dx, addend: adding ? dx : nil,
      imageSums: imageSums, on: pool)
  }
}

/// A pointwise convolution of one map into another.
private struct PointwisePass {
  let layout: KernelLayout
  let input: FeatureMapShape
  let output: FeatureMapShape
  let prefetches: Bool

  /// Pixels whose sums are in the first cache at once, whole blocks of the product.
  private static let pixelsInPass = 4 * MatrixProduct.mostRowsAtOnce

  /// Pairs of inputs.
  private var pairs: Int { (layout.inputs + 1) / 2 }

  var pairedCount: Int {
    input.precision == .float32 ? 0 : pairs * layout.lanes * FeatureMapShape.vectorWidth
  }

  /// Sums of a pass, and its pixels where they end within a block.
  var scratchCount: Int { Self.pixelsInPass * (output.channelStride + input.channelStride) }

  /// - Parameter addend: What is added to y, which may be y itself.
  func run(
    _ x: FeatureMap, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    paired: UnsafeMutablePointer<Float>, into y: FeatureMap, addend: FeatureMap?,
    imageSums: ImageSums?, on pool: WorkerPool
  ) {
    let bias = bias.map { vectors($0) }
    switch x.shape.precision {
    case .float32:
      let product = MatrixProduct(
        inputs: layout.inputs, inputStep: input.channelStride, outputStep: output.lanes)
      run(
        x, Float.self, bias: bias, into: y, addend: addend, imageSums: imageSums, on: pool
      ) { count, pixels, lane, lanes, sums in
        product.run(
          rows: count, pixels.assumingMemoryBound(to: Float.self),
          vectors(kernel + layout.blockOffset(from: lane)), vectors: lanes, into: sums)
      }
    case .bfloat16:
      pair(kernel, into: paired, on: pool)
      let weights = UnsafeRawPointer(paired).assumingMemoryBound(to: Pairs.self)
      let product = MatrixPairProduct(
        pairs: pairs, inputBytes: 2 * input.channelStride, outputStep: output.lanes)
      run(
        x, BFloat16.self, bias: bias, into: y, addend: addend, imageSums: imageSums, on: pool
      ) { count, pixels, lane, lanes, sums in
        product.run(rows: count, pixels, weights + lane * pairs, vectors: lanes, into: sums)
      }
    }
  }

  /// - Parameter multiply: Writes the sums of some pixels for the block of outputs that begins with a lane.
  @inline(__always)
  private func run<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, bias: UnsafePointer<Vector>?, into y: FeatureMap,
    addend: FeatureMap?, imageSums: ImageSums?, on pool: WorkerPool,
    multiply: (
      _ count: Int, _ pixels: UnsafeRawPointer, _ lane: Int, _ lanes: Int,
      _ sums: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    pool.forEachPiece(x.shape.count) { image, scratch in
      run(
        image, x, Element.self, bias: bias, into: y, addend: addend,
        alsoRead: imageSums?.alsoRead, scratch: scratch, multiply: multiply)
      imageSums?.take(image: image, of: y)
    }
  }

  /// Pixels of a product, before which some lines are asked for.
  private static let pixelsInProduct = MatrixProduct.mostRowsAtOnce

  /// One image.
  @inline(__always)
  private func run<Element: VectorElement>(
    _ image: Int, _ x: FeatureMap, _: Element.Type, bias: UnsafePointer<Vector>?,
    into y: FeatureMap, addend: FeatureMap?, alsoRead: FeatureMap?,
    scratch: UnsafeMutablePointer<Float>,
    multiply: (
      _ count: Int, _ pixels: UnsafeRawPointer, _ lane: Int, _ lanes: Int,
      _ sums: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    let outputLanes = output.lanes
    let source = PixelVectors<Element>(x, image: image)
    let target = PixelVectors<Element>(y, image: image)
    let sums = vectors(scratch)
    let rest = PixelVectors<Element>(
      UnsafeMutableRawPointer(scratch + Self.pixelsInPass * output.channelStride))
    for first in stride(from: 0, to: input.pixelCount, by: Self.pixelsInPass) {
      let count = min(Self.pixelsInPass, input.pixelCount - first)
      var pixels = source + first * input.lanes
      if count % MatrixProduct.mostRowsAtOnce > 0 {
        // What a block reads beyond the image may be nobody's.
        for index in 0..<count * input.lanes { rest[index] = pixels[index] }
        pixels = rest
      }
      let place = image * input.pixelCount + first
      let parts = (count + Self.pixelsInProduct - 1) / Self.pixelsInProduct
      var coming =
        prefetches
        ? LinePrefetch(
          x.memory(ofPixels: place + count..<place + count + Self.pixelsInPass),
          y.memory(ofPixels: place..<place + count),
          alsoRead?.memory(ofPixels: place..<place + count), steps: parts * layout.blockCount)
        : nil
      layout.forEachBlock { lane, lanes in
        for pixel in stride(from: 0, to: count, by: Self.pixelsInProduct) {
          coming?.prefetchSome()
          multiply(
            min(count - pixel, Self.pixelsInProduct),
            UnsafeRawPointer((pixels + pixel * input.lanes).memory), lane, lanes,
            sums + (pixel * outputLanes + lane))
        }
      }
      let written = target + first * outputLanes
      let added = addend.map { PixelVectors<Element>($0, image: image) + first * outputLanes }
      for lane in 0..<outputLanes {
        let bias = bias?[lane] ?? .zero
        let places = stride(from: lane, to: count * outputLanes, by: outputLanes)
        if let added {
          for index in places { written[index] = sums[index] + bias + added[index] }
        } else {
          for index in places { written[index] = sums[index] + bias }
        }
      }
    }
  }

  /// Weights of pairs of inputs side by side: `[blocks of outputs][pairs][outputs of a block][2]`.
  private func pair(
    _ kernel: UnsafePointer<Float>, into paired: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let target = UnsafeMutableRawPointer(paired).assumingMemoryBound(to: Pairs.self)
    pool.forEachPiece(layout.lanes) { lane, _ in
      let (first, place) = layout.block(ofLane: lane)
      let step = layout.lanesInBlock(from: first)
      let block = vectors(kernel + layout.blockOffset(from: first)) + place
      for pair in 0..<pairs {
        let second = 2 * pair + 1 < layout.inputs ? block[(2 * pair + 1) * step] : .zero
        target[first * pairs + pair * step + place] = roundedPairs(block[2 * pair * step], second)
      }
    }
  }
}
