import Pictures
import Resampling
import TestSupport
import Testing

@Suite struct CentredSquareTests {
  private func picture(
    width: Int, height: Int, orientation: PictureOrientation = .up
  ) -> Picture {
    let bytes = (0..<3 * width * height).map { UInt8(($0 * 37 + $0 / width * 11) % 256) }
    return Picture(
      PixelImage(width: width, height: height, bytes: bytes), orientation: orientation)
  }

  private func plane(_ channel: Int, of image: PixelImage) -> [UInt8] {
    stride(from: channel, to: image.bytes.count, by: 3).map { image.bytes[$0] }
  }

  /// The whole resized picture, whose middle is the square, `[3, height, width]`.
  private func resized(_ image: PixelImage, width: Int, height: Int) -> [[UInt8]] {
    let resampling = BilinearResampling(
      fromHeight: image.height, width: image.width, toHeight: height, width: width)
    var scratch = [UInt8](repeating: 0, count: resampling.scratchByteCount)
    return (0..<3).map { channel in
      var target = [UInt8](repeating: 0, count: width * height)
      resampling.resample(
        plane(channel, of: image), columnStride: 1, rowStride: image.width, into: &target,
        scratch: &scratch)
      return target
    }
  }

  @Test func aPictureOfTheNetworksSideStaysAsItIs() {
    let square = picture(width: 32, height: 32)
    expectIdentical(
      CentredSquare.pixels(of: square, side: 32),
      (0..<3).flatMap { plane($0, of: square.pixels) }, "32 × 32")
  }

  /// Width, height, side; then the size to which torchvision resizes, and the corner of its crop.
  @Test(arguments: [
    (64, 32, 32, 64, 32, 16, 0), (40, 100, 8, 8, 20, 0, 6), (101, 67, 32, 48, 32, 8, 0),
    (33, 32, 32, 33, 32, 0, 0), (35, 32, 32, 35, 32, 2, 0), (32, 37, 32, 32, 37, 0, 2),
    (5, 3, 227, 378, 227, 76, 0), (1, 1, 4, 4, 4, 0, 0),
  ])
  func theMiddleIsKept(
    _ width: Int, _ height: Int, _ side: Int, _ newWidth: Int, _ newHeight: Int, _ left: Int,
    _ top: Int
  ) {
    let source = picture(width: width, height: height)
    let whole = resized(source.pixels, width: newWidth, height: newHeight)
    let expected = whole.flatMap { plane in
      (top..<top + side).flatMap { row in
        plane[row * newWidth + left..<row * newWidth + left + side]
      }
    }
    expectIdentical(
      CentredSquare.pixels(of: source, side: side), expected, "\(width) × \(height) to \(side)")
  }

  /// The picture is rotated first and then resized, as if the file had been stored upright.
  @Test(arguments: PictureOrientation.allCases)
  func orientedPicturesAreThoseOneLooksAt(_ orientation: PictureOrientation) {
    let stored = picture(width: 53, height: 41, orientation: orientation)
    let walk = PixelWalk(width: 53, height: 41, orientation: orientation)
    let bytes = (0..<walk.height).flatMap { row in
      (0..<walk.width).flatMap { column -> [UInt8] in
        let pixel = walk.first + column * walk.columnStride + row * walk.rowStride
        return Array(stored.pixels.bytes[3 * pixel..<3 * pixel + 3])
      }
    }
    let upright = Picture(PixelImage(width: walk.width, height: walk.height, bytes: bytes))
    expectIdentical(
      CentredSquare.pixels(of: stored, side: 16), CentredSquare.pixels(of: upright, side: 16),
      "\(orientation)")
  }

  /// The whole resized picture would have 29 million pixels.
  @Test func aLongThinPictureCostsNoMore() {
    let line = Picture(
      PixelImage(width: 1, height: 4_000, bytes: [UInt8](repeating: 7, count: 12_000)))
    #expect(CentredSquare.pixels(of: line, side: 85).allSatisfy { $0 == 7 })
  }
}
