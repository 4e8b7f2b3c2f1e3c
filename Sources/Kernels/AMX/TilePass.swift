import Tensors

/// A convolution by products of bfloat16: one product for bfloat16 maps, six products of three
/// parts for float32 maps.
struct TilePass: MapPass {
  /// A plain convolution that writes all pixels of the output, or those of one phase.
  private struct Part {
    let slide: TileSlide
    /// Floats of weights before those of this part.
    let weightOffset: Int
    /// Vectors of the output before the first one written.
    let first: Int
  }

  private let parts: [Part]

  /// Bytes of frames: few enough to leave room for a pair's weights in the L2 cache.
  static let cachedFrames = 524_288
  /// Bytes of weights that stay in the L2 cache while images are computed one by one.
  private static let cachedWeights = 786_432

  /// A pass that computes the output of a convolution.
  init(_ sizes: ConvolutionSizes) {
    let (geometry, input, output) = (sizes.geometry, sizes.input, sizes.output)
    let count = TileParts.count(in: input.arithmetic)
    let frame = TileFrame(
      input, parts: count, top: geometry.padding, left: geometry.padding, stride: geometry.stride,
      kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth,
      outputRows: output.height, outputColumns: output.width)
    parts = [
      Part(
        slide: TileSlide(
          frame: frame, kernel: TileKernel(layout: sizes.layout, parts: count), skip: 0,
          outputRows: output.height, outputColumns: output.width,
          rowStep: output.width * output.vectors, columnStep: output.vectors),
        weightOffset: 0, first: 0)
    ]
  }

  /// A pass that computes the input gradient, phase by phase.
  init(_ rotation: WeightRotation) {
    let (input, output) = (rotation.sizes.input, rotation.sizes.output)
    let stride = rotation.sizes.geometry.stride
    let count = TileParts.count(in: input.arithmetic)
    var parts: [Part] = []
    rotation.forEachPhase { rows, columns, offset in
      let layout = rotation.layout(rows, columns)
      let (skipRows, skipColumns) = (max(rows.start, 0), max(columns.start, 0))
      let frame = TileFrame(
        output, parts: count, top: max(-rows.start, 0), left: max(-columns.start, 0), stride: 1,
        kernelHeight: layout.kernelHeight, kernelWidth: layout.kernelWidth,
        outputRows: skipRows + rows.count, outputColumns: skipColumns + columns.count)
      let slide = TileSlide(
        frame: frame, kernel: TileKernel(layout: layout, parts: count),
        skip: frame.offset(ofKernelRow: skipRows) + skipColumns * frame.pixelStride,
        outputRows: rows.count, outputColumns: columns.count,
        rowStep: stride * input.width * input.vectors, columnStep: stride * input.vectors)
      parts.append(
        Part(
          slide: slide, weightOffset: offset,
          first: (rows.first * input.width + columns.first) * input.vectors))
    }
    self.parts = parts
  }

  /// Sums, frames, and one pair's weights if each image has its own.
  var scratchCount: Int {
    parts.map { part in
      TileSums.vectorCount * FeatureMapShape.vectorWidth
        + imagesInPass(part.slide, mixing: true) * part.slide.frame.count
        + part.slide.kernel.pairOffset(1) / 4
    }.max() ?? 0
  }

  /// Packed weights.
  var sharedCount: Int { parts.map(\.slide.kernel.count).max() ?? 0 }

  func run(
    _ x: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: FeatureMap,
    addend: FeatureMap?, epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let packed = UnsafeMutableRawPointer(shared)
    for part in parts {
      let kernel = part.slide.kernel
      kernel.pack(weights + part.weightOffset, into: packed, on: pool)
      sweep(
        part, x, bias: bias, into: y, adding: addend != nil, epilogue: epilogue, mixing: false,
        on: pool
      ) { pair, _, _ in UnsafeRawPointer(packed + kernel.pairOffset(pair)) }
    }
    finish(y, epilogue, on: pool)
  }

  /// With several phases, an image is finished after the last one.
  private func finish(_ y: FeatureMap, _ epilogue: (any ImageEpilogue)?, on pool: WorkerPool) {
    if parts.count > 1 { epilogue?.run(on: y, pool) }
  }

  /// Images whose frames are in memory at the same time, so that large weights, or a bank, are
  /// loaded once for all of them.
  private func imagesInPass(_ slide: TileSlide, mixing: Bool) -> Int {
    guard mixing || 4 * slide.kernel.count > Self.cachedWeights else { return 1 }
    return min(max(Self.cachedFrames / (4 * slide.frame.count), 1), 8)
  }

  /// Computes all images.
  ///
  /// - Parameter weights: Returns a pair's weights for an image, and may write them to `memory`.
  @inline(__always)
  private func sweep(
    _ part: Part, _ x: FeatureMap, bias: UnsafePointer<Float>?, into y: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)?, mixing: Bool, on pool: WorkerPool,
    weights: (_ pair: Int, _ image: Int, _ memory: UnsafeMutableRawPointer) -> UnsafeRawPointer
  ) {
    let slide = part.slide
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
            let bias = bias.map { asVectors($0) }
            switch y.shape.precision {
            case .float32:
              slide.run(
                pair: pair, image: frame, weights: weights, bias: bias,
                target: PixelVectors<Float>(y, image: first + index) + part.first, adding: adding,
                sums: sums)
            case .bfloat16:
              slide.run(
                pair: pair, image: frame, weights: weights, bias: bias,
                target: PixelVectors<BFloat16>(y, image: first + index) + part.first,
                adding: adding, sums: sums)
            }
          }
        }
        if parts.count == 1, let epilogue {
          for index in 0..<count { epilogue.run(image: first + index, of: y) }
        }
        first += count
      }
      sums.end()
    }
  }
}

extension TilePass: BankPass {
  /// Mixes and packs the weights of one pair of output vectors at a time, and uses them
  /// immediately, while that part of the bank is in the L2 cache.
  func run(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    for part in parts {
      let (kernel, bank) = (part.slide.kernel, bank.skipping(part.weightOffset))
      sweep(
        part, x, bias: nil, into: y, adding: adding, epilogue: epilogue, mixing: true, on: pool
      ) { pair, image, memory in
        for row in 0..<kernel.layout.kernelHeight {
          kernel.pack(pair: pair, kernelRow: row, into: memory) { place in
            bank.mixed(at: place, image: image)
          }
        }
        return UnsafeRawPointer(memory)
      }
    }
    finish(y, epilogue, on: pool)
  }

  func sharedCount(bank: Int, images: Int) -> Int { 0 }
}
