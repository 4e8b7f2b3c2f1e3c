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
  /// dy, only the block's vectors of channels, of one image after the other.
  let gradient: UnsafePointer<Vector>
  /// Images.
  let count: Int

  /// Bytes of x and dy that one sum goes over.
  private static let cachedBytes = 32_768

  /// Sixteen places by one vector of channels.
  func oneLane(into target: UnsafeMutablePointer<Vector>) {
    forEachSum(lanes: 1, quads: 4) { x, pixels, place, count in
      var sumA = Quad(.zero)
      var (sumB, sumC, sumD) = (sumA, sumA, sumA)
      forEachPixel(pixels, x, lanes: 1) { x, gradient in
        let vector = gradient[0]
        sumA.add(x, step: 1, vector)
        sumB.add(x + 4, step: 1, vector)
        sumC.add(x + 8, step: 1, vector)
        sumD.add(x + 12, step: 1, vector)
      }
      let places = target + place
      sumA.write(to: places, step: 1, count: count, adding: true)
      sumB.write(to: places + 4, step: 1, count: count - 4, adding: true)
      sumC.write(to: places + 8, step: 1, count: count - 8, adding: true)
      sumD.write(to: places + 12, step: 1, count: count - 12, adding: true)
    }
  }

  /// Eight places by two vectors of channels.
  func twoLanes(into target: UnsafeMutablePointer<Vector>) {
    forEachSum(lanes: 2, quads: 2) { x, pixels, place, count in
      var sumA0 = Quad(.zero)
      var (sumA1, sumB0, sumB1) = (sumA0, sumA0, sumA0)
      forEachPixel(pixels, x, lanes: 2) { x, gradient in
        sumA0.add(x, step: 1, gradient[0])
        sumA1.add(x, step: 1, gradient[1])
        sumB0.add(x + 4, step: 1, gradient[0])
        sumB1.add(x + 4, step: 1, gradient[1])
      }
      let places = target + 2 * place
      sumA0.write(to: places, step: 2, count: count, adding: true)
      sumA1.write(to: places + 1, step: 2, count: count, adding: true)
      sumB0.write(to: places + 8, step: 2, count: count - 4, adding: true)
      sumB1.write(to: places + 9, step: 2, count: count - 4, adding: true)
    }
  }

  /// Eight places by three vectors of channels.
  func threeLanes(into target: UnsafeMutablePointer<Vector>) {
    forEachSum(lanes: 3, quads: 2) { x, pixels, place, count in
      var sumA0 = Quad(.zero)
      var (sumA1, sumA2, sumB0, sumB1, sumB2) = (sumA0, sumA0, sumA0, sumA0, sumA0)
      forEachPixel(pixels, x, lanes: 3) { x, gradient in
        sumA0.add(x, step: 1, gradient[0])
        sumA1.add(x, step: 1, gradient[1])
        sumA2.add(x, step: 1, gradient[2])
        sumB0.add(x + 4, step: 1, gradient[0])
        sumB1.add(x + 4, step: 1, gradient[1])
        sumB2.add(x + 4, step: 1, gradient[2])
      }
      let places = target + 3 * place
      sumA0.write(to: places, step: 3, count: count, adding: true)
      sumA1.write(to: places + 1, step: 3, count: count, adding: true)
      sumA2.write(to: places + 2, step: 3, count: count, adding: true)
      sumB0.write(to: places + 12, step: 3, count: count - 4, adding: true)
      sumB1.write(to: places + 13, step: 3, count: count - 4, adding: true)
      sumB2.write(to: places + 14, step: 3, count: count - 4, adding: true)
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
    _ body: (_ x: UnsafePointer<Float>, _ pixels: Pixels, _ place: Int, _ count: Int) -> Void
  ) {
    let rowBytes = 4 * image.pixelStride * image.rowPixels * stride + 64 * lanes * output.width
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
                  first + run * layout.inputBlock + place, min(runLength - place, size))
                place += size
              }
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func forEachPixel(
    _ pixels: Pixels, _ x: UnsafePointer<Float>, lanes: Int,
    _ body: (_ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Vector>) -> Void
  ) {
    let step = stride * image.pixelStride
    for index in pixels.images {
      for row in pixels.rows {
        var input = x + (index * frameStride + row * stride * image.rowStride)
        var gradient = self.gradient + (index * output.height + row) * output.width * lanes
        for _ in 0..<output.width {
          body(input, gradient)
          input += step
          gradient += lanes
        }
      }
    }
  }
}
