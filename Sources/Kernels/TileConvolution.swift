import Tensors

/// Convolution by the tile unit. What `DirectConvolution` computes with vectors of float32, this computes
/// with tiles of bfloat16: one product for maps that are stored so, six for those in float32.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `layout` says.
struct TileConvolution: Sendable {
  let direct: DirectConvolution
  let parts: Int

  /// Bytes of frames beside which the second cache still holds a pair's weights.
  static let cachedFrames = 524_288
  /// Bytes of a kernel that stays in the second cache while images pass one by one.
  private static let cachedKernel = 786_432

  init(_ direct: DirectConvolution) {
    self.direct = direct
    parts = TileParts.count(in: direct.input.arithmetic)
  }

  private var geometry: ConvolutionGeometry { direct.geometry }
  private var input: FeatureMapShape { direct.input }
  var output: FeatureMapShape { direct.output }

  private var forwardSlide: TileSlide {
    TileSlide(
      frame: TileFrame(
        input, parts: parts, top: geometry.padding, left: geometry.padding,
        stride: geometry.stride, kernelHeight: geometry.kernelHeight,
        kernelWidth: geometry.kernelWidth, outputRows: output.height,
        outputColumns: output.width),
      kernel: TileKernel(layout: direct.layout, parts: parts), skip: 0,
      outputRows: output.height, outputColumns: output.width,
      rowStep: output.width * output.lanes, columnStep: output.lanes)
  }

  /// A phase of the input gradient: a plain convolution of dy by a turned kernel.
  private func slide(
    _ rows: DirectConvolution.Phase, _ columns: DirectConvolution.Phase
  ) -> TileSlide {
    let layout = direct.turnedLayout(rows, columns)
    let (skipRows, skipColumns) = (max(rows.start, 0), max(columns.start, 0))
    let frame = TileFrame(
      output, parts: parts, top: max(-rows.start, 0), left: max(-columns.start, 0), stride: 1,
      kernelHeight: layout.kernelHeight, kernelWidth: layout.kernelWidth,
      outputRows: skipRows + rows.count, outputColumns: skipColumns + columns.count)
    return TileSlide(
      frame: frame, kernel: TileKernel(layout: layout, parts: parts),
      skip: frame.offset(ofKernelRow: skipRows) + skipColumns * frame.pixelStride,
      outputRows: rows.count, outputColumns: columns.count,
      rowStep: geometry.stride * input.width * input.lanes,
      columnStep: geometry.stride * input.lanes)
  }

  /// Images whose frames stand side by side, so that a large kernel, or a bank of them, is fetched once for
  /// all of them.
  private func imagesInPass(_ slide: TileSlide, mixing: Bool) -> Int {
    guard mixing || 4 * slide.kernel.count > Self.cachedKernel else { return 1 }
    return min(max(Self.cachedFrames / (4 * slide.frame.count), 1), 8)
  }

  /// Scratch memory for sums, frames, and one pair's weights where each image has its own.
  private func scratchCount(_ slide: TileSlide) -> Int {
    TileSums.vectorCount * FeatureMapShape.vectorWidth
      + imagesInPass(slide, mixing: true) * slide.frame.count
      + slide.kernel.pairOffset(1) / 4
  }

  /// Floats of scratch memory that a worker needs in a forward pass.
  var scratchCount: Int { scratchCount(forwardSlide) }

  /// Floats of scratch memory that a worker needs in an input gradient.
  var inputGradientScratchCount: Int {
    var count = 0
    direct.forEachPhase { rows, columns, _ in
      count = max(count, scratchCount(slide(rows, columns)))
    }
    return count
  }

  /// Floats of a packed kernel.
  var packedCount: Int { forwardSlide.kernel.count }

  /// Floats of a packed kernel of an input gradient.
  var packedTurnedCount: Int {
    var count = 0
    direct.forEachPhase { rows, columns, _ in
      count = max(count, slide(rows, columns).kernel.count)
    }
    return count
  }

