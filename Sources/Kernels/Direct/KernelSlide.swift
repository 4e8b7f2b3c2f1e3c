import Tensors

/// A filter sliding over a padded image: the loop nest shared by the forward pass and, with rotated
/// weights, the input gradient.
///
/// Each row of the filter is summed separately and added to the output in memory. A long row is
/// summed in several pieces; several short rows, as over images of three channels, are summed
/// together. One sum over the whole patch would save those additions, a few percent of the time,
/// but round more (docs/kernels.md has the measurements).
struct KernelSlide: Sendable {
  let image: PaddedImage
  let layout: KernelLayout
  /// Pixels from one patch to the next along both axes.
  let inputStep: Int
  /// Floats of the frame before the first patch.
  let skip: Int
  let outputRows: Int
  let outputColumns: Int
  /// Vectors from one output row or pixel to the next.
  let rowStep: Int
  let columnStep: Int

  /// Taps in one sum: their weights, two vectors for each tap or 24 KiB, stay in the L1 cache from
  /// pixel to pixel.
  private static let longestRun = 192
  /// Taps in one sum of several rows.
  private static let shortRun = 48
  /// Bytes of a block of weights that stays in the L1 cache as a whole.
  private static let cachedKernel = 32_768
  /// Quads that each piece of a larger block of weights is applied to.
  private static let quadsInBand = 16

  /// Pixels in a quad.
  static let quadSize = 4

  /// Slides over one image.
  ///
  /// - Parameter scratch: A padded frame whose border is zero.
  @inline(__always)
  func run(
    image source: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    weight: UnsafePointer<Float>, bias: UnsafePointer<Vector>?,
    target: UnsafeMutablePointer<Vector>, adding: Bool
  ) {
    let frame = image.frame(of: source, in: scratch) + skip
    layout.forEachBlock { vector, vectors in
      let weights = asVectors(weight + layout.blockOffset(from: vector))
      let (bias, target) = (bias.map { $0 + vector }, target + vector)
      let step = pixelStep
      switch (vectors, step) {
      case _ where RegisterBlockSize.isFourByOne:
        forEachPlace(vectors: vectors, quads: 1) { first, runs, isFirst in
          for vector in 0..<vectors {
            _ = sum(
              Quads<1, 1>.self, frame, from: first, runs, weights + vector, weightStep: vectors,
              isFirst ? bias.map { $0 + vector } : nil, target + vector, adding || !isFirst, step)
          }
          return following(first)
        }
      // With a constant step, the compiler needs no registers for the addresses of four quads.
      case (1, FeatureMapShape.vectorWidth):
        slide(
          RegisterBlockSize.QuadsOfOneVector.self, frame, weights, bias, target, adding,
          step: FeatureMapShape.vectorWidth)
      case (1, _):
        slide(
          RegisterBlockSize.QuadsOfOneVector.self, frame, weights, bias, target, adding, step: step)
      case (2, _):
        slide(
          RegisterBlockSize.QuadsOfTwoVectors.self, frame, weights, bias, target, adding, step: step
        )
      default:
        slide(
          RegisterBlockSize.QuadsOfThreeVectors.self, frame, weights, bias, target, adding,
          step: step)
      }
    }
  }

  /// Sums of some quads by some vectors of outputs. A quad is four neighbouring pixels of a row;
  /// quads follow one another in reading order, across rows, so that a narrow map fills a register
  /// block too.
  private typealias Quads<let quads: Int, let columns: Int> = InlineArray<
    quads, RegisterBlock<Vector, 4, columns>
  >

  @inline(__always)
  private func slide<let quads: Int, let columns: Int>(
    _: Quads<quads, columns>.Type, _ frame: UnsafePointer<Float>, _ weights: UnsafePointer<Vector>,
    _ bias: UnsafePointer<Vector>?, _ target: UnsafeMutablePointer<Vector>, _ adding: Bool,
    step: Int
  ) {
    forEachPlace(vectors: columns, quads: quads) { first, runs, isFirst in
      sum(
        Quads<quads, columns>.self, frame, from: first, runs, weights, weightStep: columns,
        isFirst ? bias : nil, target, adding || !isFirst, step)
    }
  }

  /// Visits the image's quads, some at a time, with each piece of the weights. It does so band by
  /// band, so that a piece that fills the L1 cache is used for many pixels.
  ///
  /// - Parameter body: Returns the place of the quad after those it has summed.
  @inline(__always)
  private func forEachPlace(
    vectors: Int, quads: Int, _ body: (_ first: Place, _ runs: Runs, _ isFirst: Bool) -> Place
  ) {
    let kernelBytes = layout.kernelHeight * layout.kernelWidth * layout.inputStride * vectors * 64
    let band = kernelBytes <= Self.cachedKernel ? quads : Self.quadsInBand
    let blocks = layout.inputBlockCount
    let blocksInPiece = max(
      1, Self.longestRun / max(layout.kernelWidth * layout.inputBlock, 1))
    let rowsInPiece = max(1, Self.shortRun / max(layout.kernelWidth * layout.inputStride, 1))
    let quadCount = self.quadCount
    var done = 0
    var bandStart = Place(count: outputColumns)
    while done < quadCount {
      var place = bandStart
      let quadsInBand = min(band, quadCount - done)
      var kernelRow = 0
      while kernelRow < layout.kernelHeight {
        let rowEnd = min(kernelRow + rowsInPiece, layout.kernelHeight)
        var block = 0
        repeat {
          let end = min(block + blocksInPiece, blocks)
          let runs = Runs(self, kernelRow..<rowEnd, block..<end)
          place = bandStart
          var quad = 0
          while quad < quadsInBand {
            place = body(place, runs, kernelRow == 0 && block == 0)
            quad += quads
          }
          block = end
        } while block < blocks
        kernelRow = rowEnd
      }
      done += band
      bandStart = place
    }
  }

