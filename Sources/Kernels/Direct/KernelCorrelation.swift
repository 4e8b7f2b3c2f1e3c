import Tensors

/// The weight gradient of one block of outputs. The gradient of a weight is the sum over pixels of
/// the input under its tap times the output gradient.
///
/// A few places of the patch at a time are summed in registers over a few hundred pixels, whose
/// inputs and gradients stay in the L1 cache. The sums are then added to those in memory.
struct KernelCorrelation {
  let image: PaddedImage
  let layout: KernelLayout
  let stride: Int
  let output: FeatureMapShape
  /// Floats from one image's frame to the next's.
  let frameStride: Int
  let frames: UnsafePointer<Float>
  /// The block's part of dy, image after image.
  let gradient: UnsafePointer<Vector>
  /// Vectors from one pixel to the next in `gradient`.
  let gradientStep: Int
  /// Number of images.
  let count: Int
  /// Whether the first sums are added to those in memory, as later ones are.
  let adding: Bool

  /// Floats from one patch to the next.
  private var step: Int { stride * image.pixelStride }

  /// Bytes of x and dy in one sum.
  private static let cachedBytes = 32_768

  /// Writes, or adds, the gradient of a block of outputs.
  func run(vectors: Int, into target: UnsafeMutablePointer<Vector>) {
    Nest(correlation: self, vectors: vectors, target: target).run(vectors: vectors)
  }

  /// One register block for every `rows` places × `columns` vectors of outputs.
  private struct Nest: RegisterNest {
    let correlation: KernelCorrelation
    let vectors: Int
    let target: UnsafeMutablePointer<Vector>

    @inline(__always)
    func run<Column: SIMD, let rows: Int, let columns: Int>(
      _: RegisterBlock<Column, rows, columns>.Type, from first: Int
    ) {
      let step = vectors * Column.countInVector
      let target = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Column.self) + first
      correlation.forEachSum(vectors: vectors, places: rows) { x, pixels, place, count, adding in
        var sums = RegisterBlock<Column, rows, columns>()
        var walk = PixelWalk(correlation, images: pixels.images, rows: pixels.rows, x)
        while let count = walk.nextRow() {
          for _ in 0..<count {
            let gradient = UnsafeRawPointer(walk.gradient).assumingMemoryBound(to: Column.self)
            sums.add(walk.x, step: 1, gradient + first)
            walk.advance(correlation.step)
          }
        }
        sums.write(to: target + step * place, step: step, count: count, adding: adding)
      }
    }
  }

  /// The pixels of one sum: some rows of each of some images.
  private struct Pixels {
    let images: Range<Int>
    let rows: Range<Int>
  }

  /// Visits every group of places for each part of the batch that fits the L1 cache. Places count
  /// taps in the layout's order; groups that are all padding are left out.
  @inline(__always)
  private func forEachSum(
    vectors: Int, places size: Int,
    _ body: (
      _ x: UnsafePointer<Float>, _ pixels: Pixels, _ place: Int, _ count: Int, _ adding: Bool
    ) -> Void
  ) {
    let rowBytes = 4 * image.rowBlockStride * stride + 64 * vectors * output.width
    let rowsInPiece = max(1, Self.cachedBytes / rowBytes)
    let imagesInPiece = max(1, rowsInPiece / output.height)
    for firstImage in Swift.stride(from: 0, to: count, by: imagesInPiece) {
      let images = firstImage..<min(firstImage + imagesInPiece, count)
      for firstRow in Swift.stride(from: 0, to: output.height, by: rowsInPiece) {
        let pixels = Pixels(
          images: images, rows: firstRow..<min(firstRow + rowsInPiece, output.height))
        for block in 0..<layout.inputBlockCount {
          // A row of the patch is one run, or one run for each column if the rest of a block is
          // padding.
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

/// Visits the pixels of one sum one by one. The compiler always inlines this loop, so sums stay
/// in registers.
private struct PixelWalk {
  /// The input under the sum's first place, and the output gradient.
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

  /// Moves to the next row of outputs and returns its number of pixels, or nil after the last.
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
