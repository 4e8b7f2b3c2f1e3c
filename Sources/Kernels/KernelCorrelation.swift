import Tensors

/// The gradient of one block of a kernel's outputs: each weight is the sum over pixels of an input
/// under its tap times the gradient of an output.
///
/// A few places of the patch at a time are summed in registers, over some hundred pixels, so that both
/// sides stay in the first cache, and then added to what stands.
struct KernelCorrelation {
  let image: PaddedImage
  let layout: KernelLayout
  let stride: Int
  let output: FeatureMapShape
  /// Floats from one image's frame to the next's.
  let frameStride: Int
  let frames: UnsafePointer<Float>
  /// The block's part of dy, of one image after the other.
  let gradient: UnsafePointer<Vector>
  /// Vectors from one pixel to the next in it.
  let gradientStep: Int
  /// Images.
  let count: Int
  /// Whether the first sums add to what stands, as later ones do.
  let adding: Bool

  /// Floats from one patch to the next.
  private var step: Int { stride * image.pixelStride }

  /// Bytes of x and dy that one sum goes over.
  private static let cachedBytes = 32_768

  /// Writes or adds the gradient of a block of so many vectors of channels.
  func run(lanes: Int, into target: UnsafeMutablePointer<Vector>) {
    switch lanes {
    case _ where RegisterTile.isOneQuad: oneQuad(lanes: lanes, into: target)
    case 1: oneLane(into: target)
    case 2: twoLanes(into: target)
    default: threeLanes(into: target)
    }
  }

  /// Four places by one vector of a block's channels after the other.
  private func oneQuad(lanes: Int, into target: UnsafeMutablePointer<Vector>) {
    forEachSum(lanes: lanes, quads: 1) { x, pixels, place, count, adding in
      for lane in 0..<lanes {
        var sum = Quad(.zero)
        var walk = PixelWalk(self, images: pixels.images, rows: pixels.rows, x)
        while let count = walk.nextRow() {
          for _ in 0..<count {
            sum.add(walk.x, step: 1, walk.gradient[lane])
            walk.advance(step)
          }
        }
        sum.write(to: target + (lanes * place + lane), step: lanes, count: count, adding: adding)
      }
    }
  }

  /// Sixteen places by one vector of channels.
  private func oneLane(into target: UnsafeMutablePointer<Vector>) {
    forEachSum(lanes: 1, quads: 4) { x, pixels, place, count, adding in
      var sumA = Quad(.zero)
      var (sumB, sumC, sumD) = (sumA, sumA, sumA)
      var walk = PixelWalk(self, images: pixels.images, rows: pixels.rows, x)
      while let count = walk.nextRow() {
        for _ in 0..<count {
          let (x, gradient) = (walk.x, walk.gradient)
          let vector = gradient[0]
          sumA.add(x, step: 1, vector)
          sumB.add(x + 4, step: 1, vector)
          sumC.add(x + 8, step: 1, vector)
          sumD.add(x + 12, step: 1, vector)
          walk.advance(step)
        }
      }
      let places = target + place
      sumA.write(to: places, step: 1, count: count, adding: adding)
      sumB.write(to: places + 4, step: 1, count: count - 4, adding: adding)
      sumC.write(to: places + 8, step: 1, count: count - 8, adding: adding)
      sumD.write(to: places + 12, step: 1, count: count - 12, adding: adding)
    }
  }

  /// Eight places by two vectors of channels.
  private func twoLanes(into target: UnsafeMutablePointer<Vector>) {
    forEachSum(lanes: 2, quads: 2) { x, pixels, place, count, adding in
      var sumA0 = Quad(.zero)
      var (sumA1, sumB0, sumB1) = (sumA0, sumA0, sumA0)
      var walk = PixelWalk(self, images: pixels.images, rows: pixels.rows, x)
      while let count = walk.nextRow() {
        for _ in 0..<count {
          let (x, gradient) = (walk.x, walk.gradient)
          sumA0.add(x, step: 1, gradient[0])
          sumA1.add(x, step: 1, gradient[1])
          sumB0.add(x + 4, step: 1, gradient[0])
          sumB1.add(x + 4, step: 1, gradient[1])
          walk.advance(step)
        }
      }
      let places = target + 2 * place
      sumA0.write(to: places, step: 2, count: count, adding: adding)
      sumA1.write(to: places + 1, step: 2, count: count, adding: adding)
      sumB0.write(to: places + 8, step: 2, count: count - 4, adding: adding)
      sumB1.write(to: places + 9, step: 2, count: count - 4, adding: adding)
    }
  }