  private var quadCount: Int {
    outputRows * ((outputColumns + Self.quadSize - 1) / Self.quadSize)
  }

  /// Four neighbouring pixels of an output row.
  private struct Place {
    /// Floats from the frame's first patch.
    var input = 0
    /// Vectors from the first output.
    var output = 0
    /// Pixels from here to the end of the row; 0 beyond the last row.
    var count: Int
    var row = 0
  }

  /// The place of the next quad in reading order; after the last quad, its place with no pixels.
  @inline(__always)
  private func following(_ place: Place) -> Place {
    var next = place
    if place.count > Self.quadSize {
      next.input += Self.quadSize * pixelStep
      next.output += Self.quadSize * columnStep
      next.count -= Self.quadSize
    } else if place.row + 1 < outputRows {
      next.row += 1
      next.input = next.row * inputStep * image.rowStride
      next.output = next.row * rowStep
      next.count = outputColumns
    } else {
      next.count = 0
    }
    return next
  }

  private var pixelStep: Int { inputStep * image.pixelStride }

  /// Sums some quads over the runs of one piece of the weights.
  ///
  /// - Parameters:
  ///   - weightStep: Vectors from one tap's weights to the next's.
  ///   - step: `pixelStep`.
  /// - Returns: The place of the next quad.
  @inline(__always)
  private func sum<let quads: Int, let columns: Int>(
    _: Quads<quads, columns>.Type, _ frame: UnsafePointer<Float>, from first: Place,
    _ pieceRuns: Runs, _ weight: UnsafePointer<Vector>, weightStep: Int,
    _ bias: UnsafePointer<Vector>?, _ target: UnsafeMutablePointer<Vector>, _ adding: Bool,
    _ step: Int
  ) -> Place {
    var places = InlineArray<quads, Place>(repeating: first)
    for quad in 1..<quads { places[quad] = following(places[quad - 1]) }
    var sums = Quads<quads, columns>(repeating: RegisterBlock(rowsOf: bias))
    var runs = pieceRuns
    while runs.next() {
      var weights = weight + weightStep * runs.position
      var run = frame + runs.offset
      for _ in 0..<runs.length {
        for quad in 0..<quads { sums[quad].add(run + places[quad].input, step: step, weights) }
        weights += weightStep
        run += 1
      }
    }
    for quad in 0..<quads {
      let place = places[quad]
      sums[quad].write(
        to: target + place.output, step: columnStep, count: place.count, adding: adding)
    }
    return following(places[quads - 1])
  }
}

/// The taps of one piece of a filter row, or of some whole rows, as runs that are contiguous in
/// both the weights and the frame.
private struct Runs {
  /// Floats from a patch's first element to the run in the frame, taps of the filter before the
  /// run, and the run's length.
  private(set) var offset = 0
  private(set) var position = 0
  private(set) var length = 0

  private let slide: KernelSlide
  private var kernelRow: Int
  private let rowEnd: Int
  private let firstBlock: Int
  private let end: Int
  private var block: Int
  private var column = 0

  /// The smallest number of padding taps in a block that is worth skipping.
  private static let worthSkipping = 4

  /// - Parameter blocks: Blocks of input channels.
  @inline(__always)
  init(_ slide: KernelSlide, _ kernelRows: Range<Int>, _ blocks: Range<Int>) {
    self.slide = slide
    (kernelRow, rowEnd) = (kernelRows.lowerBound, kernelRows.upperBound)
    firstBlock = blocks.lowerBound
    block = firstBlock
    // A filter without columns has no runs; its sums are zero.
    end = slide.layout.kernelWidth > 0 ? blocks.upperBound : block
  }

  /// Moves to the next run; false if there is none.
  @inline(__always)
  mutating func next() -> Bool {
    if block >= end {
      kernelRow += 1
      // Rows of a filter without columns have no runs either.
      guard kernelRow < rowEnd, firstBlock < end else { return false }
      block = firstBlock
    }
    let (layout, image) = (slide.layout, slide.image)
    let (size, width) = (layout.inputBlock, layout.kernelWidth)
    let inputs = layout.inputsInBlock(block)
    offset = block * image.blockStride + kernelRow * image.rowStride + column * image.pixelStride
    position = ((kernelRow * layout.inputBlockCount + block) * width + column) * size
    if size - inputs < Self.worthSkipping {
      // Without a frame, where filters are one pixel wide, blocks are contiguous.
      let blocks = image.isCopied ? 1 : end - block
      length = blocks * size * width
      block += blocks
    } else {
      length = inputs
      column += 1
      if column == width {
        column = 0
        block += 1
      }
    }
    return true
  }
}
