import Tensors

/// A kernel sliding over a padded image: the loop nest shared by the forward pass and, with turned
/// kernels, the input gradient.
///
/// Each row of the kernel is summed by itself and added to what stands, a long one in several pieces and
/// short ones, as images have, several at once. One sum over the whole patch would save those additions, a
/// few percent, and round more; docs/kernels.md has what that costs.
struct KernelSlide: Sendable {
  let image: PaddedImage
  let layout: KernelLayout
  /// Pixels from one patch to the next, both ways.
  let inputStep: Int
  /// Floats of the frame before the first patch.
  let skip: Int
  let outputRows: Int
  let outputColumns: Int
  /// Vectors from one output row or pixel to the next.
  let rowStep: Int
  let columnStep: Int

  /// Taps in one sum: two vectors of weights for each, 24 KiB, stay in the first cache while pixels pass.
  private static let longestRun = 192
  /// Taps in one sum of several rows.
  private static let shortRun = 48
  /// Bytes of a block of the kernel that stay in the first cache as a whole.
  private static let cachedKernel = 32_768
  /// Groups of four pixels that pass by a piece of a larger one.
  private static let quadsInBand = 16

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
    var lane = 0
    while lane < layout.lanes {
      let lanes = layout.lanesInBlock(from: lane)
      let block = vectors(weight + layout.blockOffset(from: lane))
      let lanesBias = bias.map { $0 + lane }
      switch (lanes, pixelStep) {
      case _ where RegisterTile.isOneQuad:
        forEachTile(lanes: lanes, quads: 1) { first, runs, isFirst in
          oneQuad(
            frame, first, runs, block, isFirst ? lanesBias : nil, target + lane,
            adding || !isFirst, lanes: lanes)
        }
      // Four quads would need a register each for their steps, did the compiler not know it.
      case (1, FeatureMapShape.vectorWidth):
        forEachTile(lanes: 1, quads: 4) { first, runs, isFirst in
          oneLane(
            frame, first, runs, block, isFirst ? lanesBias : nil, target + lane,
            adding || !isFirst, step: FeatureMapShape.vectorWidth)
        }
      case (1, _):
        forEachTile(lanes: 1, quads: 4) { first, runs, isFirst in
          oneLane(
            frame, first, runs, block, isFirst ? lanesBias : nil, target + lane,
            adding || !isFirst, step: pixelStep)
        }
      case (2, _):
        forEachTile(lanes: 2, quads: 2) { first, runs, isFirst in
          twoLanes(
            frame, first, runs, block, isFirst ? lanesBias : nil, target + lane,
            adding || !isFirst)
        }
      default:
        forEachTile(lanes: 3, quads: 2) { first, runs, isFirst in
          threeLanes(
            frame, first, runs, block, isFirst ? lanesBias : nil, target + lane,
            adding || !isFirst)
        }
      }
      lane += lanes
    }
  }

  /// Visits each tile of the image with each piece of the kernel: band by band, so that a piece that
  /// fills the first cache serves many pixels.
  @inline(__always)
  private func forEachTile(
    lanes: Int, quads: Int, _ body: (_ first: Place, _ runs: Runs, _ isFirst: Bool) -> Place
  ) {
    let kernelBytes = layout.kernelHeight * layout.kernelWidth * layout.inputStride * lanes * 64
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
    outputRows * ((outputColumns + Quad.rows - 1) / Quad.rows)
  }

  /// Four neighbouring pixels of an output row.
  private struct Place {
    /// Floats from the frame's first patch.
    var input = 0
    /// Vectors from the first output.
    var output = 0
    /// Pixels that are in the row; none beyond the last row.
    var count: Int
    var row = 0
  }

  /// The place of the quad that follows in reading order; after the last one, the last again, empty.
  @inline(__always)
  private func following(_ place: Place) -> Place {
    var next = place
    if place.count > Quad.rows {
      next.input += Quad.rows * pixelStep
      next.output += Quad.rows * columnStep
      next.count -= Quad.rows
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

  /// Four pixels by one vector of a block's channels after the other.
  @inline(__always)
  private func oneQuad(
    _ frame: UnsafePointer<Float>, _ a: Place, _ pieceRuns: Runs,
    _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool, lanes: Int
  ) -> Place {
    let step = pixelStep
    for lane in 0..<lanes {
      var sum = Quad(bias?[lane] ?? .zero)
      var runs = pieceRuns
      while runs.next() {
        var weights = weight + (lanes * runs.position + lane)
        var run = frame + (runs.offset + a.input)
        for _ in 0..<runs.length {
          sum.add(run, step: step, weights[0])
          weights += lanes
          run += 1
        }
      }
      sum.write(to: target + (a.output + lane), step: columnStep, count: a.count, adding: adding)
    }
    return following(a)
  }

  /// Four pixels four times by one vector of channels.
  @inline(__always)
  private func oneLane(
    _ frame: UnsafePointer<Float>, _ a: Place, _ pieceRuns: Runs,
    _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool, step: Int
  ) -> Place {
    let b = following(a)
    let c = following(b)
    let d = following(c)
    var sumA = Quad(bias?[0] ?? .zero)
    var (sumB, sumC, sumD) = (sumA, sumA, sumA)
    var runs = pieceRuns
    while runs.next() {
      var weights = weight + runs.position
      var run = frame + runs.offset
      for _ in 0..<runs.length {
        let vector = weights[0]
        sumA.add(run + a.input, step: step, vector)
        sumB.add(run + b.input, step: step, vector)
        sumC.add(run + c.input, step: step, vector)
        sumD.add(run + d.input, step: step, vector)
        weights += 1
        run += 1
      }
    }
    sumA.write(to: target + a.output, step: columnStep, count: a.count, adding: adding)
    sumB.write(to: target + b.output, step: columnStep, count: b.count, adding: adding)
    sumC.write(to: target + c.output, step: columnStep, count: c.count, adding: adding)
    sumD.write(to: target + d.output, step: columnStep, count: d.count, adding: adding)
    return following(d)
  }

  /// Four pixels twice by two vectors of channels.
  @inline(__always)
  private func twoLanes(
    _ frame: UnsafePointer<Float>, _ a: Place, _ pieceRuns: Runs,
    _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) -> Place {
    let b = following(a)
    let step = pixelStep
    var sumA0 = Quad(bias?[0] ?? .zero)
    var sumA1 = Quad(bias?[1] ?? .zero)
    var (sumB0, sumB1) = (sumA0, sumA1)
    var runs = pieceRuns
    while runs.next() {
      var weights = weight + 2 * runs.position
      var runA = frame + (runs.offset + a.input)
      var runB = frame + (runs.offset + b.input)
      for _ in 0..<runs.length {
        sumA0.add(runA, step: step, weights[0])
        sumA1.add(runA, step: step, weights[1])
        sumB0.add(runB, step: step, weights[0])
        sumB1.add(runB, step: step, weights[1])
        weights += 2
        runA += 1
        runB += 1
      }
    }
    let (targetA, targetB) = (target + a.output, target + b.output)
    sumA0.write(to: targetA, step: columnStep, count: a.count, adding: adding)
    sumA1.write(to: targetA + 1, step: columnStep, count: a.count, adding: adding)
    sumB0.write(to: targetB, step: columnStep, count: b.count, adding: adding)
    sumB1.write(to: targetB + 1, step: columnStep, count: b.count, adding: adding)
    return following(b)
  }

  /// Four pixels twice by three vectors of channels.
  @inline(__always)
  private func threeLanes(
    _ frame: UnsafePointer<Float>, _ a: Place, _ pieceRuns: Runs,
    _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) -> Place {
    let b = following(a)
    let step = pixelStep
    var sumA0 = Quad(bias?[0] ?? .zero)
    var sumA1 = Quad(bias?[1] ?? .zero)
    var sumA2 = Quad(bias?[2] ?? .zero)
    var (sumB0, sumB1, sumB2) = (sumA0, sumA1, sumA2)
    var runs = pieceRuns
    while runs.next() {
      var weights = weight + 3 * runs.position
      var runA = frame + (runs.offset + a.input)
      var runB = frame + (runs.offset + b.input)
      for _ in 0..<runs.length {
        sumA0.add(runA, step: step, weights[0])
        sumA1.add(runA, step: step, weights[1])
        sumA2.add(runA, step: step, weights[2])
        sumB0.add(runB, step: step, weights[0])
        sumB1.add(runB, step: step, weights[1])
        sumB2.add(runB, step: step, weights[2])
        weights += 3
        runA += 1
        runB += 1
      }
    }
    let (targetA, targetB) = (target + a.output, target + b.output)
    sumA0.write(to: targetA, step: columnStep, count: a.count, adding: adding)
    sumA1.write(to: targetA + 1, step: columnStep, count: a.count, adding: adding)
    sumA2.write(to: targetA + 2, step: columnStep, count: a.count, adding: adding)
    sumB0.write(to: targetB, step: columnStep, count: b.count, adding: adding)
    sumB1.write(to: targetB + 1, step: columnStep, count: b.count, adding: adding)
    sumB2.write(to: targetB + 2, step: columnStep, count: b.count, adding: adding)
    return following(b)
  }
}

/// The taps of one piece of a kernel row, or of some whole rows, as runs that lie together both in the kernel
/// and in the frame.
private struct Runs {
  /// Floats of the frame from a patch's first, taps of the kernel before the run, and its length.
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

  /// Taps of padding in a block that are worth stepping over.
  private static let worthSkipping = 4

  /// - Parameter blocks: Blocks of input channels.
  @inline(__always)
  init(_ slide: KernelSlide, _ kernelRows: Range<Int>, _ blocks: Range<Int>) {
    self.slide = slide
    (kernelRow, rowEnd) = (kernelRows.lowerBound, kernelRows.upperBound)
    firstBlock = blocks.lowerBound
    block = firstBlock
    // A kernel without columns has no runs; its sums are zero.
    end = slide.layout.kernelWidth > 0 ? blocks.upperBound : block
  }

  /// Moves to the next run; false where there is none.
  @inline(__always)
  mutating func next() -> Bool {
    if block >= end {
      kernelRow += 1
      // Whole rows without columns have no runs either.
      guard kernelRow < rowEnd, firstBlock < end else { return false }
      block = firstBlock
    }
    let (layout, image) = (slide.layout, slide.image)
    let (size, width) = (layout.inputBlock, layout.kernelWidth)
    let inputs = layout.inputsInBlock(block)
    offset = block * image.blockStride + kernelRow * image.rowStride + column * image.pixelStride
    position = ((kernelRow * layout.inputBlockCount + block) * width + column) * size
    if size - inputs < Self.worthSkipping {
      // Without a frame, and then with a kernel one pixel wide, blocks follow one another.
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
