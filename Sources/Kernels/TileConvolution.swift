import Tensors

/// Convolution by the tile unit. What `DirectConvolution` computes with vectors of float32, this computes
/// with tiles of bfloat16: one product for maps that are stored so, six for those in float32.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `layout` says.
public struct TileConvolution: Sendable {
  /// Whether this processor, this build and the system offer tiles.
  public static var isAvailable: Bool { TileUnit.isAvailable }

  let direct: DirectConvolution
  let parts: Int

  /// Bytes of frames beside which the second cache still holds a pair's weights.
  static let cachedFrames = 524_288
  /// Bytes of a kernel that stays in the second cache while images pass one by one.
  private static let cachedKernel = 786_432

  public init(_ geometry: ConvolutionGeometry, input: FeatureMapShape) {
    direct = DirectConvolution(geometry, input: input)
    parts = input.arithmetic == .float32 ? 3 : 1
  }

  private var geometry: ConvolutionGeometry { direct.geometry }
  private var input: FeatureMapShape { direct.input }
  var output: FeatureMapShape { direct.output }

  private var forwardSlide: TileSlide {
    let lanes = output.channelStride / FeatureMapShape.vectorWidth
    return TileSlide(
      frame: TileFrame(
        input, parts: parts, top: geometry.padding, left: geometry.padding,
        stride: geometry.stride, kernelHeight: geometry.kernelHeight,
        kernelWidth: geometry.kernelWidth, outputRows: output.height,
        outputColumns: output.width),
      kernel: TileKernel(layout: direct.layout, parts: parts), skip: 0,
      outputRows: output.height, outputColumns: output.width, rowStep: output.width * lanes,
      columnStep: lanes)
  }

  /// A phase of the input gradient: a plain convolution of dy by a turned kernel.
  private func slide(
    _ rows: DirectConvolution.Phase, _ columns: DirectConvolution.Phase
  ) -> TileSlide {
    let lanes = input.channelStride / FeatureMapShape.vectorWidth
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
      rowStep: geometry.stride * input.width * lanes, columnStep: geometry.stride * lanes)
  }

  /// Images whose frames stand side by side, so that a large kernel is fetched once for all of them.
  private func imagesInPass(_ slide: TileSlide) -> Int {
    guard 4 * slide.kernel.count > Self.cachedKernel else { return 1 }
    return min(max(Self.cachedFrames / (4 * slide.frame.count), 1), 8)
  }

  private func scratchCount(_ slide: TileSlide) -> Int {
    TileSums.vectorCount * FeatureMapShape.vectorWidth + imagesInPass(slide) * slide.frame.count
  }

  /// Floats of scratch memory that a worker needs in a forward pass.
  public var scratchCount: Int { scratchCount(forwardSlide) }

  /// Floats of scratch memory that a worker needs in an input gradient.
  public var inputGradientScratchCount: Int {
    var count = 0
    direct.forEachPhase { rows, columns, _ in
      count = max(count, scratchCount(slide(rows, columns)))
    }
    return count
  }

  /// Floats of a packed kernel, forward or turned.
  public var packedCount: Int {
    var count = forwardSlide.kernel.count
    direct.forEachPhase { rows, columns, _ in
      count = max(count, slide(rows, columns).kernel.count)
    }
    return count
  }

  /// y = convolution of x (+ bias).
  ///
  /// - Parameter packed: `packedCount` floats.
  public func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    packed: UnsafeMutablePointer<Float>, into y: FeatureMap, on pool: WorkerPool
  ) {
    run(
      forwardSlide, x, kernel: weight, bias: bias, packed: packed, into: y, skipping: 0,
      adding: false, on: pool)
  }

  /// dx = (or +=) the transposed convolution of dy: phase by phase a plain one.
  ///
  /// - Parameters:
  ///   - turned: The kernel as `DirectConvolution.turn` writes it.
  ///   - packed: `packedCount` floats.
  public func inputGradient(
    _ dy: FeatureMap, turned: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>,
    into dx: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    let lanes = input.channelStride / FeatureMapShape.vectorWidth
    direct.forEachPhase { rows, columns, offset in
      run(
        slide(rows, columns), dy, kernel: turned + offset, bias: nil, packed: packed, into: dx,
        skipping: (rows.first * input.width + columns.first) * lanes, adding: adding, on: pool)
    }
  }

  private func run(
    _ slide: TileSlide, _ x: FeatureMap, kernel: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, packed: UnsafeMutablePointer<Float>, into y: FeatureMap,
    skipping skipped: Int, adding: Bool, on pool: WorkerPool
  ) {
    let rows = slide.kernel.layout.kernelHeight
    let weights = UnsafeMutableRawPointer(packed)
    pool.forEachPiece(slide.kernel.pairCount * rows) { piece, _ in
      let pair = piece / rows
      slide.kernel.pack(
        pair: pair, kernelRow: piece % rows, into: weights + slide.kernel.pairOffset(pair)
      ) { place in vectors(kernel + place).pointee }
    }
    let imagesInPass = imagesInPass(slide)
    let frameCount = slide.frame.count
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      TileSums.begin()
      let sums = TileSums(memory: vectors(scratch))
      let frames = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      for index in 0..<min(imagesInPass, images.count) {
        slide.frame.clear(frames + index * frameCount)
      }
      var first = images.lowerBound
      while first < images.upperBound {
        let count = min(imagesInPass, images.upperBound - first)
        for index in 0..<count {
          slide.frame.fill(
            frames + index * frameCount, from: x, image: first + index)
        }
        for pair in 0..<slide.kernel.pairCount {
          let weights = weights + slide.kernel.pairOffset(pair)
          for index in 0..<count {
            let frame = frames + index * frameCount
            switch y.shape.precision {
            case .float32:
              slide.run(
                pair: pair, image: frame, weights: weights, bias: bias.map { vectors($0) },
                target: PixelVectors<Float>(y, image: first + index) + skipped, adding: adding,
                sums: sums)
            case .bfloat16:
              slide.run(
                pair: pair, image: frame, weights: weights, bias: bias.map { vectors($0) },
                target: PixelVectors<BFloat16>(y, image: first + index) + skipped,
                adding: adding, sums: sums)
            }
          }
        }
        first += count
      }
      TileSums.end()
    }
  }
}