  /// y = convolution of x (+ bias).
  ///
  /// - Parameter packed: `packedCount` floats.
  func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    packed: UnsafeMutablePointer<Float>, into y: FeatureMap, imageSums: ImageSums?,
    on pool: WorkerPool
  ) {
    run(
      forwardSlide, x, kernel: weight, bias: bias, packed: packed, into: y, skipping: 0,
      adding: false, imageSums: imageSums, on: pool)
  }

  /// dx = (or +=) the transposed convolution of dy: phase by phase a plain one.
  ///
  /// - Parameters:
  ///   - turned: The kernel as `DirectConvolution.turn` writes it.
  ///   - packed: `packedTurnedCount` floats.
  func inputGradient(
    _ dy: FeatureMap, turned: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>,
    into dx: FeatureMap, adding: Bool, imageSums: ImageSums?, on pool: WorkerPool
  ) {
    direct.forEachPhase { rows, columns, offset in
      run(
        slide(rows, columns), dy, kernel: turned + offset, bias: nil, packed: packed, into: dx,
        skipping: (rows.first * input.width + columns.first) * input.lanes, adding: adding,
        imageSums: direct.hasOnePhase ? imageSums : nil, on: pool)
    }
    if !direct.hasOnePhase { imageSums?.take(dx, on: pool) }
  }

  private func run(
    _ slide: TileSlide, _ x: FeatureMap, kernel: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, packed: UnsafeMutablePointer<Float>, into y: FeatureMap,
    skipping skipped: Int, adding: Bool, imageSums: ImageSums?, on pool: WorkerPool
  ) {
    let rows = slide.kernel.layout.kernelHeight
    let weights = UnsafeMutableRawPointer(packed)
    pool.forEachPiece(slide.kernel.pairCount * rows) { piece, _ in
      let pair = piece / rows
      slide.kernel.pack(
        pair: pair, kernelRow: piece % rows, into: weights + slide.kernel.pairOffset(pair)
      ) { place in vectors(kernel + place).pointee }
    }
    sweep(
      slide, x, bias: bias, into: y, skipping: skipped, adding: adding, imageSums: imageSums,
      mixing: false, on: pool
    ) { pair, _, _ in
      UnsafeRawPointer(weights + slide.kernel.pairOffset(pair))
    }
  }

  /// Slides over all images; `weights` finds the weights of a pair for an image, and may write them into
  /// the memory it is given.
  @inline(__always)
  private func sweep(
    _ slide: TileSlide, _ x: FeatureMap, bias: UnsafePointer<Float>?, into y: FeatureMap,
    skipping skipped: Int, adding: Bool, imageSums: ImageSums?, mixing: Bool,
    on pool: WorkerPool,
    weights: (_ pair: Int, _ image: Int, _ memory: UnsafeMutableRawPointer) -> UnsafeRawPointer
  ) {
    let imagesInPass = imagesInPass(slide, mixing: mixing)
    let frameCount = slide.frame.count
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      let sums = TileSums.begin(memory: scratch)
      let frames = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      let memory = UnsafeMutableRawPointer(frames + imagesInPass * frameCount)
      for index in 0..<min(imagesInPass, images.count) {
        slide.frame.clear(frames + index * frameCount)
      }
      var first = images.lowerBound
      while first < images.upperBound {
        let count = min(imagesInPass, images.upperBound - first)
        for index in 0..<count {
          slide.frame.fill(frames + index * frameCount, from: x, image: first + index)
        }
        for pair in 0..<slide.kernel.pairCount {
          for index in 0..<count {
            let frame = frames + index * frameCount
            let weights = weights(pair, first + index, memory)
            let bias = bias.map { vectors($0) }
            switch y.shape.precision {
            case .float32:
              slide.run(
                pair: pair, image: frame, weights: weights, bias: bias,
                target: PixelVectors<Float>(y, image: first + index) + skipped, adding: adding,
                sums: sums)
            case .bfloat16:
              slide.run(
                pair: pair, image: frame, weights: weights, bias: bias,
                target: PixelVectors<BFloat16>(y, image: first + index) + skipped,
                adding: adding, sums: sums)
            }
          }
        }
        if let imageSums {
          for index in 0..<count { imageSums.take(image: first + index, of: y) }
        }
        first += count
      }
      sums.end()
    }
  }
}

extension TileConvolution {
  /// y = the convolution of each image with its own mixture of the kernels of a bank. A pair of output
  /// vectors at a time is mixed and packed in one, and used at once, while the bank's share is in the
  /// second cache.
  func forward(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, imageSums: ImageSums?,
    on pool: WorkerPool
  ) {
    run(
      forwardSlide, x, bank: bank, into: y, skipping: 0, adding: false, imageSums: imageSums,
      on: pool)
  }

  /// dx = (or +=) the transposed convolution of dy with the mixtures.
  ///
  /// - Parameter turned: The bank's kernels as `DirectConvolution.turn` writes them.
  func inputGradient(
    _ dy: FeatureMap, turned: KernelBank, into dx: FeatureMap, adding: Bool,
    imageSums: ImageSums?, on pool: WorkerPool
  ) {
    direct.forEachPhase { rows, columns, offset in
      run(
        slide(rows, columns), dy, bank: turned.skipping(offset), into: dx,
        skipping: (rows.first * input.width + columns.first) * input.lanes, adding: adding,
        imageSums: direct.hasOnePhase ? imageSums : nil, on: pool)
    }
    if !direct.hasOnePhase { imageSums?.take(dx, on: pool) }
  }

  private func run(
    _ slide: TileSlide, _ x: FeatureMap, bank: KernelBank, into y: FeatureMap,
    skipping skipped: Int, adding: Bool, imageSums: ImageSums?, on pool: WorkerPool
  ) {
    sweep(
      slide, x, bias: nil, into: y, skipping: skipped, adding: adding, imageSums: imageSums,
      mixing: true, on: pool
    ) { pair, image, memory in
      for row in 0..<slide.kernel.layout.kernelHeight {
        slide.kernel.pack(pair: pair, kernelRow: row, into: memory) { place in
          bank.mixed(at: place, image: image)
        }
      }
      return UnsafeRawPointer(memory)
    }
  }
}