  /// Eight places by three vectors of channels.
  private func threeLanes(into target: UnsafeMutablePointer<Vector>) {
    forEachSum(lanes: 3, quads: 2) { x, pixels, place, count, adding in
      var sumA0 = Quad(.zero)
      var (sumA1, sumA2, sumB0, sumB1, sumB2) = (sumA0, sumA0, sumA0, sumA0, sumA0)
      var walk = PixelWalk(self, images: pixels.images, rows: pixels.rows, x)
      while let count = walk.nextRow() {
        for _ in 0..<count {
          let (x, gradient) = (walk.x, walk.gradient)
          sumA0.add(x, step: 1, gradient[0])
          sumA1.add(x, step: 1, gradient[1])
          sumA2.add(x, step: 1, gradient[2])
          sumB0.add(x + 4, step: 1, gradient[0])
          sumB1.add(x + 4, step: 1, gradient[1])
          sumB2.add(x + 4, step: 1, gradient[2])
          walk.advance(step)
        }
      }
      let places = target + 3 * place
      sumA0.write(to: places, step: 3, count: count, adding: adding)
      sumA1.write(to: places + 1, step: 3, count: count, adding: adding)
      sumA2.write(to: places + 2, step: 3, count: count, adding: adding)
      sumB0.write(to: places + 12, step: 3, count: count - 4, adding: adding)
      sumB1.write(to: places + 13, step: 3, count: count - 4, adding: adding)
      sumB2.write(to: places + 14, step: 3, count: count - 4, adding: adding)
    }
  }

  /// The pixels of one sum: some rows of each of some images.
  private struct Pixels {
    let images: Range<Int>
    let rows: Range<Int>
  }

  /// Visits each group of places for each piece of the batch that the first cache holds. Places count
  /// taps in the layout's order; those that are all padding are left out.
  @inline(__always)
  private func forEachSum(
    lanes: Int, quads: Int,
    _ body: (
      _ x: UnsafePointer<Float>, _ pixels: Pixels, _ place: Int, _ count: Int, _ adding: Bool
    ) -> Void
  ) {
    let rowBytes = 4 * image.rowBlockStride * stride + 64 * lanes * output.width
    let rowsInPiece = max(1, Self.cachedBytes / rowBytes)
    let imagesInPiece = max(1, rowsInPiece / output.height)
    let size = quads * Quad.rows
    for firstImage in Swift.stride(from: 0, to: count, by: imagesInPiece) {
      let images = firstImage..<min(firstImage + imagesInPiece, count)
      for firstRow in Swift.stride(from: 0, to: output.height, by: rowsInPiece) {
        let pixels = Pixels(
          images: images, rows: firstRow..<min(firstRow + rowsInPiece, output.height))
        for block in 0..<layout.inputBlockCount {
          // Runs of the patch row: one, or one for each column where the rest of a block is padding.
          let inputs = layout.inputsInBlock(block)
          let isCut = layout.inputBlock - inputs >= size
          let runLength = isCut ? inputs : layout.kernelWidth * layout.inputBlock
          for kernelRow in 0..<layout.kernelHeight {
            let x = frames + (block * image.blockStride + kernelRow * image.rowStride)
            let first =
              (kernelRow * layout.inputBlockCount + block) * layout.kernelWidth * layout.inputBlock
            for run in 0..<(isCut ? layout.kernelWidth : 1) {
              var place = 0
              while place < runLength {
                body(
                  x + (run * image.pixelStride + place), pixels,
                  first + run * layout.inputBlock + place, min(runLength - place, size),
                  adding || firstImage > 0 || firstRow > 0)
                place += size
              }
            }
          }
        }
      }
    }
  }
}

/// The pixels of one sum, one after the other: a loop that no compiler can mistake for a call, so that
/// sums stay in registers.
private struct PixelWalk {
  /// The input under the sum's first place, and the gradient.
  private(set) var x: UnsafePointer<Float>
  private(set) var gradient: UnsafePointer<Vector>

  private let correlation: KernelCorrelation
  private let start: UnsafePointer<Float>
  private let rows: Range<Int>
  private let lastImage: Int
  private var image: Int
  private var row: Int

  @inline(__always)
  init(
    _ correlation: KernelCorrelation, images: Range<Int>, rows: Range<Int>,
    _ x: UnsafePointer<Float>
  ) {
    self.correlation = correlation
    self.rows = rows
    start = x
    self.x = x
    gradient = correlation.gradient
    lastImage = images.upperBound - 1
    image = images.lowerBound
    row = rows.lowerBound - 1
  }

  /// Moves to the next row of outputs: the number of its pixels, or nil where there is none.
  @inline(__always)
  mutating func nextRow() -> Int? {
    row += 1
    if row == rows.upperBound {
      row = rows.lowerBound
      image += 1
    }
    guard image <= lastImage else { return nil }
    let c = correlation
    x = start + (image * c.frameStride + row * c.stride * c.image.rowStride)
    gradient = c.gradient + (image * c.output.height + row) * c.output.width * c.gradientStep
    return c.output.width
  }

  @inline(__always)
  mutating func advance(_ step: Int) {
    x += step
    gradient += correlation.gradientStep
  }
}
