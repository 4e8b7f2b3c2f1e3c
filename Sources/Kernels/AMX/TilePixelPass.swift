import Tensors

/// A convolution of small maps by products of bfloat16, one output pixel of many images at a time.
///
/// `TilePass` reads each image in a frame of zeros, which it also multiplies: for a 5×5 map, a 3×3
/// filter reads 225 pixels, of which 169 are inside the map. Here a pixel tile holds the same pixel
/// of successive images, so a sum has only the taps inside the map.
///
/// The results have the same bits as those of `TilePass`, since zeros do not change a sum.
struct TilePixelPass: MapPass {
  private let kernel: TileKernel
  /// An image without a border.
  private let frame: TileFrame
  private let output: FeatureMapShape
  private let padding: Int

  /// Images whose frames are in memory at the same time: the rows of two pixel tiles.
  private static let imagesAtOnce = 2 * TileUnit.width

  /// Whether this pass supports maps of bfloat16 with these sizes. A sum may begin at any column of
  /// the filter, so the weights of each column must be whole weight tiles.
  ///
  /// - Parameter inputs: The number of channels that are summed.
  static func fits(_ geometry: ConvolutionGeometry, input: FeatureMapShape, inputs: Int) -> Bool {
    geometry.stride == 1 && inputs % TileUnit.depth == 0 && input.precision == .bfloat16
      && geometry.outputShape(for: input).precision == .bfloat16
  }

  /// - Precondition: `fits` is true.
  init(layout: KernelLayout, input: FeatureMapShape, output: FeatureMapShape, padding: Int) {
    kernel = TileKernel(layout: layout, parts: 1)
    frame = TileFrame(
      input, parts: 1, top: 0, left: 0, stride: 1, kernelHeight: 1, kernelWidth: 1,
      outputRows: input.height, outputColumns: input.width)
    self.output = output
    self.padding = padding
  }

  /// Sums and frames.
  var scratchCount: Int {
    TileSums.vectorCount * FeatureMapShape.vectorWidth + Self.imagesAtOnce * frame.count
  }

  /// Packed weights.
  var sharedCount: Int { kernel.count }

  func run(
    _ x: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: FeatureMap,
    addend: FeatureMap?, epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let packed = UnsafeMutableRawPointer(shared)
    kernel.pack(weights, into: packed, on: pool)
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      let sums = TileSums.begin(memory: scratch)
      let frames = scratch + TileSums.vectorCount * FeatureMapShape.vectorWidth
      frames.update(repeating: 0, count: Self.imagesAtOnce * frame.count)
      var first = images.lowerBound
      while first < images.upperBound {
        let some = first..<min(first + Self.imagesAtOnce, images.upperBound)
        for image in some {
          frame.fill(frames + (image - first) * frame.count, from: x, image: image)
        }
        for pair in 0..<kernel.pairCount {
          for pixel in 0..<output.pixelCount {
            sum(pixel, pair, frames, packed + kernel.pairOffset(pair), images: some.count, sums)
            write(
              sums, to: y, some, pixel, pair, bias: bias.map { asVectors($0) },
              adding: addend != nil)
          }
        }
        if let epilogue {
          for image in some { epilogue.run(image: image, of: y) }
        }
        first = some.upperBound
      }
      sums.end()
    }
  }

  /// Sums an output pixel's taps inside the map, for some images.
  @inline(__always)
  private func sum(
    _ pixel: Int, _ pair: Int, _ frames: UnsafePointer<Float>, _ weights: UnsafeRawPointer,
    images: Int, _ sums: TileSums
  ) {
    let (tiles, rowBytes) = (kernel.tiles(inPair: pair), kernel.rowBytes(pair: pair))
    let rows = taps(of: kernel.layout.kernelHeight, at: pixel / output.width, frame.shape.height)
    let columns = taps(of: kernel.layout.kernelWidth, at: pixel % output.width, frame.shape.width)
    let first =
      (pixel / output.width - padding + rows.lowerBound) * frame.shape.width
      + pixel % output.width - padding + columns.lowerBound
    let lineBytes = 2 * frame.offset(ofKernelRow: 1)
    let columnSteps = kernel.layout.inputs / TileUnit.depth
    let imageBytes = 4 * frame.count
    sums.clear()
    sums.add(
      TileRuns(
        count: rows.count, pairs: columns.count * kernel.layout.inputs / 2, period: 1,
        pixelBytes: (lineBytes, lineBytes), weightBytes: (rowBytes, rowBytes)),
      pixels: UnsafeRawPointer(frames) + 2 * first * frame.pixelStride, pixelStep: imageBytes,
      tileStep: images > TileUnit.width ? TileUnit.width * imageBytes : nil,
      counts: (min(images, TileUnit.width), images - TileUnit.width),
      weights: weights + rows.lowerBound * rowBytes
        + columns.lowerBound * columnSteps * tiles * TileUnit.weightBytes,
      weightTiles: tiles)
    sums.finish(pixelTiles: images > TileUnit.width ? 2 : 1, weightTiles: tiles)
  }

  /// The taps of a filter's row or column that are inside the map.
  @inline(__always)
  private func taps(of size: Int, at place: Int, _ extent: Int) -> Range<Int> {
    let first = max(padding - place, 0)
    return first..<max(min(size, extent + padding - place), first)
  }

  @inline(__always)
  private func write(
    _ sums: TileSums, to y: FeatureMap, _ images: Range<Int>, _ pixel: Int, _ pair: Int,
    bias: UnsafePointer<Vector>?, adding: Bool
  ) {
    for (index, image) in images.enumerated() {
      sums.write(
        pixel: index, tiles: kernel.tiles(inPair: pair), bias: bias.map { $0 + 2 * pair },
        to: PixelVectors<BFloat16>(y, image: image) + (pixel * output.vectors + 2 * pair),
        adding: adding)
    }
  }
}
