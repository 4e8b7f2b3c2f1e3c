import Resampling

/// The middle of a picture in the size of a network's input, as torchvision's `Resize(side)` and
/// `CenterCrop(side)` make it: the shorter side becomes the network's, with antialiasing, and of the
/// longer the middle is kept.
public enum CentredSquare {
  /// The square, `[3, side, side]`, of the picture as it is looked at.
  ///
  /// - Precondition: the picture has pixels, and `side` is positive.
  public static func pixels(of picture: Picture, side: Int) -> [UInt8] {
    let walk = PixelWalk(
      width: picture.pixels.width, height: picture.pixels.height,
      orientation: picture.orientation)
    let shorter = min(walk.width, walk.height)
    // Of the longer side only what the square shows is worked out: it may be long.
    let (width, height) = (side * walk.width / shorter, side * walk.height / shorter)
    let resampling = BilinearResampling(
      fromHeight: walk.height, width: walk.width, toHeight: height, width: width,
      rows: middle(of: height, side: side), columns: middle(of: width, side: side))
    var square = [UInt8](repeating: 0, count: 3 * side * side)
    var scratch = [UInt8](repeating: 0, count: resampling.scratchByteCount)
    picture.pixels.bytes.withUnsafeBufferPointer { source in
      square.withUnsafeMutableBufferPointer { square in
        guard let source = source.baseAddress, let square = square.baseAddress else { return }
        for channel in 0..<3 {
          resampling.resample(
            source + 3 * walk.first + channel, columnStride: 3 * walk.columnStride,
            rowStride: 3 * walk.rowStride, into: square + channel * side * side,
            scratch: &scratch)
        }
      }
    }
    return square
  }

  /// The middle positions; of two middles the one that Python's `round` gives.
  private static func middle(of length: Int, side: Int) -> Range<Int> {
    let first = Int((Double(length - side) / 2).rounded(.toNearestOrEven))
    return first..<first + side
  }
}
