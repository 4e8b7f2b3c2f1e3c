import Tensors

/// A kernel sliding over a padded image: the loop nest shared by the forward pass and, with turned
/// kernels, the input gradient.
///
/// Each row of the kernel is summed by itself and added to what stands, a long one in several pieces.
/// One sum over the whole patch would save those additions, a few percent, and round more;
/// docs/kernels.md has what that costs.
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
      switch lanes {
      case 1:
        forEachTile(lanes: 1, quads: 4) { first, runs, isFirst in
          oneLane(
            frame, first, runs, block, isFirst ? lanesBias : nil, target + lane,
            adding || !isFirst)
        }
      case 2:
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
    lanes: Int, quads: Int, _ body: (_ firstQuad: Int, _ runs: Runs, _ isFirst: Bool) -> Void
  ) {
    let kernelBytes = layout.kernelHeight * layout.kernelWidth * layout.inputStride * lanes * 64
    let band = kernelBytes <= Self.cachedKernel ? quads : Self.quadsInBand
    let blocks = layout.inputBlockCount
    let blocksInPiece = max(
      1, Self.longestRun / max(layout.kernelWidth * layout.inputBlock, 1))
    let quadCount = self.quadCount
    var bandStart = 0
    while bandStart < quadCount {
      let bandEnd = min(bandStart + band, quadCount)
      for kernelRow in 0..<layout.kernelHeight {
        var block = 0
        repeat {
          let end = min(block + blocksInPiece, blocks)
          let runs = Runs(self, kernelRow, block..<end)
          var quad = bandStart
          while quad < bandEnd {
            body(quad, runs, kernelRow == 0 && block == 0)
            quad += quads
          }
          block = end
        } while block < blocks
      }
      bandStart = bandEnd
    }
  }

  private var quadsInRow: Int { (outputColumns + Quad.rows - 1) / Quad.rows }
  private var quadCount: Int { outputRows * quadsInRow }

  /// Four neighbouring pixels of an output row.
  private struct Place {
    /// Floats from the frame's first patch.
    let input: Int
    /// Vectors from the first output.
    let output: Int
    /// Pixels that are in the row.
    let count: Int
  }

  /// The place of a quad in reading order; beyond the last one, the last again, with no pixels.
  @inline(__always)
  private func place(_ quad: Int) -> Place {
    let inside = UInt32(truncatingIfNeeded: min(quad, quadCount - 1))
    let (row, rest) = inside.quotientAndRemainder(
      dividingBy: UInt32(truncatingIfNeeded: quadsInRow))
    let column = Int(rest) * Quad.rows
    return Place(
      input: (Int(row) * image.rowStride + column * image.pixelStride) * inputStep,
      output: Int(row) * rowStep + column * columnStep,
      count: quad < quadCount ? outputColumns - column : 0)
  }

  private var pixelStep: Int { inputStep * image.pixelStride }

  /// Four pixels four times by one vector of channels.
  @inline(__always)
  private func oneLane(
    _ frame: UnsafePointer<Float>, _ quad: Int, _ pieceRuns: Runs,
    _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    let (a, b, c, d) = (place(quad), place(quad + 1), place(quad + 2), place(quad + 3))
    let step = pixelStep
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
  }

  /// Four pixels twice by two vectors of channels.
  @inline(__always)
  private func twoLanes(
    _ frame: UnsafePointer<Float>, _ quad: Int, _ pieceRuns: Runs,
    _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    let (a, b) = (place(quad), place(quad + 1))
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
  }

  /// Four pixels twice by three vectors of channels.
  @inline(__always)
  private func threeLanes(
    _ frame: UnsafePointer<Float>, _ quad: Int, _ pieceRuns: Runs,
    _ weight: UnsafePointer<Vector>, _ bias: UnsafePointer<Vector>?,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    let (a, b) = (place(quad), place(quad + 1))
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
  }
}

/// The taps of one piece of a kernel row, as runs that lie together both in the kernel and in the frame.
private struct Runs {
  /// Floats of the frame from a patch's first, taps of the kernel before the run, and its length.
  private(set) var offset = 0
  private(set) var position = 0
  private(set) var length = 0

  private let slide: KernelSlide
  private let kernelRow: Int
  private let end: Int
  private var block: Int
  private var column = 0

  /// Taps of padding in a block that are worth stepping over.
  private static let worthSkipping = 4

  /// - Parameter blocks: Blocks of input channels.
  @inline(__always)
  init(_ slide: KernelSlide, _ kernelRow: Int, _ blocks: Range<Int>) {
    self.slide = slide
    self.kernelRow = kernelRow
    block = blocks.lowerBound
    // A kernel without columns has no runs; its sums are zero.
    end = slide.layout.kernelWidth > 0 ? blocks.upperBound : block
  }

  /// Moves to the next run; false where there is none.
  @inline(__always)
  mutating func next() -> Bool {
    guard block < end else { return false }
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
